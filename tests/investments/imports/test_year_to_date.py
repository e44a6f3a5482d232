"""Actuals of a year that is not over: asked on the map, settled by slice, never closed by default."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from districts.landing.kinds import FileMap, MapIncomplete, Source
from districts.landing.reader import open_table
from investments.imports.generic_ledger import GenericLedger
from tests.investments.imports.test_generic_ledger import TODAY, guess, read, source_of, write

KIND = GenericLedger()
HEADER = "Fund,Resource,Object,Fiscal Year,Type,Amount\n"
OPEN = HEADER + "01,3010,1100,2027,Actual,100.00\n01,3010,1100,2027,Budget,900.00\n"
BOTH = HEADER + "01,3010,1100,2026,Actual,700.00\n01,3010,1100,2027,Actual,100.00\n"
LATE = (
    HEADER
    + "".join("01,3010,1100,2026,Actual,1.00\n" for _ in range(400))
    + "01,3010,1100,2027,Actual,1.00\n"
)


def check(path: Path, source: Source | None = None, **answers: str) -> None:
    sample = open_table(path=path).sample
    KIND.check_map(sample, FileMap(values={**guess(path), **answers}), source or source_of(path))


def test_map_asks_about_actuals_of_a_year_that_had_not_ended(tmp_path: Path) -> None:
    path = write(tmp_path, "ledger.csv", OPEN)
    with pytest.raises(MapIncomplete, match="FY2027 had not ended on 2026-11-23") as caught:
        check(path)
    assert caught.value.field == "actuals_are"
    with pytest.raises(MapIncomplete, match="through which day"):
        check(path, actuals_are="to_date")
    with pytest.raises(MapIncomplete, match="no last day"):
        check(path, actuals_are="closed", through_on="2026-10-31")
    with pytest.raises(MapIncomplete, match="FY2027 had not ended on 2026-11-23"):
        check(path, actuals_are="closed")
    check(path, actuals_are="to_date", through_on="2026-10-31")


@pytest.mark.parametrize(
    ("text", "day", "why"),
    [
        (OPEN, "2027-10-31", "is after 2026-11-23, when the file was made"),
        (OPEN, "2027-06-30", "is after 2026-11-23, when the file was made"),
        (OPEN, "2026-11-24", "is after 2026-11-23, when the file was made"),
        (OPEN, "2026-06-30", "before FY2027 begins, on 2026-07-01"),
        (BOTH, "2025-10-31", "before FY2026 begins|before FY2027 begins"),
    ],
)
def test_day_that_cannot_be_the_last_of_a_year_to_date_is_refused(
    tmp_path: Path, text: str, day: str, why: str
) -> None:
    path = write(tmp_path, "ledger.csv", text)
    with pytest.raises(MapIncomplete, match=why) as caught:
        check(path, actuals_are="to_date", through_on=day)
    assert caught.value.field == "through_on"


def test_day_after_the_filing_date_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, "ledger.csv", OPEN)
    with pytest.raises(MapIncomplete, match="is after 2026-10-15, when the file was made"):
        check(path, actuals_are="to_date", through_on="2026-10-31", filed_on="2026-10-15")
    with pytest.raises(MapIncomplete, match="FY2027 begins on 2026-07-01, after 2026-06-01"):
        check(path, actuals_are="closed", filed_on="2026-06-01")


def test_year_to_date_without_any_open_year_is_refused(tmp_path: Path) -> None:
    closed = OPEN.replace("2027", "2026")
    _, reading = read(write(tmp_path, "ledger.csv", closed), actuals_are="to_date", through_on="2026-07-31")
    assert [(one.column, one.value) for one in reading.report.problems] == [
        ("Actuals run through", "2026-07-31")
    ]


def test_day_past_the_first_rows_begins_too_early_is_a_problem(tmp_path: Path) -> None:
    _, reading = read(write(tmp_path, "ledger.csv", LATE), actuals_are="to_date", through_on="2026-03-31")
    assert [(one.column, one.value) for one in reading.report.problems] == [
        ("Actuals run through", "2026-03-31")
    ]
    assert [one.through_on for one in reading.slice_list()] == [None, None]


def test_past_year_still_open_runs_through_its_last_day(tmp_path: Path) -> None:
    path = write(tmp_path, "ledger.csv", OPEN.replace("2027", "2026"))
    _, reading = read(path, actuals_are="to_date", through_on="2026-06-30")
    assert reading.slice_list()[0].through_on == datetime.date(2026, 6, 30)


@pytest.mark.parametrize(
    ("name", "banner", "kind"),
    [
        ("monthly 2026-03.csv", "", "Actual"),
        ("ledger.csv", "As of 03/31/2026", "Actual"),
        ("ledger.csv", "Through March 2026", "Actual"),
        ("Ledger YTD.csv", "", "Actual"),
        ("ledger.csv", "", "YTD"),
    ],
)
def test_past_year_that_the_file_calls_a_year_to_date_is_asked_about(
    tmp_path: Path, name: str, banner: str, kind: str
) -> None:
    rows = f"01,3010,1100,2026,{kind},700.00\n01,3010,1200,2026,{kind},700.00\n"
    path = write(tmp_path, name, (f"{banner},,,,,\n" if banner else "") + HEADER + rows)
    with pytest.raises(MapIncomplete, match="finished years or of a year to date") as caught:
        check(path)
    assert caught.value.field == "actuals_are"
    check(path, actuals_are="closed")
    check(path, actuals_are="to_date", through_on="2026-03-31")


def test_column_called_year_to_date_is_asked_about_unless_the_filing_date_is_known(tmp_path: Path) -> None:
    path = write(
        tmp_path, "status.csv", "Fund,Object,Fiscal Year,Budget,Expended YTD\n01,1100,2026,9.00,7.00\n"
    )
    assert guess(path)["actual"] == "Expended YTD"
    with pytest.raises(MapIncomplete, match="Expended YTD speaks of a year to date"):
        check(path)
    check(path, filed_on="2026-09-15")
    check(path, actuals_are="closed")
    check(path, actuals_are="to_date", through_on="2026-03-31")


@pytest.mark.parametrize(
    ("name", "banner"),
    [
        ("ledger 2025-26.csv", ""),
        ("ledger 20260630.csv", ""),
        ("ledger.csv", "July 1 2025 to June 30 2026"),
        ("ledger.csv", "Printed 11/20/2026"),
    ],
)
def test_past_year_named_whole_is_not_asked_about(tmp_path: Path, name: str, banner: str) -> None:
    rows = "01,3010,1100,2026,Actual,700.00\n01,3010,1200,2026,Actual,700.00\n"
    check(write(tmp_path, name, (f"{banner},,,,,\n" if banner else "") + HEADER + rows))


def test_word_for_a_year_to_date_far_down_in_the_file_is_a_problem(tmp_path: Path) -> None:
    text = LATE.replace("2027,Actual", "2026,YTD")
    _, reading = read(write(tmp_path, "ledger.csv", text))
    assert [(one.column, one.value) for one in reading.report.problems] == [("Actuals are", "YTD")]


def test_years_of_budget_rows_are_not_asked_about(tmp_path: Path) -> None:
    rows = "01,3010,1100,2026,Actual,700.00\n01,3010,1100,2027,Budget,900.00\n"
    check(write(tmp_path, "ledger.csv", HEADER + rows), actuals_are="closed")


def test_undated_year_to_date_is_dated_by_the_day_it_runs_through(tmp_path: Path) -> None:
    _, reading = read(write(tmp_path, "l.csv", BOTH), actuals_are="to_date", through_on="2026-10-31")
    assert {one.fiscal_year: f"{one.filed_at:%Y-%m-%d}" for one in reading.slice_list()} == {
        2026: "2026-09-30",
        2027: "2026-10-31",
    }
    notes = {one.name: one.note for one in reading.report.checks}
    assert "last day it covers" in notes["Filing date of actual FY2027"]
    assert "usual filing month" in notes["Filing date of actual FY2026"]
    _, reading = read(write(tmp_path, "b.csv", OPEN), actuals_are="to_date", through_on="2026-09-30")
    assert f"{reading.slice_list()[0].filed_at:%Y-%m-%d}" == "2026-09-30"


def test_year_that_ended_by_the_files_own_date_is_closed(tmp_path: Path) -> None:
    path = write(tmp_path, "ledger.csv", OPEN.replace("2027", "2026"))
    check(path)
    with pytest.raises(MapIncomplete, match="FY2026 had not ended on 2026-06-29"):
        check(path, filed_on="2026-06-29")
    check(path, filed_on="2026-06-30")


def test_district_whose_year_starts_in_october_is_asked_by_its_own_year(tmp_path: Path) -> None:
    path = write(tmp_path, "ledger.csv", OPEN.replace("2027", "2026"))
    source = Source(
        path=path, file_name=path.name, today=datetime.date(2026, 9, 29), fiscal_year_start_month=10
    )
    with pytest.raises(MapIncomplete, match="FY2026 had not ended on 2026-09-29"):
        check(path, source)


def test_budget_of_a_year_to_come_is_not_asked_about(tmp_path: Path) -> None:
    check(write(tmp_path, "ledger.csv", HEADER + "01,3010,1100,2028,Budget,900.00\n"))


def test_only_actuals_of_the_open_year_run_through_the_day(tmp_path: Path) -> None:
    _, reading = read(
        write(tmp_path, "ledger.csv", BOTH + OPEN.splitlines()[2] + "\n"),
        actuals_are="to_date",
        through_on="2026-10-31",
    )
    assert {(one.subject, one.fiscal_year): one.through_on for one in reading.slice_list()} == {
        ("actual", 2026): None,
        ("actual", 2027): datetime.date(2026, 10, 31),
        ("budget", 2027): None,
    }


def test_open_year_that_shows_only_far_down_in_the_file_is_a_problem_not_a_guess(tmp_path: Path) -> None:
    assert datetime.date(2027, 6, 30) > TODAY
    _, reading = read(write(tmp_path, "ledger.csv", LATE))
    assert [(one.column, one.value) for one in reading.report.problems] == [("Actuals are", "FY2027")]
    _, reading = read(write(tmp_path, "ledger.csv", LATE), actuals_are="closed")
    assert [(one.column, one.value) for one in reading.report.problems] == [("Actuals are", "FY2027")]
    _, reading = read(write(tmp_path, "ledger.csv", LATE), actuals_are="to_date", through_on="2026-10-31")
    assert reading.report.is_clean
    assert [one.through_on for one in reading.slice_list()] == [None, datetime.date(2026, 10, 31)]
