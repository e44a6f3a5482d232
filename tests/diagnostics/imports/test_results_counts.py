"""Counts of students of Washington: a column a grade, a sheet a year, audited numbers of all agencies."""

from __future__ import annotations

import pytest
from django.db.models import Sum

from diagnostics.imports.results_words import grade_of, year_of_sheet
from diagnostics.models import MetricResult
from districts.models import ImportRun, Upload
from districts.tenancy import district_scope
from tests.cast import Cast
from tests.data import needs_shared
from tests.diagnostics.imports.files_of_results import (
    DC,
    at_risk,
    audited_enrollment,
    enrollment_by_grade,
    graduation,
    land_mapped,
    make_metrics,
    make_parcc_schools,
)


@pytest.fixture
def capital(bay: Cast) -> Cast:
    make_parcc_schools(bay)
    make_metrics(
        bay,
        ("enrollment", "Enrollment", "count"),
        ("audited-enrollment", "Audited enrollment", "count"),
        ("at-risk", "At-risk students", "count"),
        ("graduation", "Graduation", "percent"),
    )
    return bay


@needs_shared
def test_a_column_a_grade_and_the_total_are_one_slice(capital: Cast) -> None:
    upload = land_mapped(capital, DC / "enrollment-data-17-18.csv", enrollment_by_grade())
    assert upload.state == Upload.State.IMPORTED, (upload.message, upload.preview.get("by_why"))
    with district_scope(capital.district.pk):
        wilson = MetricResult.objects.filter(school__district_code="463")
        assert {one.grade: int(one.value) for one in wilson if one.value} == {
            "all": 1829,
            "9": 585,
            "10": 418,
            "11": 423,
            "12": 399,
            "UN/CE": 4,
        }
        assert MetricResult.objects.filter(school__district_code="333", grade="1").get().value == 85
        assert ImportRun.objects.get().rows_read == 116


@needs_shared
def test_audited_enrollment_by_grade_counts_other_agencies(capital: Cast) -> None:
    name = "Q1 Attachment -  Audited Total Student Enrollment SY1516, SY1617, SY1718.xlsx"
    upload = land_mapped(capital, DC / name, audited_enrollment())
    assert upload.state == Upload.State.IMPORTED, (upload.message, upload.preview.get("by_why"))
    with district_scope(capital.district.pk):
        rows = MetricResult.objects.filter(school__district_code="202")
        assert set(rows.values_list("school_year", flat=True)) == {2016, 2017, 2018}
        assert rows.filter(school_year=2017).aggregate(n=Sum("value"))["n"] == 251
        run = ImportRun.objects.get()
        assert run.rows_read == run.rows_loaded + run.rows_of_others


@needs_shared
def test_at_risk_counts_and_graduates(capital: Cast) -> None:
    upload = land_mapped(capital, DC / "dcpsbudget.ourdcschools.org-budget-data.csv", at_risk())
    assert upload.state == Upload.State.IMPORTED, (upload.message, upload.preview.get("by_why"))
    upload = land_mapped(capital, DC / "graduate-data-17.csv", graduation())
    assert upload.state == Upload.State.IMPORTED, (upload.message, upload.preview.get("by_why"))
    with district_scope(capital.district.pk):
        aiton = MetricResult.objects.get(
            metric__slug="at-risk", school__district_code="202", school_year=2015
        )
        assert aiton.value == 180
        banneker = MetricResult.objects.get(
            metric__slug="graduation", school__district_code="402", group="all"
        )
        assert (banneker.numerator, banneker.denominator, banneker.value) == (96, 96, 100)
        missing = MetricResult.objects.get(
            metric__slug="graduation", school__district_code="402", group="Asian"
        )
        assert (missing.value, missing.is_suppressed) == (None, False)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("03", "3"),
        ("Grade 3", "3"),
        ("KG", "K"),
        ("", "all"),
        ("ALL", "all"),
        ("HS", "HS"),
        ("pk3", "PK3"),
        ("1st", "1"),
    ],
)
def test_grades_are_kept_in_one_way(written: str, kept: str) -> None:
    assert grade_of(written) == kept


@pytest.mark.parametrize(
    ("sheet", "year"), [("2017 Dashboard", 2017), ("SY15_16", 2016), ("SY2016-2017", 2017), ("Overall", None)]
)
def test_a_sheet_may_say_its_year(sheet: str, year: int | None) -> None:
    assert year_of_sheet(sheet) == year
