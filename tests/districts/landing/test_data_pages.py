"""Data pages over HTTP: who may, what comes back, what is refused in words."""

from __future__ import annotations

import csv
import io

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from districts.access.permissions import Role
from districts.models import Filing, SavedMap, Upload
from districts.tenancy import district_scope
from tests.cast import Cast
from tests.districts.landing.files import LEDGER, again, land, work

BAD = LEDGER + "01,1,1000,1100,009,2024,Actual,abc\n01,1,1000,1100,009,2024,Actual,=1+1\n"
READERS = (Role.DISTRICT_ADMIN, Role.CABINET)
WRITERS = (Role.BUDGET_DIRECTOR, Role.DATA_MANAGER)


def url(cast: Cast, name: str, upload: Upload | None = None, **kwargs: object) -> str:
    if upload is not None:
        kwargs["upload_id"] = upload.pk
    return reverse(f"landing:{name}", kwargs={"slug": cast.slug, **kwargs})


def send(cast: Cast, *files: tuple[str, bytes], role: Role = Role.DATA_MANAGER, **extra: str) -> object:
    chosen = [SimpleUploadedFile(name, content) for name, content in files]
    return cast.client(role).post(url(cast, "upload-list"), {"chosen": chosen}, headers=extra)


def map_answers(client: Client, address: str) -> dict[str, str]:
    """Return what the mapping form would send as it stands."""
    form = client.get(address).context["form"]
    answers = {name: str(form[name].value() or "") for name in form.fields}
    return {name: value for name, value in answers.items() if value}


def map_and_read(cast: Cast, upload: Upload, **changed: str) -> Upload:
    client, address = cast.client(Role.DATA_MANAGER), url(cast, "upload-map", upload)
    answer = client.post(address, {**map_answers(client, address), "action": "save", **changed})
    assert answer.status_code == 302, answer.context["form"].errors
    work()
    return again(cast, upload)


def ready(cast: Cast, content: str = LEDGER, filename: str = "ledger.csv") -> Upload:
    upload = land(cast, content, filename).upload
    return map_and_read(cast, upload) if upload.state == "needs_map" else (work(), again(cast, upload))[1]


def imported(cast: Cast, content: str = LEDGER, filename: str = "ledger.csv") -> Upload:
    upload = ready(cast, content, filename)
    cast.client(Role.DATA_MANAGER).post(url(cast, "upload-confirm", upload), {"same_day": "yes"})
    work()
    return again(cast, upload)


def test_first_page_says_what_to_upload_and_in_which_formats(bay: Cast) -> None:
    page = bay.client(Role.DATA_MANAGER).get(url(bay, "upload-list"))
    for words in ("A ledger export", "A chart-of-accounts list", "A results file", "XLSX workbook"):
        assertContains(page, words)


@pytest.mark.parametrize("role", WRITERS)
def test_one_file_leads_to_its_own_next_step(bay: Cast, role: Role) -> None:
    answer = send(bay, ("ledger.csv", LEDGER.encode()), role=role)
    with district_scope(bay.district.pk):
        upload = Upload.objects.get()
    assert (upload.state, upload.uploaded_by_id) == ("needs_map", bay.people[role].pk)
    assertRedirects(answer, url(bay, "upload-map", upload))


@pytest.mark.parametrize("role", READERS)
def test_readers_see_everything_and_can_change_nothing(bay: Cast, role: Role) -> None:
    upload = imported(bay)
    client = bay.client(role)
    page = client.get(url(bay, "upload-show", upload))
    assertContains(page, "3 amounts are loaded and checked.")
    assertNotContains(page, "Undo this import")
    assertNotContains(client.get(url(bay, "upload-list")), 'type="file"')
    assert send(bay, ("x.csv", b"a,b\n"), role=role).status_code == 403
    for name in ("upload-confirm", "upload-undo", "upload-again", "upload-map", "upload-leave-out"):
        assert client.post(url(bay, name, upload)).status_code == 403, name
    assert again(bay, upload).state == "imported"


