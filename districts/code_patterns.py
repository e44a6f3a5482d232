"""The grammar in which people name account codes: lists, beginnings, ranges; must not know an account.

Letters and leading zeros are kept as typed::

    pattern := "" | term ("," term)*        blank = nothing named
    term    := code                          exactly this code
             | prefix "*"                    every code that begins so
             | code "-" code                 digits of one length; compared as text
             | "(none)"                      an account without a code in this segment

A range ``1000-7499`` holds the codes of four digits between its ends, so ``979Z``, ``PCRA``
and ``01000`` are outside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

NO_CODE = "(none)"
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

    def mark(self, codes: Iterable[str]) -> list[bool]:
        """Say of each code whether it is meant."""
        if not self.prefixes and not self.ranges:
            return [code in self.codes for code in codes]
        return [self.matches(code) for code in codes]

    def text(self) -> str:
        """Write the pattern back in its normal form: codes, prefixes, ranges, each sorted."""
        parts = [code or NO_CODE for code in sorted(self.codes)]
        parts += [f"{prefix}*" for prefix in self.prefixes]
        parts += [f"{low}-{high}" for low, high in self.ranges]
        return ",".join(parts)

    def overlaps(self, other: SegmentPattern) -> bool:
        """Say whether some code could be meant by both."""
        return self._reaches(other) or other._reaches(self)

    def _reaches(self, other: SegmentPattern) -> bool:
        if any(self.matches(code) for code in other.codes):
            return True
        if any(theirs.startswith(own) for own in self.prefixes for theirs in other.prefixes):
            return True
        for low, high in self.ranges:
            if any(len(low) == len(a) and low <= b and a <= high for a, b in other.ranges):
                return True
            for prefix in other.prefixes:
                first, last = prefix.ljust(len(low), "0"), prefix.ljust(len(low), "9")
                if prefix.isdigit() and len(first) == len(low) and low <= last and first <= high:
                    return True
        return False


def parse_codes(*, segment: str, text: str) -> SegmentPattern | None:
    """Read a pattern of codes; None when it is blank. `segment` is what messages call it.

    Raises PatternError on an empty term, a lone ``*``, a range whose ends differ in length or
    order, and characters that no code has.

    >>> parse_codes(segment="object", text="100-899, 9001").text()
    '9001,100-899'
    """
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
        elif term.lower() == NO_CODE:
            codes.add("")
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
