"""What a preview compared with is no longer what counts: the import stops and asks again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import connection

from districts.access.permissions import Role
from districts.landing import services
from districts.landing.jobs import IMPORT_JOB, READ_JOB
from districts.models import Filing, ImportRun, Upload
from districts.pipeline.engine import Result, Unit, run_unit
from districts.tenancy import district_scope
from tests.cast import Cast, make_cast
from tests.districts.landing.files import (
    LEDGER,
    again,
    confirm,
    imported,
    imported_again,
    land,
    ready,
    total,
    work,
)

LATER = LEDGER.replace("75.00", "80.00")
LATEST = LEDGER.replace("75.00", "90.00")


def base_changed(cast: Cast) -> Upload:
    """A confirmed upload whose slices another file filed after its preview."""
    imported(cast, LEDGER, filed_on="2024-06-30")
    waiting = ready(cast, LATEST, "waiting.csv", filed_on="2024-12-31")
    imported_again(cast, LATER, "2024-09-30")
    return confirm(cast, waiting)


def test_an_import_against_another_base_stops_and_shows_the_new_difference(bay: Cast) -> None:
    upload = base_changed(bay)
    assert (upload.state, upload.confirmed_by_id) == (Upload.State.READY, None)
    assert upload.message == (
        "Since the preview was made, “again.csv” was imported for the same years. Nothing of this file was "
        "imported. The difference is worked out anew: look at it, then confirm again."
    )
    assert [one["replaces"]["filename"] for one in upload.preview["slices"]] == ["again.csv", "again.csv"]
    assert [one["by_fund"][0]["before"] for one in upload.preview["slices"]] == ["1000.25", "80.00"]
    with district_scope(bay.district.pk):
        assert not Filing.objects.filter(upload=upload).exists()
        assert not ImportRun.objects.filter(upload=upload).exists()
    assert total(bay) == Decimal("1080.25")


def test_confirmed_again_it_is_imported(bay: Cast) -> None:
    upload = confirm(bay, base_changed(bay))
    assert (upload.state, upload.message) == (Upload.State.IMPORTED, "")
    assert total(bay) == Decimal("1090.25")
    with district_scope(bay.district.pk):
        assert Filing.objects.count() == 6


def test_a_base_undone_since_stops_the_import_too(bay: Cast) -> None:
    first = imported(bay, LEDGER, filed_on="2024-06-30")
    waiting = ready(bay, LATER, "waiting.csv", filed_on="2024-09-30")
    with district_scope(bay.district.pk):
        services.undo_upload(upload_id=first.pk)
    upload = confirm(bay, waiting)
    assert upload.state == Upload.State.READY
    assert [one["replaces"] for one in upload.preview["slices"]] == [None, None]
    assert "“ledger.csv” was undone" in upload.message


def test_a_file_for_other_years_changes_nothing(bay: Cast) -> None:
    waiting = ready(bay, LATER, "waiting.csv")
    imported(bay, LEDGER.replace(",2024,", ",2023,"), "other year.csv")
    assert confirm(bay, waiting).state == Upload.State.IMPORTED


def test_the_page_says_so_and_a_page_opened_before_cannot_confirm(bay: Cast) -> None:
    imported(bay, LEDGER, filed_on="2024-06-30")
    waiting = ready(bay, LATEST, "waiting.csv", filed_on="2024-12-31")
    client = bay.client(Role.BUDGET_DIRECTOR)
    address = f"/d/{bay.slug}/data/uploads/{waiting.pk}/"
    seen = client.get(address).context["seen"]
    imported_again(bay, LATER, "2024-09-30")
    client.post(f"{address}confirm/", {"seen": seen, "filed_on": "2024-12-31"})
    work()
    page = client.get(address)
    assert (page.context["notice"].title, page.context["upload"].state) == (
        "The numbers changed since the preview",
        "ready",
    )
    client.post(f"{address}confirm/", {"seen": seen, "filed_on": "2024-12-31"})
    assert again(bay, waiting).state == Upload.State.READY, "what this person saw is not what would happen"
    client.post(f"{address}confirm/", {"seen": page.context["seen"], "filed_on": "2024-12-31"})
    work()
    assert again(bay, waiting).state == Upload.State.IMPORTED


@pytest.fixture
def district(committed_db: None) -> Cast:
    return make_cast(name="Bay Unified", slug="bay", state_code="3868478")


def at_once(cast: Cast, job: str, uploads: list[Upload]) -> list[Result]:
    """Run the job of each upload in a worker of its own, all starting in the same instant."""
    together = Barrier(len(uploads))

    def run(upload: Upload) -> Result:
        try:
            together.wait(timeout=20)
            return run_unit(unit=Unit(cast.district.pk, job, str(upload.pk)))
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=len(uploads)) as pool:
        return list(pool.map(run, uploads))


def current(cast: Cast) -> set[str]:
    with district_scope(cast.district.pk):
        return {one.upload.filename for one in Filing.objects.filter(is_current=True)}


def test_two_confirmed_at_once_one_imports_and_the_other_asks_again(district: Cast) -> None:
    newer = ready(district, LATER, "newer.csv", filed_on="2024-09-30")
    older = ready(district, LEDGER, "older.csv", filed_on="2024-06-30")
    for upload in (newer, older):
        with district_scope(district.district.pk):
            services.confirm_upload(by=None, upload_id=upload.pk)
    assert at_once(district, IMPORT_JOB, [newer, older]) == [Result.DONE, Result.DONE]
    states = {upload.filename: again(district, upload).state for upload in (newer, older)}
    assert sorted(states.values()) == [Upload.State.IMPORTED, Upload.State.READY]
    confirm(district, newer if states["newer.csv"] == Upload.State.READY else older)
    assert current(district) == {"newer.csv"}
    assert total(district) == Decimal("1080.25")
    with district_scope(district.district.pk):
        assert (Filing.objects.count(), ImportRun.objects.count()) == (4, 2)


def test_two_sent_to_be_imported_without_a_look_both_load_and_the_newest_counts(district: Cast) -> None:
    imported(district, LEDGER.replace(",2024,", ",2020,"), "layout.csv")
    sent = [
        land(district, content, name, auto_confirm=True, replaces_same_day=True).upload
        for content, name in ((LATER, "a.csv"), (LEDGER, "b.csv"))
    ]
    assert at_once(district, READ_JOB, sent) == [Result.DONE, Result.DONE]
    work()
    assert [again(district, one).state for one in sent] == [Upload.State.IMPORTED] * 2
    with district_scope(district.district.pk):
        assert Filing.objects.filter(fiscal_year=2024).count() == 4
        assert Filing.objects.filter(fiscal_year=2024, is_current=True).count() == 2
        assert ImportRun.objects.count() == 3