def test_several_files_at_once_land_each_by_itself(bay: Cast) -> None:
    answer = send(
        bay,
        ("ledger.csv", LEDGER.encode()),
        ("empty.csv", b""),
        ("copy.csv", LEDGER.encode()),
        ("x.csv", b"\x89PNG\r\n"),
    )
    assertRedirects(answer, url(bay, "upload-list"), fetch_redirect_response=False)
    page = bay.client(Role.DATA_MANAGER).get(url(bay, "upload-list"))
    with district_scope(bay.district.pk):
        assert dict(Upload.objects.values_list("filename", "state")) == {
            "ledger.csv": "needs_map",
            "x.csv": "rejected",
        }
    assertContains(page, "2 uploads need a person.")
    assertContains(page, "Map its columns: ledger.csv")


def test_the_same_bytes_say_which_upload_they_are(bay: Cast) -> None:
    client = bay.client(Role.BUDGET_DIRECTOR)
    first = imported(bay, filename="june.csv")
    answer = client.post(
        url(bay, "upload-list"), {"chosen": [SimpleUploadedFile("copy.csv", LEDGER.encode())]}, follow=True
    )
    assert answer.redirect_chain == [(url(bay, "upload-show", first), 302)]
    assertContains(answer, "“copy.csv” holds exactly the same bytes as “june.csv”")
    with district_scope(bay.district.pk):
        assert Upload.objects.count() == 1


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ([], "Choose at least one file."),
        ([("empty.csv", b"")], "“empty.csv”: The file is empty."),
        ([("big.csv", b"x" * 2001)], "“big.csv” is larger than 2 KB, the most that is accepted."),
    ],
)
def test_nothing_landed_is_422_beside_the_field(
    bay: Cast, settings: object, files: list[tuple[str, bytes]], words: str
) -> None:
    settings.MAX_UPLOAD = 2000  # type: ignore[attr-defined]
    answer = send(bay, *files)
    assert answer.status_code == 422
    assertContains(answer, words, status_code=422)
    with district_scope(bay.district.pk):
        assert Upload.objects.count() == 0


def test_a_file_too_large_leaves_nothing_and_stops_no_other(bay: Cast, settings: object) -> None:
    settings.MAX_UPLOAD = 2000  # type: ignore[attr-defined]
    send(bay, ("big.csv", b"x" * 200_000), ("ledger.csv", LEDGER.encode()))
    with district_scope(bay.district.pk):
        assert list(Upload.objects.values_list("filename", flat=True)) == ["ledger.csv"]
        from districts.landing.store import district_folder

        assert len(list(district_folder().iterdir())) == 1


