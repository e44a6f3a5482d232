"""Days as people write them into a file's name or its banner. Pure."""

from __future__ import annotations

import calendar
import datetime
import re

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_YEAR_FIRST = re.compile(r"(?<!\d)((?:19|20)\d\d)([-_./]?)(\d\d)\2(\d\d)(?!\d)")
_YEAR_LAST = re.compile(r"(?<!\d)(\d{1,2})([-_./])(\d{1,2})\2((?:19|20)?\d\d)(?!\d)")
_YEAR_AND_MONTH = re.compile(r"(?<!\d)((?:19|20)\d\d)[-_./](\d\d)(?![-_./]?\d)")
_MONTH_AND_YEAR = re.compile(r"(?<![-_./\d])(\d{1,2})[-_./]((?:19|20)\d\d)(?![-_./]?\d)")
_IN_WORDS = re.compile(
    r"(?<![a-z])(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)[\s_.\-]*(?:(\d{1,2})(?:st|nd|rd|th)?[\s_,\-]+)?((?:19|20)\d\d)"
    r"(?!\d)",
    re.IGNORECASE,
)


def find_days(text: str) -> set[datetime.date]:
    """Find the days a text names; a month alone is its last day. `2025-26` is a fiscal year, no month."""
    found = [
        *(_day(int(year), int(month), int(day)) for year, _, month, day in _YEAR_FIRST.findall(text)),
        *(_day(_full(year), int(month), int(day)) for month, _, day, year in _YEAR_LAST.findall(text)),
        *(
            _day(int(year), int(month), 0)
            for year, month in _YEAR_AND_MONTH.findall(text)
            if int(month) != (int(year) + 1) % 100
        ),
        *(_day(int(year), int(month), 0) for month, year in _MONTH_AND_YEAR.findall(text)),
        *(
            _day(int(year), _MONTHS.index(month[:3].lower()) + 1, int(day or 0))
            for month, day, year in _IN_WORDS.findall(text)
        ),
    ]
    return {day for day in found if day is not None}


def _full(year: str) -> int:
    return int(year) if len(year) == 4 else 2000 + int(year)


def _day(year: int, month: int, day: int) -> datetime.date | None:
    if not 1 <= month <= 12 or day > calendar.monthrange(year, month)[1]:
        return None
    return datetime.date(year, month, day or calendar.monthrange(year, month)[1])
