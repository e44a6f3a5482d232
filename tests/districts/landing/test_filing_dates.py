"""Filing dates: assumed until a person gives one, and asked about where two files have the same."""

from __future__ import annotations

from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from districts.access.permissions import Role
from districts.models import ImportRun, Upload
from districts.tenancy import district_scope
from tests.cast import Cast
from tests.districts.landing.files import LEDGER, again, imported, land, ready, work

EXTRACT = (
    "Ccode,Dcode,SchoolCode,Fiscalyear,Period,Colcode,Account,Fund,Resource,Projectyear,Goal,Function,Object,Value\n"
    "38,68478,0000000,2021,A,BA,0130100111010001100,01,3010,0,1110,1000,1100,1200.50\n"
)


def address(cast: Cast, name: str, upload: Upload) -> str:
    return reverse(f"landing:{name}", kwargs={"slug": cast.slug, "upload_id": upload.pk})


def notes(cast: Cast) -> set[str]:
    with district_scope(cast.district.pk):
        report = ImportRun.objects.get().quality_report
    return {check["note"] for check in report if check["name"].startswith("Filing date of")}


def test_a_date_nobody_gave_is_said_to_be_assumed(bay: Cast) -> None:
    imported(bay)
    assert notes(bay) == {"Assumed: the usual filing month. The file does not say when it was filed."}


def test_a_date_a_person_gave_is_said_to_be_given(bay: Cast) -> None:
    imported(bay, filed_on="2024-06-30")
    assert notes(bay) == {"Given by a person: the file does not say when it was filed."}


def test_a_state_extract_is_not_filled_with_a_date_nobody_typed(bay: Cast) -> None:
    upload = ready(bay, EXTRACT, "usergl.csv")
    assert (upload.kind, upload.state) == ("sacs_csv", "ready")
    page = bay.client(Role.DATA_MANAGER).get(address(bay, "upload-show", upload))
    assert page.context["date_form"]["filed_on"].value() == ""
    assertContains(page, "Assumed: the usual filing month.")


def test_the_same_filing_date_is_said_and_asked_about(bay: Cast) -> None:
    imported(bay)
    upload = ready(bay, LEDGER.replace("75.00", "80.00"), "revised.csv")
    client = bay.client(Role.DATA_MANAGER)
    page = client.get(address(bay, "upload-show", upload))
    assertContains(page, "filed Sep 30, 2024: the same filing date as this file.")
    answer = client.post(address(bay, "upload-confirm", upload), {"filed_on": ""})
    assertContains(answer, "Say that this file replaces the other", status_code=422)
    assert again(bay, upload).state == "ready"
    client.post(address(bay, "upload-confirm", upload), {"filed_on": "", "same_day": "yes"})
    work()
    assert again(bay, upload).state == "imported"


def test_another_filing_date_asks_nothing(bay: Cast) -> None:
    imported(bay)
    upload = ready(bay, LEDGER.replace("75.00", "80.00"), "revised.csv", filed_on="2025-01-31")
    client = bay.client(Role.DATA_MANAGER)
    assertNotContains(client.get(address(bay, "upload-show", upload)), "The same filing date")
    client.post(address(bay, "upload-confirm", upload), {"filed_on": "2025-01-31"})
    work()
    assert again(bay, upload).state == "imported"


def test_the_first_file_of_a_year_asks_nothing(bay: Cast) -> None:
    upload = ready(bay)
    page = bay.client(Role.DATA_MANAGER).get(address(bay, "upload-show", upload))
    assertNotContains(page, "The same filing date")
    assert land(bay, LEDGER).is_new is False
