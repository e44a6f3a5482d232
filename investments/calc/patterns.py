"""Which accounts a coding rule means: the pattern grammar and its matching.

Must not know what an amount is, nor read a database.

Grammar of one segment, letters and leading zeros kept as typed::

    pattern := "" | term ("," term)*        blank = any code, also none
    term    := code                          exactly this code
             | prefix "*"                    every code that begins so
             | code "-" code                 digits of one length; compared as text

A range ``1000-7499`` holds the codes of four digits between its ends, so ``979Z``, ``PCRA``
and ``01000`` are outside it. All segments named by a rule must match.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SEGMENTS: tuple[str, ...] = (
    "fund",
    "resource",
    "project_year",
    "goal",
    "function",
    "object",
    "location",
    "program",
    "local_1",
    "local_2",
    "local_3",
    "local_4",
)

_CODE = re.compile(r"[0-9A-Za-z](?:[0-9A-Za-z._/ -]*[0-9A-Za-z])?")
_PREFIX = re.compile(r"[0-9A-Za-z](?:[0-9A-Za-z._/ -]*[0-9A-Za-z])?\*")
_RANGE = re.compile(r"(\d+)\s*-\s*(\d+)")


class PatternError(ValueError):
    """A pattern that cannot be read; the message says what to type instead."""


@dataclass(frozen=True)
class SegmentPattern:
    """One segment's parsed pattern: a code matches when any part of it does."""

    segment: str
    codes: frozenset[str] = frozenset()
    prefixes: tuple[str, ...] = ()
    ranges: tuple[tuple[str, str], ...] = ()

    def matches(self, code: str) -> bool:
        """Say whether this one code is meant."""
        if code in self.codes or any(code.startswith(prefix) for prefix in self.prefixes):
            return True
        return any(
            len(code) == len(low) and code.isascii() and code.isdigit() and low <= code <= high
            for low, high in self.ranges
        )

    def text(self) -> str:
        """Write the pattern back in its normal form: codes, prefixes, ranges, each sorted."""
        parts = [*sorted(self.codes)]
        parts += [f"{prefix}*" for prefix in self.prefixes]
        parts += [f"{low}-{high}" for low, high in self.ranges]
        return ",".join(parts)


@dataclass(frozen=True)
class AccountPattern:
    """What a rule names: every segment listed must match, every other may be anything."""

    segments: tuple[SegmentPattern, ...]

    def as_dict(self) -> dict[str, str]:
        """Give the normal form that a rule stores."""
        return {part.segment: part.text() for part in self.segments}


@dataclass(frozen=True)
class SegmentColumn:
    """One segment of every account, dictionary-coded.

    codes: the distinct codes. index: int array (accounts,), the position of each account's code.
    """

    codes: tuple[str, ...]
    index: NDArray[np.int32]


def parse_segment(*, segment: str, text: str) -> SegmentPattern | None:
    """Read one segment's pattern; None when it is blank, meaning any code.

    Raises PatternError on an unknown segment, an empty term, a lone ``*``, a range whose ends
    differ in length or order, and characters that no code has.

    >>> parse_segment(segment="resource", text="3010, 3150").text()
    '3010,3150'
    """
    if segment not in SEGMENTS:
        raise PatternError(f"There is no segment “{segment}”. Use one of: {', '.join(SEGMENTS)}.")
    if not text.strip():
        return None
    codes: set[str] = set()
    prefixes: set[str] = set()
    ranges: set[tuple[str, str]] = set()
    for term in (part.strip() for part in text.split(",")):
        if not term:
            raise PatternError(f"{segment}: two commas with nothing between them in “{text}”.")
        if found := _RANGE.fullmatch(term):
            ranges.add(_range(segment=segment, low=found[1], high=found[2]))
        elif term.strip("*") == "":
            raise PatternError(f"{segment}: leave the field blank to mean every code, not “{term}”.")
        elif _PREFIX.fullmatch(term):
            prefixes.add(term[:-1])
        elif _CODE.fullmatch(term):
            codes.add(term)
        else:
            raise PatternError(
                f"{segment}: “{term}” is not a code (0110), a beginning (5*) or a range (1000-7499)."
            )
    return SegmentPattern(
        segment=segment,
        codes=frozenset(codes),
        prefixes=tuple(sorted(prefixes)),
        ranges=tuple(sorted(ranges)),
    )


def _range(*, segment: str, low: str, high: str) -> tuple[str, str]:
    if len(low) != len(high):
        raise PatternError(f"{segment}: both ends of the range {low}-{high} need the same number of digits.")
    if low > high:
        raise PatternError(f"{segment}: the range {low}-{high} ends before it begins.")
    return low, high


def parse_patterns(*, patterns: Mapping[str, str]) -> AccountPattern:
    """Read a whole rule: segment name -> pattern text, blank ones left out.

    Raises PatternError as parse_segment does, and when no segment names a code at all.
    """
    parsed = {name: parse_segment(segment=name, text=text) for name, text in patterns.items()}
    segments = tuple(part for name in SEGMENTS if (part := parsed.get(name)) is not None)
    if not segments:
        raise PatternError("Name at least one code: a rule with every field blank would catch all dollars.")
    return AccountPattern(segments=segments)


def encode_segment(*, values: Sequence[str]) -> SegmentColumn:
    """Dictionary-code one segment of the accounts. Empty in, empty out."""
    positions: dict[str, int] = {}
    index = np.fromiter(
        (positions.setdefault(value, len(positions)) for value in values),
        dtype=np.int32,
        count=len(values),
    )
    return SegmentColumn(codes=tuple(positions), index=index)


def match_accounts(
    *, pattern: AccountPattern, columns: Mapping[str, SegmentColumn], size: int
) -> NDArray[np.bool_]:
    """Mark the accounts a rule means.

    columns: segment name -> its dictionary-coded column of `size` accounts; a segment the file
    does not have counts as blank everywhere, which no pattern matches. Returns bool (size,).
    Cost: each pattern is tried once a distinct code, then looked up once an account.
    """
    matched: NDArray[np.bool_] | None = None
    for part in pattern.segments:
        column = columns.get(part.segment)
        if column is None:
            return np.zeros(size, dtype=np.bool_)
        by_code = np.fromiter(
            (part.matches(code) for code in column.codes), dtype=np.bool_, count=len(column.codes)
        )
        found = by_code[column.index] if column.codes else np.zeros(size, dtype=np.bool_)
        matched = found if matched is None else matched & found
    return np.ones(size, dtype=np.bool_) if matched is None else matched
