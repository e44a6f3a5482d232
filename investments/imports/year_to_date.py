"""Whether actuals are of a finished year: asked where the year may not have ended. Pure."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from districts.landing.kinds import FileMap, MapIncomplete, Reading, Source, parse_day
from districts.landing.reader import Sample
from investments.imports.days_in_text import find_days
from investments.imports.fiscal_years import read_fiscal_year, read_kind
from investments.imports.header_words import words
from investments.imports.ledger_map import CLOSED

ACTUAL = "actual"
ASKED, THROUGH = "actuals_are", "through_on"
_LABELS = {ASKED: "Actuals are", THROUGH: "Actuals run through"}
_TO_DATE_WORDS = ("ytd", "year to date")


@dataclass(frozen=True, kw_only=True)
class Objection:
    """Why the answers about a year to date cannot be right, and the question to answer again."""

    field: str
    value: str
    why: str
    what_to_do: str


def year_end(*, fiscal_year: int, start_month: int) -> datetime.date:
    """Give the last day of a fiscal year, which is named by the year in which it ends."""
    following = datetime.date(fiscal_year if start_month > 1 else fiscal_year + 1, start_month, 1)
    return following - datetime.timedelta(days=1)


def year_start(*, fiscal_year: int, start_month: int) -> datetime.date:
    """Give the first day of a fiscal year."""
    return year_end(fiscal_year=fiscal_year - 1, start_month=start_month) + datetime.timedelta(days=1)


def check_finished(*, sample: Sample, file_map: FileMap, source: Source) -> None:
    """Raise MapIncomplete where the head of a file shows actuals that the answers do not settle."""
    rows = _actual_rows(sample, file_map)
    column = file_map.get("kind")
    found = find_objection(
        years=_years(rows, file_map, source),
        hint_texts=[*_texts(sample, file_map), *(row.get(column, "") for row in rows)],
        file_map=file_map,
        source=source,
        is_whole=not file_map.get("fiscal_year"),
    )
    if found:
        raise MapIncomplete(f"{found.value} {found.why}. {found.what_to_do}", field=found.field)


def settle_open_years(reading: Reading, *, sample: Sample, kinds: Collection[str]) -> None:
    """Write onto each slice of actuals through which day it runs; report what nobody has settled.

    kinds: the words of the column of kinds. Call when every row is read, before the slices are dated.
    """
    slices = [one for one in reading.slice_list() if one.subject == ACTUAL]
    found = find_objection(
        years=sorted({one.fiscal_year for one in slices}),
        hint_texts=[*_texts(sample, reading.file_map), *(one for one in kinds if read_kind(one) == ACTUAL)],
        file_map=reading.file_map,
        source=reading.source,
        is_whole=True,
    )
    if found:
        reading.report.problem(
            row=0,
            column=_LABELS[found.field],
            value=found.value,
            why=found.why,
            what_to_do=found.what_to_do,
        )
        return
    through = _through(reading.file_map)
    for one in slices:
        start, end = _span(one.fiscal_year, reading.source)
        if through is None or not start <= through <= end:
            continue
        one.through_on = through
        reading.report.check(
            name=f"Actuals of FY{one.fiscal_year}",
            status="info",
            found=f"through {through:%Y-%m-%d}",
            note="A year to date: shown as such, and not compared with whole years.",
        )


def find_objection(
    *,
    years: Sequence[int],
    hint_texts: Collection[str],
    file_map: FileMap,
    source: Source,
    is_whole: bool,
) -> Objection | None:
    """Say what is wrong with the answers for actuals of these years; None where they are settled.

    hint_texts: where the file may say that it is of a year to date. is_whole: these are all its years.
    """
    if not years:
        return None
    made, through = _made_on(file_map, source), _through(file_map)
    for year in years:
        start, end = _span(year, source)
        if start > made:
            return Objection(
                field=ASKED,
                value=f"FY{year}",
                why=f"begins on {start:%Y-%m-%d}, after {made:%Y-%m-%d}, when the file was made",
                what_to_do="It cannot have actuals yet: correct the year, the kind of amount or the filing date.",
            )
        if end > made and through is None:
            return Objection(
                field=ASKED,
                value=f"FY{year}",
                why=f"had not ended on {made:%Y-%m-%d}, when this file was made",
                what_to_do="Its actuals are of a year to date: say so, and through which day.",
            )
    if through is not None:
        return _object_to_day(through, years=years, made=made, source=source, is_whole=is_whole)
    if file_map.get(ASKED) == CLOSED:
        return None
    return _object_to_hint(years=years, hint_texts=hint_texts, source=source)


def _object_to_day(
    through: datetime.date, *, years: Sequence[int], made: datetime.date, source: Source, is_whole: bool
) -> Objection | None:
    day = f"{through:%Y-%m-%d}"
    if through > made:
        return Objection(
            field=THROUGH,
            value=day,
            why=f"is after {made:%Y-%m-%d}, when the file was made",
            what_to_do="Give the last day whose dollars are in the file.",
        )
    for year in years:
        start, _ = _span(year, source)
        if through < start:
            return Objection(
                field=THROUGH,
                value=day,
                why=f"is before FY{year} begins, on {start:%Y-%m-%d}, and the file has actuals of it",
                what_to_do="Give the last day whose dollars are in the file.",
            )
    if is_whole and all(through > _span(year, source)[1] for year in years):
        return Objection(
            field=THROUGH,
            value=day,
            why=f"is after FY{max(years)} ended, so no year of the file is a year to date",
            what_to_do="Correct the day, or say that the actuals are of finished years.",
        )
    return None


def _object_to_hint(*, years: Sequence[int], hint_texts: Collection[str], source: Source) -> Objection | None:
    """Ask where the file calls itself a year to date, or its latest day inside a year is not the last."""
    what = "Say whether its actuals are of finished years or of a year to date, and through which day."
    for text in hint_texts:
        if any(f" {word} " in f" {words(text)} " for word in _TO_DATE_WORDS):
            return Objection(field=ASKED, value=text, why="speaks of a year to date", what_to_do=what)
    days = {day for text in hint_texts for day in find_days(text)}
    for year in years:
        start, end = _span(year, source)
        inside = max((day for day in days if start <= day <= end), default=end)
        if inside < end:
            return Objection(
                field=ASKED,
                value=f"{inside:%Y-%m-%d}",
                why=f"is named by the file and falls inside FY{year}",
                what_to_do=what,
            )
    return None


def _span(fiscal_year: int, source: Source) -> tuple[datetime.date, datetime.date]:
    month = source.fiscal_year_start_month
    return (
        year_start(fiscal_year=fiscal_year, start_month=month),
        year_end(fiscal_year=fiscal_year, start_month=month),
    )


def _made_on(file_map: FileMap, source: Source) -> datetime.date:
    typed = file_map.get("filed_on")
    return min(parse_day(typed, label="Filing date"), source.today) if typed else source.today


def _through(file_map: FileMap) -> datetime.date | None:
    typed = file_map.get(THROUGH)
    return parse_day(typed, label="Actuals run through") if typed else None


def _texts(sample: Sample, file_map: FileMap) -> list[str]:
    """Give the file's name, the rows above its header and, without a filing date, the columns of actuals.

    Some systems call the column year to date all year round: a filing date after the year settles that.
    """
    above = (cells for number, cells in sample.head if number < (sample.header_row or 1))
    names = () if file_map.get("filed_on") else (ACTUAL, "amount", "debit")
    columns = [file_map.get(name) for name in names]
    return [sample.file_name, *(cell for cells in above for cell in cells if cell), *filter(None, columns)]


def _actual_rows(sample: Sample, file_map: FileMap) -> list[dict[str, str]]:
    """Give the rows of the sample that hold actuals."""
    rows = [dict(zip(sample.columns, row, strict=False)) for row in sample.rows]
    column, kind = file_map.get(ACTUAL), file_map.get("kind")
    if column:
        return [row for row in rows if row.get(column)]
    if kind:
        return [row for row in rows if read_kind(row.get(kind, "")) == ACTUAL]
    return rows if file_map.get("kind_value") == ACTUAL else []


def _years(rows: list[dict[str, str]], file_map: FileMap, source: Source) -> list[int]:
    column = file_map.get("fiscal_year")
    if not column:
        return [int(file_map.get("fiscal_year_value"))] if rows else []
    found = {
        read_fiscal_year(
            text,
            start_month=source.fiscal_year_start_month,
            is_named_by_start=file_map.get("year_names") == "start",
        )
        for text in {row.get(column, "") for row in rows}
    }
    return sorted(year for year in found if year is not None)
