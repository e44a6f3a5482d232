"""The API as a program uses it: keys, totals to the cent of the printed state form, uploads."""

from __future__ import annotations

import json
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from districts.access.permissions import Role
from districts.services.keys import create_key, revoke_key
from districts.tenancy import district_scope
from investments.api import DollarsField
from tests.cast import Cast
from tests.data import ROOT
from tests.districts.landing.files import LEDGER, work

FILES = ROOT / "demo" / "san-francisco" / "ledger"
ACTUALS_2024 = FILES / "38-68478-0000000_A_2023-24_E8A85PCFZ6_DatExport.dat"
ACTUALS_2023 = FILES / "38-68478-0000000_A_2022-23_D8AXGKZNF4_DatExport.dat"
BUDGET_2024 = FILES / "38-68478-0000000_BS1_2023-24_E8B97BKHTY_DatExport.dat"
SPENDING = {"fund": "01", "object_from": "1000", "object_to": "7499"}


def key(cast: Cast, role: Role) -> dict[str, str]:
    with district_scope(cast.district.pk, cause="test"):
        made = create_key(by=cast.people[role].pk, name=f"test {role}", role=role)
    return {"authorization": f"Bearer {made.secret}"}


def post(cast: Cast, path: Path, headers: dict[str, str]) -> dict[str, object]:
    with path.open("rb") as file:
        response = Client().post(f"/api/v1/d/{cast.slug}/uploads/", {"file": file}, headers=headers)
    assert response.status_code == 202, response.content
    work()
    answer = Client().get(f"/api/v1/d/{cast.slug}/uploads/{response.json()['id']}/", headers=headers)
    return answer.json()


def total(cast: Cast, headers: dict[str, str], **query: object) -> dict[str, object]:
    response = Client().get(f"/api/v1/d/{cast.slug}/ledger/totals/", {**SPENDING, **query}, headers=headers)
    assert response.status_code == 200, response.content
    return response.json()


def test_totals_equal_the_printed_state_form(bay: Cast) -> None:
    headers = key(bay, Role.BUDGET_DIRECTOR)
    upload = post(bay, ACTUALS_2024, headers)
    assert (upload["state"], upload["error_count"]) == ("imported", 0)
    spent = total(bay, headers, fiscal_year=2024, kind="actual")
    assert spent["amount"] == "1208902664.92"
    assert spent["filing"]["filename"] == ACTUALS_2024.name
    revenue = total(bay, headers, fiscal_year=2024, kind="actual", object_from="8000", object_to="8799")
    assert revenue["amount"] == "1268003978.34"
    salaries = total(bay, headers, fiscal_year=2024, kind="actual", object_to="1999")
    assert salaries["amount"] == "475700243.87"


@pytest.mark.parametrize("order", [(BUDGET_2024, ACTUALS_2023), (ACTUALS_2023, BUDGET_2024)])
def test_a_budget_filed_twice_counts_once_in_either_order(bay: Cast, order: tuple[Path, Path]) -> None:
    headers = key(bay, Role.DATA_MANAGER)
    for path in order:
        post(bay, path, headers)
    budget = total(bay, headers, fiscal_year=2024, kind="budget")
    assert budget["amount"] == "1168440416.41"
    assert budget["filing"]["filename"] == ACTUALS_2023.name, "the budget filed in October 2023 is the newer"
    assert total(bay, headers, fiscal_year=2023, kind="actual")["amount"] == "1103832473.69"


def test_a_year_without_a_filing_is_null_not_zero(bay: Cast) -> None:
    answer = total(bay, key(bay, Role.CABINET), fiscal_year=1999, kind="actual")
    assert (answer["amount"], answer["filing"]) == (None, None)


def test_the_same_bytes_have_one_effect(bay: Cast) -> None:
    headers = key(bay, Role.DATA_MANAGER)
    ids = set()
    for _ in range(3):
        file = BytesIO(LEDGER.encode())
        file.name = "ledger.csv"
        answer = Client().post("/api/v1/d/bay/uploads/", {"file": file}, headers=headers)
        assert answer.status_code == 202
        ids.add(answer.json()["id"])
    assert len(ids) == 1


