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
    check(path, actuals_are="closed")
    check(path, actuals_are="to_date", through_on="2026-10-31")


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
    assert reading.report.is_clean
    assert [one.through_on for one in reading.slice_list()] == [None, None]
