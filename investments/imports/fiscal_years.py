"""Fiscal years and kinds of amount as people write them. Pure."""

from __future__ import annotations

import re

_PREFIX = re.compile(r"^(?:FY|SY|FISCAL YEAR|SCHOOL YEAR)[\s\-']*", re.IGNORECASE)
_ONE_YEAR = re.compile(r"^((?:19|20)[0-9]{2})$")
_SHORT_YEAR = re.compile(r"^([0-9]{2})$")
_TWO_YEARS = re.compile(r"^((?:19|20)?[0-9]{2})\s*[-/–]\s*((?:19|20)?[0-9]{2})$")
_ISO_DAY = re.compile(r"^((?:19|20)[0-9]{2})-([0-9]{1,2})-([0-9]{1,2})(?:[ T].*)?$")
_US_DAY = re.compile(r"^([0-9]{1,2})/([0-9]{1,2})/((?:19|20)?[0-9]{2})(?: .*)?$")
_IN_TEXT = re.compile(
    r"(?<![0-9])((?:19|20)[0-9]{2}\s*[-/–_]\s*(?:(?:19|20)[0-9]{2}|[0-9]{2}))(?![0-9])"
    r"|\bFY[\s_\-']*((?:19|20)?[0-9]{2})(?![0-9])|(?<![0-9])((?:19|20)[0-9]{2})(?![0-9])",
    re.IGNORECASE,
)

KIND_WORDS = {
    "actual": {
        "a",
        "act",
        "actual",
        "actuals",
        "ac",
        "expended",
        "expenditure",
        "expenditures",
        "ytd",
        "expense",
        "unaudited actuals",
        "ledger",
        "ba",
    },
    "budget": {
        "b",
        "bud",
        "budget",
        "budgeted",
        "adopted",
        "adopted budget",
        "revised budget",
        "bb",
        "original budget",
        "approved budget",
        "working budget",
        "appropriation",
        "revised",
    },
    "estimated_actual": {
        "e",
        "est",
        "ea",
        "be",
        "estimated",
        "estimated actual",
        "estimated actuals",
        "projected",
        "projection",
        "forecast",
    },
    "encumbrance": {
        "enc",
        "encumbrance",
        "encumbrances",
        "encumbered",
        "en",
        "commitment",
        "committed",
        "pre encumbrance",
    },
}


def read_fiscal_year(text: str, *, start_month: int = 7, is_named_by_start: bool = False) -> int | None:
    """Read a fiscal year, or the one a day falls in, named by the year in which it ends.

    A bare year is the ending one unless `is_named_by_start`. None when the text is neither.
    """
    bare = _PREFIX.sub("", text.strip())
    shift = 1 if is_named_by_start else 0
    if match := _ONE_YEAR.match(bare):
        return int(match[1]) + shift
    if (match := _SHORT_YEAR.match(bare)) and bare != text.strip():
        return 2000 + int(match[1]) + shift
    if match := _TWO_YEARS.match(bare):
        first, last = _full(match[1]), _full(match[2])
        return last if last == first + 1 else None
    if match := _ISO_DAY.match(bare):
        return _year_of_day(int(match[1]), int(match[2]), int(match[3]), start_month)
    if match := _US_DAY.match(bare):
        return _year_of_day(_full(match[3]), int(match[1]), int(match[2]), start_month)
    return None


def _full(year: str) -> int:
    return int(year) if len(year) == 4 else 2000 + int(year)


def _year_of_day(year: int, month: int, day: int, start_month: int) -> int | None:
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    return year + 1 if start_month > 1 and month >= start_month else year


def find_year_in_text(text: str) -> int | None:
    """Find a fiscal year in a file name or a banner: `2023-24`, `FY24`, `2024`."""
    for match in _IN_TEXT.finditer(text):
        both, named, bare = match.groups()
        found = read_fiscal_year(re.sub(r"[_\s]", "-", both) if both else f"FY{named}" if named else bare)
        if found:
            return found
    return None


def read_kind(text: str) -> str:
    """Read a kind of amount; empty when the text is none."""
    name = " ".join(re.sub(r"[^a-z]+", " ", text.lower()).split())
    return next((kind for kind, names in KIND_WORDS.items() if name in names), "")