def test_problems_name_row_column_value_and_remedy(bay: Cast) -> None:
    headers = key(bay, Role.DATA_MANAGER)
    with (FILES / "sfusd_usergl_fy2020-21.csv").open() as source:
        lines = [next(source) for _ in range(4)]
    lines[3] = lines[3].rpartition(",")[0] + ",6.56E+189\n"
    file = BytesIO("".join(lines).encode())
    file.name = "usergl.csv"
    sent = Client().post("/api/v1/d/bay/uploads/", {"file": file}, headers=headers).json()
    work()
    upload = Client().get(f"/api/v1/d/bay/uploads/{sent['id']}/", headers=headers).json()
    assert (upload["state"], upload["error_count"]) == ("rejected", 1)
    problem = upload["problems"][0]
    assert (problem["row"], problem["column"], problem["value"]) == (4, "Value", "6.56E+189")
    assert problem["why"] and problem["what_to_do"]


@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.BOARD_MEMBER, 403), (Role.CABINET, 403), (Role.INITIATIVE_LEAD, 403), (Role.DISTRICT_ADMIN, 403)],
)
def test_who_may_not_upload(bay: Cast, role: Role, status: int) -> None:
    file = BytesIO(LEDGER.encode())
    file.name = "ledger.csv"
    answer = Client().post("/api/v1/d/bay/uploads/", {"file": file}, headers=key(bay, role))
    assert answer.status_code == status


def test_a_key_opens_only_its_own_district_and_only_until_revoked(bay: Cast, valley: Cast) -> None:
    headers = key(bay, Role.CABINET)
    assert Client().get("/api/v1/d/bay/metrics/", headers=headers).status_code == 200
    for slug in (valley.slug, "nowhere"):
        closed = Client().get(f"/api/v1/d/{slug}/metrics/", headers=headers)
        assert (closed.status_code, closed.json()) == (404, {"detail": "Not found."})
    assert Client().get("/api/v1/d/bay/metrics/").status_code == 401
    with district_scope(bay.district.pk, cause="test"):
        made = create_key(by=bay.people[Role.CABINET].pk, name="short-lived", role=Role.CABINET)
        revoke_key(key_id=made.key_id, now=timezone.now())
    gone = {"authorization": f"Bearer {made.secret}"}
    assert Client().get("/api/v1/d/bay/metrics/", headers=gone).status_code == 401


@pytest.mark.parametrize(
    "path",
    ["ledger/totals/?fiscal_year=2024&kind=actual&", "initiatives/?", "trends/?", "metrics/?", "uploads/?"],
)
def test_a_parameter_that_nobody_reads_is_refused_by_name(bay: Cast, path: str) -> None:
    headers = key(bay, Role.DISTRICT_ADMIN)
    address = f"/api/v1/d/{bay.slug}/{path}"
    assert Client().get(address, headers=headers).status_code == 200
    answer = Client().get(f"{address}resorce=3010", headers=headers)
    assert (answer.status_code, list(answer.json())) == (400, ["resorce"])


def test_a_parameter_sent_twice_is_refused_by_name(bay: Cast) -> None:
    address = f"/api/v1/d/{bay.slug}/ledger/totals/?fiscal_year=2024&kind=actual&resource=3010&resource=3150"
    answer = Client().get(address, headers=key(bay, Role.CABINET))
    assert (answer.status_code, list(answer.json())) == (400, ["resource"])


@pytest.mark.parametrize(
    "path", ["initiatives/7/", "initiatives/01a209b8-305d-73f9-8e2c-000000000000/", "no/"]
)
def test_an_unknown_address_is_not_found_in_json(bay: Cast, path: str) -> None:
    answer = Client().get(f"/api/v1/d/{bay.slug}/{path}", headers=key(bay, Role.CABINET))
    assert (answer.status_code, answer["content-type"]) == (404, "application/json")
    assert answer.json()["detail"]


def test_dollars_have_two_decimals_unless_the_ledger_has_more() -> None:
    assert DollarsField().to_representation(Decimal("18505608.350000")) == "18505608.35"
    assert DollarsField().to_representation(Decimal("0.083333")) == "0.083333"
    assert DollarsField().to_representation(Decimal(7)) == "7.00"


def test_the_schema_names_every_path(db: None) -> None:
    answer = Client().get("/api/schema/?format=json")
    assert answer.status_code == 200
    assert sorted(json.loads(answer.content)["paths"]) == [
        "/api/v1/d/{slug}/decisions/",
        "/api/v1/d/{slug}/decisions/{decision_id}/",
        "/api/v1/d/{slug}/initiatives/",
        "/api/v1/d/{slug}/initiatives/{initiative_id}/",
        "/api/v1/d/{slug}/ledger/totals/",
        "/api/v1/d/{slug}/metrics/",
        "/api/v1/d/{slug}/trends/",
        "/api/v1/d/{slug}/uploads/",
        "/api/v1/d/{slug}/uploads/{upload_id}/",
    ]
