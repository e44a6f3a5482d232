"""Chronic absenteeism of San Francisco's schools, repaired in named steps; and any results table."""

from __future__ import annotations

import csv
import re
from decimal import Decimal

from diagnostics.models import MetricResult
from districts.landing import selectors, services
from districts.landing.kinds import FileMap
from districts.models import Filing, ImportRun, School, Upload, UploadProblem
from districts.tenancy import district_scope
from strategy.models import Metric
from tests.cast import Cast
from tests.data import SHARED, needs_shared
from tests.districts.landing.files import again, land, work

SCHOOLS = SHARED / "san-francisco" / "schools"
HEADER = (
    "academic_year,school_code,cohort,cohort_enrollment_count,cohort_absenteeism_count,cohort_dimension\n"
)


def make_schools(cast: Cast, *codes: tuple[str, str]) -> None:
    with district_scope(cast.district.pk):
        for own, state in codes:
            School.objects.create(name=f"School {own}", district_code=own, state_code=state)


@needs_shared
def test_absenteeism_is_repaired_in_named_steps(bay: Cast) -> None:
    with (SCHOOLS / "school_id_to_cds_mapping.csv").open(encoding="utf-8-sig") as file:
        codes = {
            row["CDSCode"].zfill(14)[-7:]: row["school_id"] for row in csv.DictReader(file) if row["CDSCode"]
        }
    make_schools(bay, *((own, state) for state, own in codes.items()))
    path = SCHOOLS / "chronic_absenteeism_2016-17_to_2023-24.csv"
    upload = land(bay, path.read_bytes(), path.name, auto_confirm=True).upload
    work()
    upload = again(bay, upload)
    assert upload.state == Upload.State.IMPORTED, upload.message
    with district_scope(bay.district.pk):
        years = sorted(Filing.objects.values_list("fiscal_year", flat=True))
        assert years == [2018, 2019, 2021, 2022, 2023, 2024]
        run = ImportRun.objects.get()
        assert run.rows_read == 17636
        assert run.rows_read == run.rows_loaded + run.rows_left_out + run.rows_of_others
        assert run.rows_left_out == 2410
        names = {check["name"]: check["found"] for check in run.quality_report}
        assert names["Repair: years left out"] == "2,410 rows"
        assert {"Repair: counts divided", "Suppressed", "Schools of others"} <= names.keys()
        assert len(selectors.get_upload(upload_id=upload.pk).provenance) == 4
        metric = Metric.objects.get(slug="chronic-absenteeism")
        students = {
            year: sum(
                MetricResult.objects.filter(
                    metric=metric, school_year=year, group="all", denominator__isnull=False
                ).values_list("denominator", flat=True)
            )
            for year in years
        }
        assert all(40_000 < count < 65_000 for count in students.values()), students
        assert not MetricResult.objects.filter(is_suppressed=True, value__isnull=False).exists()
        rate = MetricResult.objects.filter(value__isnull=False).first()
        assert rate.value == (100 * rate.numerator / rate.denominator).quantize(Decimal("0.000001"))


def test_repair_that_does_not_fit_is_an_error(bay: Cast) -> None:
    make_schools(bay, ("1", "3830361"))
    data = HEADER + "2021-2022,3830361,female,115.0,10.0,gender\n2021-2022,3830361,male,110.0,20.0,gender\n"
    upload = land(bay, data, "absent.csv", auto_confirm=True).upload
    work()
    upload = again(bay, upload)
    assert upload.state == Upload.State.REJECTED
    with district_scope(bay.district.pk):
        problems = selectors.list_problems(upload_id=upload.pk).rows
        assert [(p.row, p.why) for p in problems] == [
            (2, "is no multiple of 10, so the repair of 2022 does not fit it")
        ]
        assert MetricResult.objects.count() == 0


