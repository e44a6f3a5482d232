"""Which accounts a coding rule means: the pattern grammar and its matching.

Must not know what an amount is, nor read a database.

The grammar of one segment is `districts.code_patterns`; all segments named by a rule must match.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from districts.code_patterns import PatternError, SegmentPattern, parse_codes
from investments.segments import SEGMENTS

__all__ = [
    "AccountPattern",
    "PatternError",
    "SegmentColumn",
    "SegmentPattern",
    "encode_segment",
    "match_accounts",
    "parse_patterns",
    "parse_segment",
]


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

    Raises PatternError on an unknown segment and on what `parse_codes` cannot read.

    >>> parse_segment(segment="resource", text="3010, 3150").text()
    '3010,3150'
    """
    if segment not in SEGMENTS:
        raise PatternError(f"There is no segment “{segment}”. Use one of: {', '.join(SEGMENTS)}.")
    return parse_codes(segment=segment, text=text)


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
    does not have counts as blank everywhere, which only "(none)" matches. Returns bool (size,).
    Cost: each pattern is tried once a distinct code, then looked up once an account.
    """
    matched: NDArray[np.bool_] | None = None
    for part in pattern.segments:
        column = columns.get(part.segment)
        if column is None and part.matches(""):
            continue
        if column is None:
            return np.zeros(size, dtype=np.bool_)
        by_code = np.array(part.mark(column.codes), dtype=np.bool_)
        found = by_code[column.index] if column.codes else np.zeros(size, dtype=np.bool_)
        matched = found if matched is None else matched & found
    return np.ones(size, dtype=np.bool_) if matched is None else matched
