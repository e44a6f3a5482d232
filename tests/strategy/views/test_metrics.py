"""Metrics in the browser."""

from __future__ import annotations

from districts.access.permissions import Role
from districts.tenancy import district_scope
from strategy.models import Metric
from tests.cast import Cast
from tests.strategy.decided import a_metric

LIST = "/d/bay/strategy/metrics/"


def test_metric_create_reads_years_of_breaks(bay: Cast) -> None:
    given = {"name": "Reading", "direction": "up", "unit": "points", "break_years": "2023, 2021"}
    bay.client(Role.CABINET).post(f"{LIST}new/", given)
    with district_scope(bay.district.pk):
        metric = Metric.objects.get()
        assert (metric.slug, metric.break_years, metric.is_leading) == ("reading", [2021, 2023], False)


def test_metric_create_refuses_a_year_that_is_none(bay: Cast) -> None:
    given = {"name": "Reading", "direction": "up", "unit": "points", "break_years": "last year"}
    response = bay.client(Role.CABINET).post(f"{LIST}new/", given)
    assert (response.status_code, list(response.context["form"].errors)) == (422, ["break_years"])


def test_metric_edit_keeps_its_short_name(bay: Cast) -> None:
    with district_scope(bay.district.pk):
        metric = a_metric()
    given = {"name": "Chronic absence", "direction": "down", "unit": "percent", "slug": "chronic-absenteeism"}
    bay.client(Role.CABINET).post(f"{LIST}{metric}/edit/", given)
    with district_scope(bay.district.pk):
        assert Metric.objects.get().name == "Chronic absence"
        assert Metric.objects.get().slug == "chronic-absenteeism"


def test_metric_form_takes_a_students_sd_with_its_source_only(bay: Cast) -> None:
    given = {
        "name": "Reading",
        "direction": "up",
        "unit": "points",
        "student_sd": "98.5",
        "scale": "scale score",
    }
    cabinet = bay.client(Role.CABINET)
    response = cabinet.post(f"{LIST}new/", given)
    assert (response.status_code, list(response.context["form"].errors)) == (422, ["student_sd_source"])
    cabinet.post(f"{LIST}new/", {**given, "student_sd_source": "California, grade 5, 2019"})
    with district_scope(bay.district.pk):
        metric = Metric.objects.get()
    page = cabinet.get(f"{LIST}{metric.pk}/edit/")
    assert [page.context["form"][name].value() for name in ("scale", "student_sd")] == [
        "scale score",
        metric.student_sd,
    ]
