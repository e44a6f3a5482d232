"""A ledger that holds the books of several entities: never summed without a person's word."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from tests.investments.imports.test_generic_ledger import guess, read, write

ROWS = [("Bay Unified", "10"), ("Bay Charter", "3"), ("Bay Unified", "5")]


@pytest.fixture
def two(tmp_path: Path) -> Path:
    return _file(tmp_path, ROWS)


def _file(folder: Path, rows: list[tuple[str, str]]) -> Path:
    lines = [f"{entity},01,1100,{amount}" for entity, amount in rows]
    return write(folder, "gl_2025_actual.csv", "\n".join(["Entity,Fund,Object,Actual", *lines]))


def test_the_column_is_found_and_its_sum_is_refused(two: Path) -> None:
    assert guess(two)["entity"] == "Entity"
    _, reading = read(two, fiscal_year_value="2025")
    problem = reading.report.problems[0]
    assert "2 entities" in problem.why
    assert problem.value == "Bay Charter, Bay Unified"
    assert "Load only the rows of" in problem.what_to_do


def test_one_of_them_is_loaded_and_the_rest_counted(two: Path) -> None:
    rows, reading = read(two, fiscal_year_value="2025", entity_value="Bay Unified")
    assert [row[3] for row in rows] == [Decimal(10), Decimal(5)]
    assert not reading.report.problems
    assert [one.found for one in reading.report.checks if one.name == "Rows of others"] == ["1 row"]


def test_an_entity_that_is_not_there_is_refused(two: Path) -> None:
    rows, reading = read(two, fiscal_year_value="2025", entity_value="Bay")
    assert not rows
    assert "holds Bay Charter, Bay Unified" in reading.report.problems[0].why


def test_a_row_without_an_entity_is_refused(tmp_path: Path) -> None:
    path = _file(tmp_path, [*ROWS, ("", "7")])
    _, reading = read(path, fiscal_year_value="2025", entity_value="Bay Unified")
    assert [(one.row, one.column) for one in reading.report.problems] == [(5, "Entity")]


def test_one_entity_alone_asks_nothing(tmp_path: Path) -> None:
    rows, reading = read(_file(tmp_path, ROWS[:1]), fiscal_year_value="2025")
    assert len(rows) == 1
    assert not reading.report.problems


def test_a_person_may_say_that_they_are_one_districts(two: Path) -> None:
    rows, reading = read(two, fiscal_year_value="2025", entity="")
    assert len(rows) == 3
    assert not reading.report.problems
