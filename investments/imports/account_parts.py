"""A combined account cut into its segments: by a delimiter or by fixed widths. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from districts.landing.kinds import MapIncomplete
from investments.imports.canonical import SACS_WIDTHS
from investments.segments import SEGMENTS

SKIP = "skip"
DELIMITERS = ("-", ".", "/", "_", "|", ":", "~", " ")
_PART = re.compile(r"([a-z]+(?:_[a-z0-9]+)?)\s*(?::\s*([0-9]{1,2}))?")
_USUAL = ("fund", "function", "object", "location", "program", "local_1", "local_2", "local_3")
_SACS_USUAL = (
    "fund",
    "resource",
    "project_year",
    "goal",
    "function",
    "object",
    "location",
    "local_1",
    "local_2",
)


@dataclass(frozen=True)
class AccountParts:
    """The segments of a combined account in order; widths when it has no delimiter."""

    segments: tuple[str, ...]
    widths: tuple[int, ...] = ()
    delimiter: str = ""

    def matches(self, account: pl.Expr) -> pl.Expr:
        """Say which accounts have as many parts, or as many characters, as the pattern."""
        if self.widths:
            return account.str.len_chars() == sum(self.widths)
        count = account.str.count_matches(self.delimiter, literal=True)
        return count == len(self.segments) - 1

    def cut(self, account: pl.Expr) -> dict[str, pl.Expr]:
        """Give an expression for each segment."""
        parts: dict[str, pl.Expr] = {}
        if self.widths:
            start = 0
            for segment, width in zip(self.segments, self.widths, strict=True):
                parts[segment] = account.str.slice(start, width).str.strip_chars()
                start += width
        else:
            pieces = account.str.split(self.delimiter)
            for position, segment in enumerate(self.segments):
                parts[segment] = pieces.list.get(position, null_on_oob=True).str.strip_chars()
        parts.pop(SKIP, None)
        return {segment: part.fill_null("") for segment, part in parts.items()}


def parse_parts(text: str, *, delimiter: str) -> AccountParts:
    """Read a pattern such as `fund, function, object` or `fund:2, resource:4`. Raises MapIncomplete."""
    found = _PART.findall(text.lower())
    segments = tuple(segment for segment, _ in found)
    unknown = [one for one in segments if one not in SEGMENTS and one != SKIP]
    if not segments or unknown:
        named = f"«{unknown[0]}» is not a segment. " if unknown else ""
        raise MapIncomplete(
            f"{named}Write the parts of the account in order, from: {', '.join(SEGMENTS)}, skip."
        )
    twice = [one for one, count in Counter(segments).items() if count > 1 and one != SKIP]
    if twice:
        raise MapIncomplete(f"The account names «{twice[0]}» twice.")
    widths = tuple(int(width) for _, width in found if width)
    if widths and len(widths) != len(segments):
        raise MapIncomplete("Give every part of the account a width, or none.")
    if not widths and not delimiter and len(segments) > 1:
        raise MapIncomplete("Say which character separates the parts of the account.")
    return AccountParts(segments=segments, widths=widths, delimiter="" if widths else delimiter)


def guess_parts(values: Sequence[str]) -> tuple[str, str]:
    """Guess pattern and delimiter from sample accounts; empty texts when nothing fits."""
    values = [value for value in values if value]
    if not values:
        return "", ""
    if all(re.fullmatch("[0-9A-Z]{19}", value) for value in values):
        return ", ".join(f"{segment}:{width}" for segment, width in SACS_WIDTHS), ""
    for delimiter in DELIMITERS:
        counts = Counter(value.count(delimiter) for value in values)
        count, number = counts.most_common(1)[0]
        if count and number >= 0.8 * len(values):
            first = [len(part) for part in values[0].split(delimiter)]
            usual: tuple[str, ...] = _SACS_USUAL if first[:6] == [2, 4, 1, 4, 4, 4] else _USUAL
            if first[:5] == [2, 4, 4, 4, 4]:
                usual = tuple(one for one in _SACS_USUAL if one != "project_year")
            parts = [*usual, *[SKIP] * 20][: count + 1]
            return ", ".join(parts), delimiter
    return "", ""
