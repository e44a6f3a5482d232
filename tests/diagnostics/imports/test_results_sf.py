"""San Francisco's results: science by number of group, distance from standard by sheet, counts, turnover, climate."""

from __future__ import annotations

import csv
from decimal import Decimal

import pytest

from diagnostics.models import MetricResult
from districts.landing import selectors, services
from districts.models import District, Filing, ImportRun, School, Upload
from districts.tenancy import district_scope
from tests.cast import Cast
from tests.data import needs_shared
from tests.diagnostics.imports.files_of_results import (
    SF,
    cast_2024,
    climate,
    confirm_names,
    dashboards,
    enrollment,
    land_mapped,
    make_metrics,
    turnover,
    unduplicated,
)
from tests.diagnostics.imports.test_results import make_schools
from tests.districts.landing.files import work


@pytest.fixture
def city(bay: Cast) -> Cast:
    with (SF / "school_id_to_cds_mapping.csv").open(encoding="utf-8-sig") as file:
        codes = [(row["school_id"], row["CDSCode"]) for row in csv.DictReader(file) if row["school_id"]]
    make_schools(bay, *((own, state.zfill(14) if state else "") for own, state in codes))
    District.objects.filter(pk=bay.district.pk).update(name="San Francisco Unified")
    make_metrics(
        bay,
        ("science", "Science", "percent"),
        ("science-score", "Science score", "points"),
        ("dfs-ela", "Distance from standard in English", "points"),
        ("dfs-math", "Distance from standard in mathematics", "points"),
        ("enrollment", "Enrollment", "count"),
        ("need", "Unduplicated need", "count"),
        ("turnover", "Teacher turnover", "percent"),
        ("climate-staff", "Climate, staff", "percent"),
        ("climate-family", "Climate, families", "percent"),
        ("climate-student", "Climate, students", "percent"),
    )
    return bay


@needs_shared
def test_science_2024_counts_levels_by_group_and_leaves_other_agencies(city: Cast) -> None:
    upload = land_mapped(city, SF / "cast_2024_sf_county_all_student_groups.txt", cast_2024())
    assert upload.state == Upload.State.IMPORTED, (upload.message, upload.preview.get("by_why"))
    with district_scope(city.district.pk):
        report = {one["name"]: one["found"] for one in ImportRun.objects.get().quality_report}
        assert report["Rows of other agencies"] == "1,737 rows"
        district = MetricResult.objects.get(metric__slug="science", school=None, group="all", grade="all")
        assert (district.denominator, district.numerator) == (9807, 3982)
        assert district.levels == [1594, 4231, 2512, 1470]
        lincoln = MetricResult.objects.filter(
            school__district_code="405", group="all", metric__slug="science"
        )
        by_grade = {one.grade: (one.denominator, one.is_suppressed) for one in lincoln}
        assert by_grade == {
            "11": (480, False),
            "12": (None, True),
            "all": (489, False),
            "14": (489, False),
            "99": (475, False),
        }
        assert MetricResult.objects.filter(group="English learner").exists()


@needs_shared
def test_distance_from_standard_of_four_years_is_one_upload(city: Cast) -> None:
    upload = land_mapped(city, SF / "cpra_enrollment_performance_20240710.xlsx", dashboards())
    others = {"COE", "KIPP Bayview Elementary", "OnePurpose", "The New School of San Francisco"}
    assert (upload.state, set(upload.preview["unknown_schools"])) == (Upload.State.REJECTED, others)
    confirm_names(city, upload, dict.fromkeys(others, "other"))
    upload = land_mapped(city, SF / "cpra_enrollment_performance_20240710.xlsx", dashboards())
    assert upload.state == Upload.State.IMPORTED, (upload.message, upload.preview.get("by_why"))
    with district_scope(city.district.pk):
        slices = Filing.objects.filter(is_current=True).values_list("subject", "fiscal_year")
        assert sorted(slices) == [(s, y) for s in ("dfs-ela", "dfs-math") for y in (2017, 2018, 2019, 2023)]
        alamo = MetricResult.objects.get(
            school__district_code="413", metric__slug="dfs-ela", school_year=2017
        )
        assert (alamo.value, alamo.denominator, alamo.is_suppressed) == (Decimal("37.7"), 255, False)
        whole = MetricResult.objects.get(school=None, metric__slug="dfs-math", school_year=2017)
        assert (whole.value, whole.denominator) == (Decimal("-7.5"), 22281)


@needs_shared
def test_enrollment_of_eight_sheets(city: Cast) -> None:
    upload = land_mapped(city, SF / "cpra_enrollment_performance_20240710.xlsx", enrollment())
    assert upload.state == Upload.State.IMPORTED, (upload.message, upload.preview.get("by_why"))
    with district_scope(city.district.pk):
        found = MetricResult.objects.filter(school__district_code="413", metric__slug="enrollment")
        assert {one.school_year: int(one.value) for one in found}[2024] == 393
        assert found.count() == 8


@needs_shared
def test_need_counts_take_the_rows_of_schools_only(city: Cast) -> None:
    upload = land_mapped(city, SF / "calpads_upc_frpm_2016-17_to_2023-24.csv", unduplicated())
    assert upload.state == Upload.State.IMPORTED, (upload.message, upload.preview.get("by_why"))
    with district_scope(city.district.pk):
        assert Filing.objects.count() == 8


@needs_shared
def test_climate_is_a_snapshot_of_the_year_a_person_says(city: Cast) -> None:
    upload = land_mapped(city, SF / "cpra_culture_climate.csv", climate())
    assert upload.state == Upload.State.IMPORTED, (upload.message, upload.preview.get("by_why"))
    with district_scope(city.district.pk):
        lincoln = MetricResult.objects.get(school__district_code="405", metric__slug="climate-family")
        assert (lincoln.value, lincoln.school_year, lincoln.is_vouched) == (76, 2023, True)


@needs_shared
def test_turnover_of_two_years_asks_for_names_and_takes_the_districts_row(city: Cast) -> None:
    with (
        (SF / "school_id_to_cds_mapping.csv").open(encoding="utf-8-sig") as file,
        district_scope(city.district.pk),
    ):
        for row in csv.DictReader(file):
            School.objects.filter(district_code=row["school_id"]).update(name=row["school_name"])
    upload = land_mapped(city, SF / "cpra_teacher_turnover.xlsx", turnover())
    assert (upload.state, set(upload.preview["by_why"])) == (
        Upload.State.REJECTED,
        {"is no school whose name is known"},
    )
    with district_scope(city.district.pk):
        asked = selectors.list_asked_names(upload_id=upload.pk).names
    answers = dict.fromkeys((one.name for one in asked), "left_out")
    answers["Distinct Person Total Count"] = "district"
    for one in asked:
        if one.likely and one.likely[0].is_sure:
            answers[one.name] = str(one.likely[0].school_id)
    upload = confirm_names(city, upload, answers)
    assert upload.state == Upload.State.READY, upload.preview["by_why"]
    with district_scope(city.district.pk):
        services.confirm_upload(by=None, upload_id=upload.pk)
    work()
    with district_scope(city.district.pk):
        whole = MetricResult.objects.get(school=None, school_year=2022)
        assert (whole.numerator, whole.denominator) == (279, 4368)
        assert MetricResult.objects.exclude(school=None).values("school").distinct().count() > 30
