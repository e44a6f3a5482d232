"""One file read more than once: the mapping page adds, changes and takes away readings."""

from __future__ import annotations

import pytest
from django.urls import reverse

from diagnostics.models import MetricResult
from districts.access.permissions import Role
from districts.landing import services
from districts.landing.kinds import FileMap
from districts.models import SavedMap, School, Upload
from districts.tenancy import district_scope
from strategy.models import Metric
from tests.cast import Cast
from tests.districts.landing.files import again, land, work

ROWS = "School,Year,Reading,Tested,Counting,Counted\n101,2024,30,60,45,60\n102,2024,*,8,n<10,9\n"
FIRST = {
    "q-metric": "reading",
    "q-school": "School",
    "q-year": "Year",
    "q-numerator": "Reading",
    "q-denominator": "Tested",
}
SECOND = {**FIRST, "q-metric": "counting", "q-numerator": "Counting", "q-denominator": "Counted"}


@pytest.fixture
def upload(bay: Cast) -> Upload:
    with district_scope(bay.district.pk):
        for slug in ("reading", "counting"):
            Metric.objects.create(name=slug.capitalize(), slug=slug, direction="up")
        for code in ("101", "102"):
            School.objects.create(name=f"School {code}", district_code=code)
    return land(bay, ROWS, "both.csv", kind="results").upload


def post(cast: Cast, upload: Upload, **values: str) -> str:
    where = reverse("landing:upload-map", kwargs={"slug": cast.slug, "upload_id": upload.pk})
    response = cast.client(Role.DATA_MANAGER).post(where, values)
    assert response.status_code == 302, response.context["form"].errors
    work()
    return response["Location"]


def readings(cast: Cast, upload: Upload) -> list[str]:
    return [one.get("metric") for one in FileMap.from_dict(again(cast, upload).mapping).readings()]


def test_a_second_reading_is_added_changed_and_removed(bay: Cast, upload: Upload) -> None:
    assert post(bay, upload, action="save_more", **FIRST).endswith("?reading=1")
    page = bay.client(Role.DATA_MANAGER).get(
        reverse("landing:upload-map", kwargs={"slug": bay.slug, "upload_id": upload.pk}), {"reading": "1"}
    )
    assert (page.context["is_new_reading"], page.context["page"].readings) == (True, ("Reading",))
    post(bay, upload, action="save", reading="1", **SECOND)
    assert readings(bay, upload) == ["reading", "counting"]
    post(bay, upload, action="save", **FIRST)
    assert readings(bay, upload) == ["reading", "counting"]
    post(bay, upload, action="remove", reading="0")
    assert readings(bay, upload) == ["counting"]


def test_both_metrics_of_one_file_land_and_are_undone_together(bay: Cast, upload: Upload) -> None:
    post(bay, upload, action="save_more", **FIRST)
    post(bay, upload, action="save", reading="1", **SECOND)
    assert again(bay, upload).state == Upload.State.READY
    with district_scope(bay.district.pk):
        services.confirm_upload(by=None, upload_id=upload.pk)
    work()
    with district_scope(bay.district.pk):
        found = MetricResult.objects.order_by("metric__slug", "school__district_code")
        assert list(found.values_list("metric__slug", "value", "is_suppressed")) == [
            ("counting", 75, False),
            ("counting", None, True),
            ("reading", 50, False),
            ("reading", None, True),
        ]
        assert again(bay, upload).preview["counts"]["read"] == 2
        services.undo_upload(upload_id=upload.pk)
        assert not MetricResult.objects.exists()


def test_both_readings_are_replayed_for_the_next_file(bay: Cast, upload: Upload) -> None:
    post(bay, upload, action="save_more", **FIRST)
    post(bay, upload, action="save", reading="1", **SECOND)
    with district_scope(bay.district.pk):
        assert SavedMap.objects.count() == 1
    later = land(bay, ROWS.replace("2024", "2025"), "later.csv", kind="results").upload
    work()
    assert (again(bay, later).state, readings(bay, later)) == (Upload.State.READY, ["reading", "counting"])
