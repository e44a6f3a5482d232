"""A file of the same filing date through the API: it waits, says what is asked, and takes the answer."""

from __future__ import annotations

import json
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any

from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from districts.access.permissions import Role
from districts.models import Filing
from districts.services.keys import create_key
from districts.tenancy import district_scope
from tests.cast import Cast
from tests.districts.landing.files import LEDGER, imported, total, work

AGAIN = LEDGER.replace("75.00", "80.00")
FIRST_TOTAL, AGAIN_TOTAL = Decimal("1075.25"), Decimal("1080.25")


def send(cast: Cast, content: str, name: str = "ledger.csv", **fields: str) -> tuple[int, dict[str, Any]]:
    """Hand a file in with a key of the data manager's."""
    file = BytesIO(content.encode())
    file.name = name
    with district_scope(cast.district.pk, cause="test"):
        made = create_key(
            by=cast.people[Role.DATA_MANAGER].pk, name=f"{timezone.now()}", role=Role.DATA_MANAGER
        )
    headers = {"authorization": f"Bearer {made.secret}"}
    answer = Client().post(f"/api/v1/d/{cast.slug}/uploads/", {"file": file, **fields}, headers=headers)
    work()
    if answer.status_code != 202:
        return answer.status_code, answer.json()
    shown = Client().get(f"/api/v1/d/{cast.slug}/uploads/{answer.json()['id']}/", headers=headers)
    return answer.status_code, shown.json()


def test_a_file_of_the_same_filing_date_waits_and_says_why(bay: Cast) -> None:
    imported(bay)
    status, shown = send(bay, AGAIN, "revised.csv")
    assert (status, shown["state"], shown["asks"]) == (202, "ready", "replaces_same_day")
    assert shown["message"] == (
        "This file and “ledger.csv” have the same filing date, so the date does not say which is the newer."
        " Nothing of this file is imported until somebody says that it replaces the other, on its page or by"
        " sending it again with replaces_same_day=true, or gives its filing date."
    )
    assert total(bay) == FIRST_TOTAL


def test_sending_it_again_without_an_answer_is_a_conflict(bay: Cast) -> None:
    imported(bay)
    send(bay, AGAIN, "revised.csv")
    status, answer = send(bay, AGAIN, "revised.csv")
    assert status == 409
    assert "sending it again with replaces_same_day=true" in str(answer)
    assert total(bay) == FIRST_TOTAL


def test_sending_it_again_with_the_answer_imports_it(bay: Cast) -> None:
    imported(bay)
    send(bay, AGAIN, "revised.csv")
    status, shown = send(bay, AGAIN, "revised.csv", replaces_same_day="true")
    assert (status, shown["state"], shown["asks"], shown["message"]) == (202, "imported", "", "")
    assert total(bay) == AGAIN_TOTAL


def test_the_answer_may_come_with_the_file(bay: Cast) -> None:
    imported(bay)
    assert send(bay, AGAIN, "revised.csv", replaces_same_day="true")[1]["state"] == "imported"
    assert total(bay) == AGAIN_TOTAL


def test_another_filing_date_needs_no_answer(bay: Cast) -> None:
    imported(bay)
    shown = send(bay, AGAIN, "revised.csv")[1]
    assert shown["state"] == "ready"
    with district_scope(bay.district.pk):
        values = {**Filing.objects.all()[0].upload.mapping["values"], "filed_on": "2025-01-31"}
    shown = send(bay, AGAIN, "revised.csv", map=json.dumps({"values": values}))[1]
    assert (shown["state"], shown["asks"]) == ("imported", "")
    assert total(bay) == AGAIN_TOTAL


def test_without_confirm_the_preview_says_what_is_asked(bay: Cast) -> None:
    imported(bay)
    shown = send(bay, AGAIN, "revised.csv", confirm="false")[1]
    assert (shown["state"], shown["asks"], shown["message"]) == ("ready", "replaces_same_day", "")


def test_its_page_asks_once(bay: Cast) -> None:
    imported(bay)
    upload_id = send(bay, AGAIN, "revised.csv")[1]["id"]
    page = bay.client(Role.DATA_MANAGER).get(
        reverse("landing:upload-show", kwargs={"slug": bay.slug, "upload_id": upload_id})
    )
    assertContains(page, "The same filing date.")
    assertNotContains(page, "The numbers changed since the preview")


def test_the_command_takes_the_answer(bay: Cast, tmp_path: Any) -> None:
    imported(bay)
    path = tmp_path / "revised.csv"
    path.write_text(AGAIN)
    said = StringIO()
    call_command("land", "bay", str(path), "--confirm", stdout=said)
    work()
    assert total(bay) == FIRST_TOTAL
    call_command("land", "bay", str(path), "--confirm", "--replaces-same-day", stdout=said)
    work()
    assert total(bay) == AGAIN_TOTAL


def test_the_schema_says_the_answer(bay: Cast) -> None:
    schema = bay.client(Role.DATA_MANAGER).get("/api/schema/?format=json").json()
    fields = schema["components"]["schemas"]["UploadInput"]["properties"]
    assert fields["replaces_same_day"]["description"].startswith("Say that this file is newer than one")
    answers = schema["paths"]["/api/v1/d/{slug}/uploads/"]["post"]["responses"]
    assert list(answers) == ["202", "409"]
