"""Whether actuals are of a finished year: asked where the year had not ended when the file was made. Pure."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from districts.landing.kinds import FileMap, MapIncomplete, Reading, Source, parse_day
from districts.landing.reader import Sample
from investments.imports.fiscal_years import read_fiscal_year, read_kind
from investments.imports.ledger_map import CLOSED

ACTUAL = "actual"


def year_end(*, fiscal_year: int, start_month: int) -> datetime.date:
    """Give the last day of a fiscal year, which is named by the year in which it ends."""
    following = datetime.date(fiscal_year if start_month > 1 else fiscal_year + 1, start_month, 1)
    return following - datetime.timedelta(days=1)


def check_finished(*, sample: Sample, file_map: FileMap, source: Source) -> None:
    """Raise MapIncomplete where the head of a file shows actuals of a year that is not over, unanswered."""
    if file_map.get("actuals_are") or file_map.get("through_on") or not _may_hold_actuals(sample, file_map):
        return
    made = _made_on(file_map, source)
    for year in _years(sample, file_map, source):
        if year_end(fiscal_year=year, start_month=source.fiscal_year_start_month) > made:
            raise MapIncomplete(
                f"FY{year} had not ended on {made:%Y-%m-%d}, when this file was made. Say whether its actuals"
                " are of a finished year or of a year to date, and through which day.",
                field="actuals_are",
            )


def settle_open_years(reading: Reading) -> None:
    """Write onto each slice of actuals through which day it runs; report the years that nobody has settled.

    Call when the slices are dated. Without an answer a year is closed if it ended by the filing date.
    """
    answer, typed = reading.file_map.get("actuals_are"), reading.file_map.get("through_on")
    through = parse_day(typed, label="Actuals run through") if typed else None
    for one in reading.slice_list():
        if one.subject != ACTUAL or answer == CLOSED:
            continue
        end = year_end(fiscal_year=one.fiscal_year, start_month=reading.source.fiscal_year_start_month)
        if through is not None:
            one.through_on = through if through < end else None
        elif one.filed_at is not None and end > one.filed_at.date():
            reading.report.problem(
                row=0,
                column="Actuals are",
                value=f"FY{one.fiscal_year}",
                why=f"is a year that had not ended on {one.filed_at:%Y-%m-%d}, when the file was made",
                what_to_do="Say in the map whether the actuals are of a finished year or of a year to date.",
            )
        if one.through_on:
            reading.report.check(
                name=f"Actuals of FY{one.fiscal_year}",
                status="info",
                found=f"through {one.through_on:%Y-%m-%d}",
                note="A year to date: shown as such, and not compared with whole years.",
            )


def _made_on(file_map: FileMap, source: Source) -> datetime.date:
    typed = file_map.get("filed_on")
    return parse_day(typed, label="Filing date") if typed else source.today


def _may_hold_actuals(sample: Sample, file_map: FileMap) -> bool:
    if file_map.get(ACTUAL) or file_map.get("kind_value") == ACTUAL:
        return True
    column = file_map.get("kind")
    return bool(column) and any(read_kind(text) == ACTUAL for text in sample.column_values(column))


def _years(sample: Sample, file_map: FileMap, source: Source) -> Sequence[int]:
    column = file_map.get("fiscal_year")
    if not column:
        return [int(file_map.get("fiscal_year_value"))]
    found = {
        read_fiscal_year(
            text,
            start_month=source.fiscal_year_start_month,
            is_named_by_start=file_map.get("year_names") == "start",
        )
        for text in sample.column_values(column)
    }
    return sorted(year for year in found if year is not None)
