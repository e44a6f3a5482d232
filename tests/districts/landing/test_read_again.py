"""A file that was refused is read again: its problems are replaced, its answers kept, its effect one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import connection

from districts.access.permissions import Role
from districts.landing import selectors, services
from districts.landing.kinds import FileMap
from districts.landing.services import WrongState
from districts.landing.store import district_folder, stored_path
from districts.models import Filing, ImportRun, SavedMap, Upload, UploadProblem
from districts.tenancy import district_scope
from tests.cast import Cast, make_cast
from tests.districts.landing.files import LEDGER, again, confirm, imported, land, mapped, ready, total, work

BAD = LEDGER + "01,1,1000,1100,009,2024,Actual,abc\n"
NEXT = LEDGER.replace("75.00", "80.00")


def problems(cast: Cast, upload: Upload) -> tuple[list[str], list[str], set[int]]:
    """The reasons on the page, those in the download, and the rows that can be left out."""
    with district_scope(cast.district.pk):
        page = [one.why for one in selectors.list_problems(upload_id=upload.pk).rows]
        lines = b"".join(selectors.stream_problems(upload_id=upload.pk)).decode().splitlines()[1:]
        lines = [line for line in lines if not line.startswith("left out,")]
        return page, [line.split(",")[5] for line in lines], services.list_error_rows(upload_id=upload.pk)


def test_problems_of_a_reading_replace_those_of_the_one_before(bay: Cast) -> None:
    upload = ready(bay, BAD)
    assert problems(bay, upload) == (["is not an amount"], ["is not an amount"], {5})
    with district_scope(bay.district.pk):
        services.leave_rows_out(upload_id=upload.pk, rows=[5])
    assert problems(bay, upload) == ([], [], set()), "nothing of it is known while it is read anew"
    work()
    assert again(bay, upload).state == Upload.State.READY
    assert problems(bay, upload) == ([], [], set())


def test_a_file_refused_whole_keeps_no_problem_of_its_rows(bay: Cast) -> None:
    upload = ready(bay, BAD)
    with district_scope(bay.district.pk):
        stored_path(upload.sha256).write_bytes(b"%PDF-1.7 ...")
        services.read_again(upload_id=upload.pk)
    work()
    upload = again(bay, upload)
    assert (upload.state, upload.error_count) == (Upload.State.REJECTED, 1)
    reason = "This is a PDF"
    page, listed, rows = problems(bay, upload)
    assert ([one[:13] for one in page], [one.strip('"')[:13] for one in listed], rows) == (
        [reason],
        [reason],
        set(),
    )


def test_a_reading_that_was_rolled_back_leaves_the_list_of_the_one_before(
    bay: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = ready(bay, BAD)
    with district_scope(bay.district.pk):
        services.read_again(upload_id=upload.pk)
        # The worker dies after the rows were read, before it commits: its file stays, its rows do not.
        (district_folder() / f"{upload.pk}.0dead0.problems.csv").write_text("severity,row\nerror,99\n")
    work()
    assert problems(bay, upload) == (["is not an amount"], ["is not an amount"], {5})


def test_refused_bytes_landed_again_are_read_again(bay: Cast) -> None:
    """The cause is gone: the saved map that was replayed is another one now."""
    first = imported(bay, LEDGER, "layout.csv")
    with district_scope(bay.district.pk):
        saved = SavedMap.objects.get()
        good = saved.mapping
        SavedMap.objects.update(mapping={**good, "values": {**good["values"], "amount": "Type"}})
    refused = land(bay, NEXT, "next.csv", auto_confirm=True, replaces_same_day=True).upload
    work()
    assert again(bay, refused).state == Upload.State.REJECTED
    with district_scope(bay.district.pk):
        SavedMap.objects.update(mapping=good)
    landed = land(bay, NEXT, "next.csv", auto_confirm=True, replaces_same_day=True)
    assert (landed.upload.pk, landed.is_new, landed.is_read_again) == (refused.pk, False, True)
    work()
    assert again(bay, refused).state == Upload.State.IMPORTED
    assert first.state == Upload.State.IMPORTED
    with district_scope(bay.district.pk):
        assert not UploadProblem.objects.filter(upload=refused).exists()


def test_rows_left_out_stay_left_out_when_the_bytes_land_again(bay: Cast) -> None:
    upload = ready(bay, BAD + "01,1,1000,1100,009,2024,Actual,def\n")
    with district_scope(bay.district.pk):
        services.leave_rows_out(upload_id=upload.pk, rows=[5])
    work()
    assert again(bay, upload).state == Upload.State.REJECTED
    land(bay, BAD + "01,1,1000,1100,009,2024,Actual,def\n", "again.csv")
    work()
    assert problems(bay, upload)[2] == {6}
    assert again(bay, upload).left_out_rows == [5]


def test_answers_of_a_person_are_kept_when_the_bytes_land_again(bay: Cast) -> None:
    upload = mapped(bay, land(bay, BAD).upload, filed_on="2024-09-30")
    answers = upload.mapping
    land(bay, BAD, "again.csv")
    work()
    assert again(bay, upload).mapping == answers


def test_a_wish_to_import_is_kept_while_the_bytes_wait_to_be_read(bay: Cast) -> None:
    imported(bay)
    waiting = land(bay, LEDGER.replace("75.00", "80.00"), "next.csv").upload
    assert waiting.state == Upload.State.LANDED
    land(bay, LEDGER.replace("75.00", "80.00"), "next.csv", auto_confirm=True, replaces_same_day=True)
    work()
    assert again(bay, waiting).state == Upload.State.IMPORTED


def test_a_wish_with_a_map_is_kept_too(bay: Cast) -> None:
    waiting = land(bay, LEDGER).upload
    with district_scope(bay.district.pk):
        page = selectors.get_map_page(upload_id=waiting.pk)
    answers = FileMap(values={**page.file_map.values, "filed_on": "2024-09-30"})
    for _ in range(3):
        land(bay, LEDGER, file_map=answers, auto_confirm=True)
    work()
    assert again(bay, waiting).state == Upload.State.IMPORTED
    with district_scope(bay.district.pk):
        assert (ImportRun.objects.count(), Filing.objects.count()) == (1, 2)


def test_a_kind_sent_with_bytes_of_no_known_kind_settles_them(bay: Cast) -> None:
    table = "Colour,Shape\nred,round\n"
    first = land(bay, table, "toys.csv").upload
    assert first.state == Upload.State.NEEDS_KIND
    second = land(bay, table, "toys.csv", kind="code_list").upload
    assert (second.pk, second.kind, second.state) == (first.pk, "code_list", Upload.State.NEEDS_MAP)


def test_what_a_person_maps_is_shown_before_it_counts(bay: Cast) -> None:
    upload = land(bay, LEDGER, auto_confirm=True).upload
    assert mapped(bay, upload).state == Upload.State.READY


def test_ten_times_and_eight_at_once_a_refused_file_has_one_effect(committed_db: None) -> None:
    cast = make_cast(name="Bay Unified", slug="bay", state_code="3868478")
    imported(cast, LEDGER, "layout.csv")
    refused = ready(cast, BAD, "bad.csv")
    assert refused.state == Upload.State.REJECTED
    for _ in range(10):
        land(cast, BAD, "bad.csv", auto_confirm=True)
        work()
    together = Barrier(8)

    def send(number: int) -> bool:
        try:
            together.wait(timeout=30)
            return land(cast, BAD, f"copy {number}.csv", auto_confirm=True).is_new
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=8) as pool:
        assert list(pool.map(send, range(8))) == [False] * 8
    work()
    upload = again(cast, refused)
    assert (upload.state, problems(cast, upload)[2]) == (Upload.State.REJECTED, {5})
    assert total(cast) == Decimal("1075.25")
    with district_scope(cast.district.pk):
        assert Upload.objects.count() == 2
        assert len(list(district_folder().glob("*problems.csv"))) == 1


@pytest.mark.parametrize("state", ["rejected", "failed", "landed", "confirmed", "ready", "imported"])
def test_undo_goes_by_what_was_filed_not_by_the_state(bay: Cast, state: str) -> None:
    upload = imported(bay)
    with district_scope(bay.district.pk):
        Upload.objects.filter(pk=upload.pk).update(state=state)
    client, address = bay.client(Role.DATA_MANAGER), f"/d/{bay.slug}/data/uploads/{upload.pk}/"
    assert "Undo this import" in client.get(address).content.decode()
    assert "Undo this import" in client.get(f"{address}undo/").content.decode()
    client.post(f"{address}undo/")
    assert again(bay, upload).state == Upload.State.UNDONE
    assert total(bay) is None
    with district_scope(bay.district.pk):
        assert Filing.objects.count() == 0


def test_undo_twice_is_no_mistake(bay: Cast) -> None:
    upload = imported(bay)
    client, address = bay.client(Role.DATA_MANAGER), f"/d/{bay.slug}/data/uploads/{upload.pk}/undo/"
    for _ in range(2):
        page = client.post(address, follow=True)
        assert [str(message) for message in page.context["messages"]] == ["“ledger.csv” is undone."]
    first = again(bay, upload).undone_at
    client.post(address)
    assert again(bay, upload).undone_at == first


def test_a_confirmed_upload_can_be_removed_before_a_worker_takes_it(bay: Cast) -> None:
    upload = ready(bay)
    with district_scope(bay.district.pk):
        services.confirm_upload(by=None, upload_id=upload.pk)
        services.undo_upload(upload_id=upload.pk)
    work()
    assert (again(bay, upload).state, total(bay)) == (Upload.State.UNDONE, None)


def test_an_upload_with_filings_is_never_imported_over(bay: Cast) -> None:
    upload = imported(bay)
    with district_scope(bay.district.pk):
        Upload.objects.filter(pk=upload.pk).update(state="rejected")
        with pytest.raises(WrongState):
            services.read_again(upload_id=upload.pk)
        Upload.objects.filter(pk=upload.pk).update(state="ready")
    assert confirm(bay, upload).state == Upload.State.IMPORTED
    assert total(bay) == Decimal("1075.25")
