"""Rows left out stay listed with what was wrong and by whom; a preview names the accounts that change."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from districts.access.permissions import Role
from districts.landing import selectors, services
from districts.landing.store import ACCOUNT_COLUMNS
from districts.models import ImportRun, Upload, UploadProblem
from districts.tenancy import district_scope
from tests.cast import Cast
from tests.districts.landing.files import LEDGER, again, confirm, imported, land, mapped, ready, work

BAD = LEDGER + '01,1,1000,1100,009,2024,Actual,abc\n01,1,1000,1100,009,20x4,Actual,"3,000.00"\n'


def address(cast: Cast, name: str, upload: Upload) -> str:
    return reverse(f"landing:{name}", kwargs={"slug": cast.slug, "upload_id": upload.pk})


def _d(text: str) -> Decimal:
    return Decimal(text)


def left_out(cast: Cast) -> Upload:
    """Import a file of which a person left two rows out, one by one."""
    upload = mapped(cast, land(cast, BAD).upload)
    client = cast.client(Role.DATA_MANAGER)
    for row in ("5", "6"):
        client.post(address(cast, "upload-leave-out", upload), {"which": "named", "rows": row})
        work()
    return confirm(cast, upload)


def test_rows_left_out_stay_listed_after_the_import(bay: Cast) -> None:
    upload = left_out(bay)
    assert upload.state == Upload.State.IMPORTED
    page = bay.client(Role.CABINET).get(address(bay, "upload-show", upload))
    shown = [[cell.value for cell in row.cells] for row in page.context["left_out_rows"].rows]
    assert [row[:3] for row in shown] == [[5, "Amount", "abc"], [6, "Fiscal Year", "20x4"]]
    assert shown[1][3] == "is not a fiscal year or a day"
    assert {row[4].split(" on ")[0] for row in shown} == {"Left out by Data manager bay"}
    assertContains(page, "2 rows of this file count nowhere.")
    everywhere = bay.client(Role.CABINET).get(
        reverse("landing:problem-list", kwargs={"slug": bay.slug}), {"severity": "leftout"}
    )
    assertContains(everywhere, "2 problems in the uploads there are now.")


def test_rows_left_out_are_in_the_download(bay: Cast) -> None:
    upload = left_out(bay)
    download = bay.client(Role.CABINET).get(address(bay, "upload-problems", upload))
    lines = list(csv.DictReader(io.StringIO(b"".join(download.streaming_content).decode())))
    assert [(one["severity"], one["row"], one["column"], one["value"]) for one in lines] == [
        ("left out", "5", "Amount", "abc"),
        ("left out", "6", "Fiscal Year", "20x4"),
    ]
    assert lines[0]["what_to_do"].startswith("Left out by Data manager bay on ")


def test_the_quality_report_says_the_rows_and_dollars_left_out(bay: Cast) -> None:
    left_out(bay)
    with district_scope(bay.district.pk):
        report = {check["name"]: check for check in ImportRun.objects.get().quality_report}
    found = report["Rows left out by a person"]
    assert (found["status"], found["found"]) == (
        "warn",
        "2 rows; Amount: $3,000.00, and no amount that can be read in 1 row",
    )


def test_mapping_anew_forgets_the_rows_left_out(bay: Cast) -> None:
    upload = mapped(bay, land(bay, BAD).upload)
    with district_scope(bay.district.pk):
        services.leave_rows_out(upload_id=upload.pk, rows=[5, 6])
    work()
    upload = mapped(bay, again(bay, upload))
    with district_scope(bay.district.pk):
        severities = list(UploadProblem.objects.filter(upload=upload).values_list("severity", flat=True))
    assert (upload.state, upload.left_out_rows, severities) == ("rejected", [], ["error", "error"])


def test_a_preview_names_the_accounts_that_change_most(bay: Cast) -> None:
    imported(bay)
    changed = LEDGER.replace("1,200.50", "1,150.50").replace("75.00", "80.00").replace("2700", "2800")
    upload = ready(bay, changed, "next.csv")
    client = bay.client(Role.CABINET)
    page = client.get(address(bay, "upload-show", upload))
    actual = next(one for one in page.context["slices"] if one.title == "Actual FY2024")
    assert [tuple(cell.value for cell in row.cells) for row in actual.accounts.rows] == [
        ("01-0000-2700-1300-NA", "Removed", _d("-200.25"), _d("0.00"), _d("200.25")),
        ("01-0000-2800-1300-NA", "New", _d("0.00"), _d("-200.25"), _d("-200.25")),
        ("01-3010-1000-1100-009", "Changed", _d("1200.50"), _d("1150.50"), _d("-50.00")),
    ]
    assertContains(page, address(bay, "upload-accounts", upload))
    download = client.get(address(bay, "upload-accounts", upload))
    lines = list(csv.DictReader(io.StringIO(b"".join(download.streaming_content).decode())))
    assert [(one["slice"], one["account"], one["after"]) for one in lines][-1] == (
        "Budget FY2024",
        "12-6053-1000-4300-010",
        "80.00",
    )
    assert len(lines) == 4
    after = confirm(bay, upload)
    assert client.get(address(bay, "upload-accounts", after)).status_code == 200


def test_a_first_file_has_no_list_of_changes(bay: Cast, valley: Cast) -> None:
    upload = ready(bay)
    page = bay.client(Role.CABINET).get(address(bay, "upload-show", upload))
    assertNotContains(page, "The accounts that change most")
    download = bay.client(Role.CABINET).get(address(bay, "upload-accounts", upload))
    assert b"".join(download.streaming_content).decode().splitlines() == [",".join(ACCOUNT_COLUMNS)]
    assert valley.client(Role.CABINET).get(address(valley, "upload-accounts", upload)).status_code == 404


def test_lists_of_earlier_previews_do_not_pile_up(
    bay: Cast, settings: object, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    imported(bay)
    upload = ready(bay, LEDGER.replace("75.00", "80.00"), "next.csv")
    with django_capture_on_commit_callbacks(execute=True):
        upload = mapped(bay, upload, filed_on="2025-01-01")
    with district_scope(bay.district.pk):
        assert selectors.stream_accounts(upload_id=upload.pk) is not None
    found = list(Path(settings.UPLOADS).glob(f"*/{upload.pk}.*accounts.csv"))  # type: ignore[attr-defined]
    assert len(found) == 1
