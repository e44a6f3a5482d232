"""When a filing was made: the moment in the file, else the usual month of that filing."""

from __future__ import annotations

import datetime
import re

from districts.landing.kinds import Reading, at_noon, parse_day

_MOMENT = re.compile(
    r"^([0-9]{1,2})/([0-9]{1,2})/([0-9]{4}) ([0-9]{2}):([0-9]{2}):([0-9]{2})"
    r"(?: ([+-])([0-9]{2}):([0-9]{2}))?$"
)


def parse_saved_moment(text: str) -> datetime.datetime | None:
    """Read a moment as a California export writes it; without a zone it is UTC, as the others are."""
    match = _MOMENT.match(text.strip())
    if not match:
        return None
    month, day, year, hour, minute, second = (int(part) for part in match.groups()[:6])
    try:
        moment = datetime.datetime(year, month, day, hour, minute, second, tzinfo=datetime.UTC)
    except ValueError:
        return None
    sign, hours, minutes = match.groups()[6:]
    if sign:
        shift = datetime.timedelta(hours=int(hours), minutes=int(minutes))
        moment = moment - shift if sign == "+" else moment + shift
    return moment


def usual_filing_day(*, subject: str, period: str, fiscal_year: int, start_month: int = 7) -> datetime.date:
    """Give the end of the month in which such a filing is usually made.

    Unaudited actuals and the budget beside them: two and a half months after the year's end.
    A budget: the day before the year starts. An estimated actual: the last day of the year.
    """
    start = datetime.date(fiscal_year - (1 if start_month > 1 else 0), start_month, 1)
    end = datetime.date(fiscal_year if start_month > 1 else fiscal_year + 1, start_month, 1)
    if subject in ("budget", "earmark"):
        return _month_end(start, months=2) if period == "A" else start - datetime.timedelta(days=1)
    if subject == "actual":
        return _month_end(end, months=2)
    return end - datetime.timedelta(days=1)


def date_slices(reading: Reading) -> None:
    """Date every slice that the file does not date itself: by the day typed, else the usual one.

    A year to date is dated by the last day it covers, so an earlier one never passes for a newer filing.
    """
    typed = reading.file_map.get("filed_on")
    day = parse_day(typed, label="Filing date") if typed else None
    for one in reading.slice_list():
        if one.filed_at is not None:
            continue
        usual = usual_filing_day(
            subject=one.subject,
            period=one.period,
            fiscal_year=one.fiscal_year,
            start_month=reading.source.fiscal_year_start_month,
        )
        one.filed_at = at_noon(day or one.through_on or min(usual, reading.source.today))
        reading.report.check(
            name=f"Filing date of {one.subject.replace('_', ' ')} FY{one.fiscal_year}",
            status="info",
            found=f"{one.filed_at:%Y-%m-%d}",
            note=_how_dated(
                is_typed=bool(day), is_to_date=bool(one.through_on), is_ahead=usual > reading.source.today
            ),
        )


def _how_dated(*, is_typed: bool, is_to_date: bool, is_ahead: bool) -> str:
    if is_typed:
        return "Given by a person: the file does not say when it was filed."
    unsaid = "The file does not say when it was filed."
    if is_to_date:
        return f"Assumed: the last day it covers. {unsaid}"
    if is_ahead:
        return f"Assumed: today, since the usual filing month is still ahead. {unsaid}"
    return f"Assumed: the usual filing month. {unsaid}"


def _month_end(day: datetime.date, *, months: int) -> datetime.date:
    month = day.month - 1 + months + 1
    return datetime.date(day.year + month // 12, month % 12 + 1, 1) - datetime.timedelta(days=1)