def test_upload_without_a_token_is_refused_and_lands_nothing(bay: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(bay.people[Role.DATA_MANAGER])
    files = {"chosen": [SimpleUploadedFile("ledger.csv", LEDGER.encode())]}
    assert client.post(url(bay, "upload-list"), files).status_code == 403
    with district_scope(bay.district.pk):
        assert Upload.objects.count() == 0


def test_htmx_is_sent_on_by_header(bay: Cast) -> None:
    answer = send(bay, ("ledger.csv", LEDGER.encode()), **{"HX-Request": "true"})
    with district_scope(bay.district.pk):
        upload = Upload.objects.get()
    assert (answer.status_code, answer["HX-Redirect"]) == (200, url(bay, "upload-map", upload))


def test_list_puts_first_what_needs_a_person_and_filters(bay: Cast) -> None:
    imported(bay, filename="a-done.csv")
    land(bay, b"Name,Comment\nAnn,hello\n", "z-waits.csv")
    client = bay.client(Role.CABINET)
    shown = lambda query: [  # noqa: E731
        row.cells[0].value for row in client.get(url(bay, "upload-list") + query).context["table"].rows
    ]
    assert shown("") == ["z-waits.csv", "a-done.csv"]
    assert shown("?sort=file") == ["a-done.csv", "z-waits.csv"]
    assert shown("?state=imported") == ["a-done.csv"]
    assert shown("?q=WAITS") == ["z-waits.csv"]
    assert shown("?kind=generic_ledger") == ["a-done.csv"]
    assert shown("?sort=nonsense&page=x&kind=nonsense") == ["z-waits.csv", "a-done.csv"]


def test_list_export_equals_the_page(bay: Cast) -> None:
    imported(bay)
    client = bay.client(Role.CABINET)
    page = client.get(url(bay, "upload-list")).context["table"]
    lines = client.get(url(bay, "upload-list") + "?export=csv").content.decode("utf-8-sig").splitlines()
    assert lines[0] == ",".join(column.label for column in page.columns)
    assert lines[1].split(",")[:6] == [
        "ledger.csv",
        "Imported",
        "Ledger or budget (any layout)",
        "0",
        "0",
        "3",
    ]
    assert len(lines) == 2


def test_kind_is_asked_with_explanations_and_kept(bay: Cast) -> None:
    upload = land(bay, b"Name,Comment\nAnn,hello\n", "notes.csv").upload
    client, address = bay.client(Role.DATA_MANAGER), url(bay, "upload-kind", upload)
    page = client.get(address)
    assertContains(page, "You say which column means what.")
    assertContains(page, "hello")
    assert client.post(address).status_code == 422
    assertRedirects(client.post(address, {"kind": "generic_ledger"}), url(bay, "upload-map", upload))
    assert again(bay, upload).kind == "generic_ledger"


def test_preview_confirm_twice_imports_once(bay: Cast) -> None:
    upload = ready(bay)
    client = bay.client(Role.BUDGET_DIRECTOR)
    page = client.get(url(bay, "upload-show", upload))
    assertContains(page, "Look at what would change, then confirm.")
    assert [(one.title, one.rows, str(one.amount)) for one in page.context["slices"]] == [
        ("Actual FY2024", 2, "1000.25"),
        ("Budget FY2024", 1, "75.00"),
    ]
    for _ in range(2):
        assertRedirects(
            client.post(url(bay, "upload-confirm", upload)),
            url(bay, "upload-show", upload),
            fetch_redirect_response=False,
        )
    work()
    client.post(url(bay, "upload-confirm", upload))
    work()
    with district_scope(bay.district.pk):
        assert Filing.objects.count() == 2
    assert again(bay, upload).confirmed_by_id == bay.people[Role.BUDGET_DIRECTOR].pk


def test_a_new_filing_date_makes_the_preview_again_before_anything_counts(bay: Cast) -> None:
    upload = ready(bay)
    client, address = bay.client(Role.DATA_MANAGER), url(bay, "upload-confirm", upload)
    assert client.post(address, {"filed_on": "some day"}).status_code == 422
    client.post(address, {"filed_on": "2024-10-05"})
    assert again(bay, upload).state == "landed"
    work()
    page = client.get(url(bay, "upload-show", upload))
    assert {one.filed for one in page.context["slices"]} == {"Oct 5, 2024"}
    client.post(address, {"filed_on": "2024-10-05"})
    work()
    with district_scope(bay.district.pk):
        assert {one.filed_at.date().isoformat() for one in Filing.objects.all()} == {"2024-10-05"}


def test_progress_polls_until_the_state_moves(bay: Cast) -> None:
    imported(bay)
    upload = land(bay, LEDGER.replace("75.00", "80.00"), "next.csv").upload
    client = bay.client(Role.CABINET)
    address = url(bay, "upload-progress", upload) + "?seen=landed"
    waiting = client.get(address, headers={"HX-Request": "true"})
    assertContains(waiting, "It goes on by itself as soon as one is back")
    work()
    moved = client.get(address, headers={"HX-Request": "true"})
    assert moved["HX-Refresh"] == "true"
    assertRedirects(client.get(address), url(bay, "upload-show", upload))


def test_a_replayed_map_is_said(bay: Cast) -> None:
    imported(bay)
    upload = ready(bay, LEDGER.replace("75.00", "80.00"), "next.csv")
    page = bay.client(Role.CABINET).get(url(bay, "upload-show", upload))
    assertContains(page, "The saved map “Ledger or budget (any layout): ledger.csv” was replayed")
    assertContains(page, "Takes the place of “ledger.csv”")


def test_rejected_names_every_row_and_leaves_out_only_those_named(bay: Cast) -> None:
    upload = map_and_read(bay, land(bay, BAD).upload)
    client = bay.client(Role.DATA_MANAGER)
    page = client.get(url(bay, "upload-show", upload))
    assertContains(page, "This file has 2 problems.")
    assert [[cell.value for cell in row.cells][:4] for row in page.context["problems"].rows] == [
        [5, "Error", "Amount", "abc"],
        [6, "Error", "Amount", "=1+1"],
    ]
    download = client.get(url(bay, "upload-problems", upload))
    assert download["Content-Disposition"].startswith('attachment; filename="bay-problems-')
    lines = b"".join(download.streaming_content).decode().splitlines()
    assert [line.split(",")[4] for line in lines] == ["value", "abc", "'=1+1"]
    address = url(bay, "upload-leave-out", upload)
    assertContains(client.get(address), "2 rows have errors")
    for wrong in (
        {},
        {"which": "named", "rows": "2"},
        {"which": "named", "rows": "five"},
        {"which": "named"},
    ):
        assert client.post(address, wrong).status_code == 422, wrong
    client.post(address, {"which": "named", "rows": "5"})
    work()
    assert (again(bay, upload).state, again(bay, upload).left_out_rows) == ("rejected", [5])
    client.post(address, {"which": "all"})
    work()
    page = client.get(url(bay, "upload-show", upload))
    assertContains(page, "2 rows (rows 5–6)")
    assert again(bay, upload).state == "ready"


def test_undo_says_first_what_counts_again(bay: Cast) -> None:
    imported(bay, filename="old.csv")
    later = imported(bay, LEDGER.replace("75.00", "80.00"), "new.csv")
    client, address = bay.client(Role.DATA_MANAGER), url(bay, "upload-undo", later)
    page = client.get(address)
    assertContains(page, "Actual FY2024: “old.csv”, filed Sep 30, 2024, counts again.")
    assert again(bay, later).state == "imported"
    client.post(address)
    assert again(bay, later).state == "undone"
    assertContains(client.get(url(bay, "upload-show", later)), "Undone: nothing of this file counts.")
    with district_scope(bay.district.pk):
        assert {one.upload.filename for one in Filing.objects.filter(is_current=True)} == {"old.csv"}


def test_original_comes_back_byte_for_byte_as_an_attachment(bay: Cast, valley: Cast) -> None:
    upload = land(bay, LEDGER, 'bad"name\r\n; x=<b>é.csv').upload
    response = bay.client(Role.DATA_MANAGER).get(url(bay, "upload-file", upload))
    assert b"".join(response.streaming_content) == LEDGER.encode()
    assert response["Content-Disposition"].startswith("attachment; filename")
    assert "\r" not in response["Content-Disposition"] and "\n" not in response["Content-Disposition"]
    assert (response["Content-Type"], response["X-Content-Type-Options"]) == (
        "application/octet-stream",
        "nosniff",
    )
    for role in (Role.CABINET, Role.BOARD_MEMBER):
        assert bay.client(role).get(url(bay, "upload-file", upload)).status_code == 403
    assert valley.client(Role.DATA_MANAGER).get(url(valley, "upload-file", upload)).status_code == 404


def test_a_lost_file_is_said_in_words(bay: Cast) -> None:
    upload = land(bay, LEDGER).upload
    with district_scope(bay.district.pk):
        from districts.landing.store import stored_path

        stored_path(upload.sha256).unlink()
    client = bay.client(Role.DATA_MANAGER)
    answer = client.get(url(bay, "upload-file", upload), follow=True)
    assertContains(answer, "The file itself is no longer on this server.")


def test_feeds_show_filings_that_count_and_those_replaced(bay: Cast) -> None:
    imported(bay, filename="old.csv")
    imported(bay, LEDGER.replace("75.00", "80.00"), "new.csv")
    page = bay.client(Role.CABINET).get(url(bay, "feed-list"))
    assert [[cell.value for cell in row.cells][:3] for row in page.context["feeds"].rows] == [
        ["Actual", "FY2024", 1],
        ["Budget", "FY2024", 1],
    ]
    rows = [
        (row.cells[0].value, row.cells[2].value, row.cells[6].value) for row in page.context["table"].rows
    ]
    assert rows == [
        ("Actual", "Counts now", "new.csv"),
        ("Actual", "Replaced by a newer filing", "old.csv"),
        ("Budget", "Counts now", "new.csv"),
        ("Budget", "Replaced by a newer filing", "old.csv"),
    ]


def test_problems_across_uploads_name_their_file(bay: Cast) -> None:
    map_and_read(bay, land(bay, BAD).upload)
    client = bay.client(Role.CABINET)
    page = client.get(url(bay, "problem-list"))
    assert [row.cells[0].value for row in page.context["table"].rows] == ["ledger.csv"] * 2
    assert client.get(url(bay, "problem-list") + "?severity=warning").context["table"].total == 0


def test_saved_map_is_forgotten_after_asking(bay: Cast) -> None:
    imported(bay)
    with district_scope(bay.district.pk):
        saved = SavedMap.objects.get()
    client = bay.client(Role.DATA_MANAGER)
    assertContains(client.get(url(bay, "map-list")), saved.name)
    address = url(bay, "map-delete", saved_map_id=saved.pk)
    assertContains(client.get(address), "asks again what each of them means")
    with district_scope(bay.district.pk):
        assert SavedMap.objects.count() == 1
    client.post(address)
    with district_scope(bay.district.pk):
        assert SavedMap.objects.count() == 0


def test_a_stopped_upload_can_be_tried_again(bay: Cast) -> None:
    upload = ready(bay)
    with district_scope(bay.district.pk):
        Upload.objects.filter(pk=upload.pk).update(state="failed", message="It stopped.")
    client = bay.client(Role.DATA_MANAGER)
    assertContains(client.get(url(bay, "upload-show", upload)), "Try again")
    client.post(url(bay, "upload-again", upload))
    work()
    assert again(bay, upload).state == "ready"


def test_upload_works_with_a_dead_broker(bay: Cast, settings: object) -> None:
    from srm.celery import app

    before = app.conf.broker_url
    app.conf.broker_url = "redis://127.0.0.1:1/0"
    try:
        answer = send(bay, ("ref_fund_codes.csv", b"Code,Title\n01,General\n12,Child\n"))
    finally:
        app.conf.broker_url = before
    assert answer.status_code == 302
    work()
    with district_scope(bay.district.pk):
        assert Upload.objects.get().state == "ready"


def test_another_districts_upload_is_not_there(bay: Cast, valley: Cast) -> None:
    upload = imported(bay)
    client = valley.client(Role.DATA_MANAGER)
    for name in (
        "upload-show",
        "upload-map",
        "upload-undo",
        "upload-progress",
        "upload-problems",
        "upload-kind",
    ):
        assert client.get(url(valley, name, upload)).status_code == 404, name
    assert io.BytesIO(client.get(url(valley, "upload-list")).content).read().find(b"ledger.csv") == -1


def test_a_picture_is_refused_in_one_sentence_with_what_to_do(bay: Cast) -> None:
    upload = land(bay, b"\x89PNG\r\n", "photo.png").upload
    page = bay.client(Role.DATA_MANAGER).get(url(bay, "upload-show", upload))
    assertContains(page, "This file cannot be read.")
    assertContains(page, "This is a picture, not a table.", count=1)
    assertNotContains(page, "say what it is")
    assertNotContains(page, "read it again")
    assert [step.state for step in page.context["steps"]][:2] == ["current", "todo"]


def test_a_workbook_with_two_tables_asks_which_even_when_its_columns_are_known(bay: Cast) -> None:
    imported(bay)
    sheets = {"Actuals": LEDGER, "Budget": LEDGER.replace("Actual", "Budget")}
    client = bay.client(Role.DATA_MANAGER)
    upload = land(bay, workbook(sheets), "two.xlsx").upload
    assert upload.state == "needs_map"
    page = client.get(url(bay, "upload-map", upload))
    assertContains(page, "Several sheets of this workbook hold a table.")
    map_and_read(bay, upload, sheet="Budget")
    assert [one["label"] for one in again(bay, upload).preview["slices"]] == ["Budget FY2024"]
    sheets["Budget"] = sheets["Budget"].replace("75.00", "76.00")
    later = land(bay, workbook(sheets), "two again.xlsx").upload
    work()
    later = again(bay, later)
    assert (later.state, [one["amount"] for one in later.preview["slices"]]) == ("ready", ["1076.25"])


def test_a_filing_of_a_code_list_says_how_many_codes_it_holds(bay: Cast) -> None:
    imported(bay, "Code,Title\n01,General\n12,Child\n", "ref_fund_codes.csv")
    page = bay.client(Role.CABINET).get(url(bay, "feed-list"))
    assert [(row.cells[0].value, row.cells[4].value) for row in page.context["table"].rows] == [
        ("Titles of fund codes", 2)
    ]


def workbook(sheets: dict[str, str]) -> bytes:
    data = io.BytesIO()
    with xlsxwriter.Workbook(data, {"in_memory": True}) as book:
        for name, table in sheets.items():
            sheet = book.add_worksheet(name)
            for number, cells in enumerate(csv.reader(table.splitlines())):
                for place, cell in enumerate(cells):
                    sheet.write_string(number, place, cell)
    return data.getvalue()


def test_the_kind_of_amount_is_not_asked_where_each_kind_has_its_own_column(bay: Cast) -> None:
    side_by_side = "Fund,Object,Fiscal Year,Budget,Actual\n01,1100,2024,10.00,20.00\n"
    in_one = "Fund,Object,Fiscal Year,Amount\n01,1100,2024,10.00\n"
    found = []
    for content in (side_by_side, in_one):
        upload = land(bay, content, "ledger.csv").upload
        page = bay.client(Role.DATA_MANAGER).get(url(bay, "upload-map", upload))
        [kind] = [group for group in page.context["groups"] if group.title == "Kind of amount"]
        found.append([block.is_open for block in kind.blocks if block.title])
    assert found == [[False, False], [True, True]]


def test_the_list_renews_itself_only_when_something_moved(bay: Cast) -> None:
    imported(bay)
    land(bay, LEDGER.replace("75.00", "80.00"), "next.csv")
    client = bay.client(Role.DATA_MANAGER)
    page = client.get(url(bay, "upload-list") + "?sort=file")
    assertContains(page, "Being worked on: 1 file. The list below renews itself.")
    poll, headers = page.context["poll_url"], {"HX-Request": "true"}
    assert client.get(poll, headers=headers).status_code == 204
    work()
    moved = client.get(poll, headers=headers)
    assertContains(moved, "Look and confirm: next.csv")
    assertNotContains(moved, "renews itself")
    assertNotContains(moved, "seen=")