def test_any_results_table_is_mapped_once(bay: Cast) -> None:
    make_schools(bay, ("101", "0000101"), ("102", "0000102"))
    with district_scope(bay.district.pk):
        Metric.objects.create(name="Reading on grade", slug="reading", direction="up")
    data = (
        "School Number;School Year;Student Group;Proficient;Tested\n"
        "101;2023-24;All Students;30;60\n102;2023-24;All Students;*;8\n999;2023-24;All Students;1;2\n"
        "101;2023-24;EL;5;4\n"
    )
    upload = land(bay, data, "reading.csv").upload
    assert (upload.state, upload.kind) == (Upload.State.NEEDS_MAP, "results")
    with district_scope(bay.district.pk):
        page = selectors.get_map_page(upload_id=upload.pk)
        values = {**page.file_map.values, "metric": "reading"}
        services.save_map(by=None, upload_id=upload.pk, file_map=FileMap(values=values))
    work()
    with district_scope(bay.district.pk):
        problems = selectors.list_problems(upload_id=upload.pk).rows
        assert [(p.row, p.why) for p in problems] == [
            (5, "is more than the students in all (few students, so no number is written here)")
        ]
        services.leave_rows_out(upload_id=upload.pk, rows=[5])
    work()
    with district_scope(bay.district.pk):
        services.confirm_upload(by=None, upload_id=upload.pk)
    work()
    with district_scope(bay.district.pk):
        found = MetricResult.objects.order_by("row_number").values_list(
            "school__district_code", "group", "school_year", "numerator", "value", "is_suppressed"
        )
        assert list(found) == [
            ("101", "all", 2024, Decimal(30), Decimal(50), False),
            ("102", "all", 2024, None, None, True),
        ]
        run = ImportRun.objects.get()
        assert (run.rows_left_out, run.rows_of_others, run.rows_loaded) == (1, 1, 2)


def test_a_mark_in_place_of_the_count_of_students_hides_the_row(bay: Cast) -> None:
    make_schools(bay, ("101", "0000101"), ("102", "0000102"))
    with district_scope(bay.district.pk):
        Metric.objects.create(name="Reading on grade", slug="reading", direction="up")
    data = (
        "School Number;School Year;Student Group;Proficient;Tested\n"
        "101;2023-24;All Students;30;60\n102;2023-24;All Students;5;<11\n"
    )
    upload = land(bay, data, "reading.csv").upload
    with district_scope(bay.district.pk):
        page = selectors.get_map_page(upload_id=upload.pk)
        values = {**page.file_map.values, "metric": "reading"}
        services.save_map(by=None, upload_id=upload.pk, file_map=FileMap(values=values))
    work()
    with district_scope(bay.district.pk):
        services.confirm_upload(by=None, upload_id=upload.pk)
    work()
    with district_scope(bay.district.pk):
        found = MetricResult.objects.order_by("row_number").values_list("numerator", "value", "is_suppressed")
        assert list(found) == [(Decimal(30), Decimal(50), False), (None, None, True)]


def test_the_report_tells_no_numbers_of_few_students(bay: Cast) -> None:
    make_schools(bay, ("1", "3830361"))
    upload = land(bay, HEADER + "2020-2021,3830361,,8,3,\n", "one.csv", auto_confirm=True).upload
    work()
    assert again(bay, upload).state == Upload.State.IMPORTED
    with district_scope(bay.district.pk):
        run = ImportRun.objects.get()
        assert run.control_totals == {"chronic-absenteeism 2020-21: rows, schools, suppressed": "1, 1, 0"}
        assert set(Filing.objects.get().control_totals) == {"rows", "schools", "suppressed"}
    land(bay, HEADER + "2020-2021,3830361,,2,8,\n", "two.csv", auto_confirm=True)
    work()
    with district_scope(bay.district.pk):
        (problem,) = UploadProblem.objects.all()
        assert (problem.row, problem.value) == (2, "")
        assert not re.search("[0-9]", problem.why)
