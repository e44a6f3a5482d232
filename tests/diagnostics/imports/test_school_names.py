"""Schools by name: asked once, kept, never matched by likeness; rows of other agencies counted."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.urls import reverse

from diagnostics.models import MetricResult
from districts.access.permissions import Role
from districts.landing import selectors, services
from districts.models import District, ImportRun, School, SchoolAlias, Upload
from districts.tenancy import district_scope
from tests.cast import Cast
from tests.data import needs_shared
from tests.diagnostics.imports.files_of_results import (
    DC,
    a_map,
    confirm_names,
    land_mapped,
    make_metrics,
    make_parcc_schools,
)
from tests.districts.landing.files import again, work

OSSE = {
    "metric": "parcc-ela",
    "year_value": "2016-17",
    "school": "School Name",
    "agency": "LEA Name",
    "agency_is": "District of Columbia Public Schools",
    "value": "% 4+",
    "denominator": "Total Valid Test Takers",
    "scale": "percent",
}
ROWS = (
    "School,Year,Rate,Students\nNorth Elementary School,2024,50,60\nNORTH  elementary-school,2023,40,60\n"
    "North ES,2022,30,60\nOffice,2024,20,60\n"
)
MAP = a_map(
    {
        "metric": "reading",
        "school": "School",
        "year": "Year",
        "value": "Rate",
        "denominator": "Students",
        "scale": "percent",
    }
)


def _file(folder: Path) -> Path:
    path = folder / "reading.csv"
    path.write_text(ROWS)
    return path


@pytest.fixture
def reading(bay: Cast) -> Cast:
    make_metrics(bay, ("reading", "Reading", "percent"))
    with district_scope(bay.district.pk):
        School.objects.create(name="North Elementary School", district_code="101")
        School.objects.create(name="South Elementary School", district_code="102")
    return bay


def test_equal_names_match_and_alike_ones_are_asked(reading: Cast, tmp_path: Path) -> None:
    upload = land_mapped(reading, _file(tmp_path), MAP)
    assert upload.state == Upload.State.REJECTED
    assert upload.preview["unknown_schools"] == {"North ES": 1, "Office": 1}
    with district_scope(reading.district.pk):
        problems = selectors.list_problems(upload_id=upload.pk).rows
        assert [(p.row, p.value, p.why) for p in problems] == [
            (4, "North ES", "is no school whose name is known"),
            (5, "Office", "is no school whose name is known"),
        ]
        asked = selectors.list_asked_names(upload_id=upload.pk)
        assert [(one.name, [likely.name for likely in one.likely][:1]) for one in asked.names] == [
            ("North ES", ["North Elementary School"]),
            ("Office", []),
        ]
        assert not MetricResult.objects.exists()
        north = str(School.objects.get(district_code="101").pk)
    upload = confirm_names(reading, upload, {"North ES": north, "Office": "left_out"})
    assert upload.state == Upload.State.READY
    with district_scope(reading.district.pk):
        services.confirm_upload(by=None, upload_id=upload.pk)
    work()
    with district_scope(reading.district.pk):
        found = MetricResult.objects.order_by("school_year").values_list(
            "school__district_code", "school_year"
        )
        assert list(found) == [("101", 2022), ("101", 2023), ("101", 2024)]


def test_a_person_confirms_names_on_the_page_and_may_forget_them(reading: Cast, tmp_path: Path) -> None:
    upload = land_mapped(reading, _file(tmp_path), MAP)
    manager = reading.client(Role.DATA_MANAGER)
    where = {"slug": reading.slug, "upload_id": upload.pk}
    page = manager.get(reverse("landing:upload-names", kwargs=where))
    with district_scope(reading.district.pk):
        north = str(School.objects.get(district_code="101").pk)
    fields = [page.context["form"][f"name-{place}"] for place in range(2)]
    assert [(field.label, field.initial) for field in fields] == [("North ES", north), ("Office", "")]
    nothing = manager.post(reverse("landing:upload-names", kwargs=where), {})
    assert nothing.status_code == 422
    kept = manager.post(reverse("landing:upload-names", kwargs=where), {"name-0": north, "name-1": "other"})
    assert kept.status_code == 302
    work()
    with district_scope(reading.district.pk):
        said = SchoolAlias.objects.order_by("name").values_list("name", "school__name", "confirmed_by__email")
        who = reading.people[Role.DATA_MANAGER].email
        assert list(said) == [("North ES", "North Elementary School", who), ("Office", None, who)]
        office = SchoolAlias.objects.get(name="Office")
    assert again(reading, upload).state == Upload.State.READY
    forget = reverse("landing:school-name-forget", kwargs={"slug": reading.slug, "alias_id": office.pk})
    assert reading.client(Role.BOARD_MEMBER).post(forget).status_code == 403
    assert manager.post(forget).status_code == 302
    with district_scope(reading.district.pk):
        assert list(SchoolAlias.objects.values_list("name", flat=True)) == ["North ES"]


def test_a_school_of_another_district_is_no_answer(reading: Cast, valley: Cast, tmp_path: Path) -> None:
    with district_scope(valley.district.pk):
        theirs = School.objects.create(name="Valley High", district_code="1")
    upload = land_mapped(reading, _file(tmp_path), MAP)
    with district_scope(reading.district.pk), pytest.raises(services.NameNotAnswered):
        services.save_school_names(by=None, upload_id=upload.pk, answers={"Office": str(theirs.pk)})
    with district_scope(reading.district.pk):
        assert not SchoolAlias.objects.exists()


def test_a_name_that_is_the_districts_own_is_its_row(reading: Cast, tmp_path: Path) -> None:
    upload = land_mapped(reading, _file(tmp_path), MAP)
    upload = confirm_names(reading, upload, {"North ES": "left_out", "Office": "district"})
    with district_scope(reading.district.pk):
        services.confirm_upload(by=None, upload_id=upload.pk)
    work()
    with district_scope(reading.district.pk):
        assert MetricResult.objects.get(school=None).value == 20


@pytest.fixture
def capital(bay: Cast) -> Cast:
    District.objects.filter(pk=bay.district.pk).update(name="District of Columbia Public Schools")
    make_metrics(bay, ("parcc-ela", "PARCC ELA", "percent"))
    make_parcc_schools(bay)
    return bay


@needs_shared
def test_every_likeliest_school_of_parcc_2017_is_the_right_one(capital: Cast) -> None:
    upload = land_mapped(
        capital, DC / "2017 PARCC School Level ELA_0.xlsx", a_map(OSSE, sheet="School ELA Overall")
    )
    assert (upload.state, upload.preview["counts"]["read"]) == (Upload.State.REJECTED, 204)
    assert upload.preview["counts"]["other_district"] == 95
    with district_scope(capital.district.pk):
        asked = selectors.list_asked_names(upload_id=upload.pk).names
        first = {one.name: one.likely[0] for one in asked}
        assert (first["Leckie ES"].name, first["Leckie ES"].is_sure) == ("Leckie Education Campus", False)
        assert (first["Ballou HS"].name, first["Ballou HS"].is_sure) == ("Ballou High School", True)
        assert len({one.school_id for one in first.values()}) == len(first)
        answers = {name: str(likely.school_id) for name, likely in first.items()}
    upload = confirm_names(capital, upload, answers)
    assert upload.state == Upload.State.READY, upload.preview["by_why"]
    with district_scope(capital.district.pk):
        services.confirm_upload(by=None, upload_id=upload.pk)
    work()
    with district_scope(capital.district.pk):
        run = ImportRun.objects.get()
        assert (run.rows_loaded, run.rows_of_others) == (109, 95)
        hidden = MetricResult.objects.filter(is_suppressed=True)
        assert (
            hidden.count()
            == upload.preview["slices"][0]["values"]["new"]
            - MetricResult.objects.filter(value__isnull=False).count()
        )
        assert not hidden.filter(denominator__isnull=False).exists()


@needs_shared
def test_parcc_2018_names_equal_the_districts_own(capital: Cast) -> None:
    values = {**OSSE, "agency_is": "", "year_value": "2017-18", "grade_from_sheet": "yes"}
    values["sheets"] = "School ELA Grade 3\nSchool ELA Grades 9-12"
    upload = land_mapped(
        capital, DC / "2018 PARCC School Level ELA.xlsx", a_map(values, sheet="School ELA Overall")
    )
    assert upload.state == Upload.State.IMPORTED, upload.message
    with district_scope(capital.district.pk):
        found = MetricResult.objects.values_list("grade", flat=True)
        assert {grade: list(found).count(grade) for grade in set(found)}["all"] == 207 - 96
        assert set(found) == {"all", "3", "9-12"}
        assert not SchoolAlias.objects.exists()
