"""What the board did, withdrawal, and the frozen evidence: dollars go back, evidence stays as it stood."""

from __future__ import annotations

import html
import json
import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from diagnostics.models import Decision
from districts.access.permissions import Role
from districts.models import AuditEvent, Filing
from districts.tenancy import district_scope
from investments.models import Allocation
from investments.services import carry_over_allocations, save_allocation
from strategy.models import Initiative, Metric
from tests.cast import Cast
from tests.diagnostics.facts import make_results
from tests.diagnostics.reviews.scene import Reviewed, held, make_reviewed, move, recommend
from tests.diagnostics.scene import NOVEMBER, compute
from tests.investments.facts import make_filing

MOVED = {("Tutoring", "3010"): Decimal("98999.95"), ("Clubs", "3010"): Decimal("1040.15")}
BEFORE = {("Tutoring", "3010"): Decimal("100000.00"), ("Clubs", "3010"): Decimal("40.10")}


@pytest.fixture
def reviewed(bay: Cast) -> Reviewed:
    return make_reviewed(bay)


@pytest.fixture
def decided(bay: Cast, reviewed: Reviewed) -> str:
    scene = reviewed.scene
    pk = recommend(bay, reviewed, **move(0, frm=scene.tutoring, to=scene.clubs, amount="1000.05"))
    assert held(bay) == MOVED
    return f"/d/bay/decisions/{pk}/"


def words(response: Any) -> str:
    return " ".join(html.unescape(re.sub("<[^>]+>", " ", response.content.decode())).split())


def board(**changes: str) -> dict[str, str]:
    today = timezone.localdate().isoformat()
    return {"action": "rejected", "on": today, "item": "8.2", "note": "Five to two."} | changes


def test_rejection_moves_the_dollars_back(bay: Cast, decided: str) -> None:
    client = bay.client(Role.CABINET)
    assert "$1,000.05 is moved back in the budget" in words(client.get(f"{decided}board/"))
    assert client.post(f"{decided}board/", board()).status_code == 302
    assert held(bay) == BEFORE
    page = words(client.get(decided))
    assert "Rejected by the board on" in page
    assert "item 8.2" in page
    assert "Five to two." in page
    assert "these dollars were moved back" in page
    with district_scope(bay.district.pk, cause="test"):
        audited = AuditEvent.objects.filter(table_name="investments_allocation", action="update")
        assert audited.count() == 4
        assert Decision.objects.get().board_recorded_by_id == bay.people[Role.CABINET].pk


def test_rejection_sent_twice_has_one_effect(bay: Cast, decided: str) -> None:
    client = bay.client(Role.CABINET)
    assert [client.post(f"{decided}board/", board()).status_code for _ in range(2)] == [302, 302]
    assert held(bay) == BEFORE
    response = client.post(f"{decided}board/", board(action="adopted"))
    assert response.status_code == 422
    assert "The board’s action is recorded already." in words(response)


def test_adoption_keeps_the_dollars_and_sets_the_next_review(
    bay: Cast, reviewed: Reviewed, decided: str
) -> None:
    client = bay.client(Role.CABINET)
    assert client.post(f"{decided}board/", board(action="adopted")).status_code == 302
    assert held(bay) == MOVED
    with district_scope(bay.district.pk, cause="test"):
        assert Initiative.objects.get(pk=reviewed.scene.tutoring).review_on == date(2099, 3, 1)
    assert client.post(f"{decided}withdraw/").status_code == 422


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("action", "", "Say whether the board adopted or rejected it."),
        ("on", "", "Give the day on which the board acted."),
        ("on", "2099-01-01", "This day is still to come."),
        ("on", "2020-01-01", "This day is before the recommendation was recorded."),
    ],
)
def test_board_action_with_something_wrong_is_refused(
    bay: Cast, decided: str, field: str, value: str, said: str
) -> None:
    response = bay.client(Role.CABINET).post(f"{decided}board/", board(**{field: value}))
    assert response.status_code == 422
    assert said in words(response)
    assert held(bay) == MOVED


def test_withdrawal_moves_the_dollars_back_once(bay: Cast, reviewed: Reviewed, decided: str) -> None:
    client = bay.client(Role.CABINET)
    assert "Withdraw the recommendation on “Tutoring”?" in words(client.get(f"{decided}withdraw/"))
    assert held(bay) == MOVED
    assert [client.post(f"{decided}withdraw/").status_code for _ in range(2)] == [302, 302]
    assert held(bay) == BEFORE
    assert "Recommendation withdrawn" in words(client.get(decided))
    assert client.post(f"{decided}board/", board()).status_code == 422
    recommend(bay, reviewed)


def test_dollars_that_are_gone_cannot_be_moved_back(bay: Cast, reviewed: Reviewed, decided: str) -> None:
    with district_scope(bay.district.pk, cause="test"):
        save_allocation(
            filing_id=reviewed.budget, initiative_id=reviewed.scene.clubs, source="3010", amount=Decimal(5)
        )
    response = bay.client(Role.CABINET).post(f"{decided}board/", board())
    assert response.status_code == 422
    assert "The dollars cannot be moved back. Clubs holds $5.00 of 3010" in words(response)
    with district_scope(bay.district.pk, cause="test"):
        assert Decision.objects.get().board_action == ""


def test_dollars_go_back_in_the_budget_that_was_filed_again(
    bay: Cast, reviewed: Reviewed, decided: str
) -> None:
    with district_scope(bay.district.pk, cause="test"):
        again = make_filing(
            [("01", "3010", "1110", "1100", "710000")], fiscal_year=2025, kind="budget", name="again.dat"
        )
        carry_over_allocations(filing_id=again.pk, from_filing_id=reviewed.budget)
    assert bay.client(Role.CABINET).post(f"{decided}board/", board()).status_code == 302
    with district_scope(bay.district.pk, cause="test"):
        rows = Allocation.objects.filter(filing=again).values_list("initiative__name", "amount")
        assert dict(rows) == {"Tutoring": Decimal("100000.00"), "Clubs": Decimal("40.10")}


def test_decision_names_its_budget_also_after_its_filing_is_gone(
    bay: Cast, reviewed: Reviewed, decided: str
) -> None:
    with district_scope(bay.district.pk, cause="test"):
        Allocation.objects.all().delete()
        Filing.objects.filter(pk=reviewed.budget).delete()
    assert "FY2025 budget" in words(bay.client(Role.CABINET).get(decided))


def test_frozen_evidence_is_unchanged_after_new_data_has_landed(
    bay: Cast, reviewed: Reviewed, decided: str
) -> None:
    client = bay.client(Role.CABINET)

    def main() -> str:
        text = client.get(decided).content.decode()
        return text[text.index('id="h-evidence"') : text.index("</main>")]

    before = main()
    assert "Unchanged since: its checksum was compared just now." in before
    with district_scope(bay.district.pk, cause="test"):
        make_results(Metric.objects.get(), [("Alamo", "all", 2025, 1, 100), ("Bryant", "all", 2025, 1, 100)])
        make_filing([("01", "3010", "1110", "1100", "5")], fiscal_year=2024, name="actual_again.dat")
        Initiative.objects.filter(pk=reviewed.scene.tutoring).update(review_rule="Another rule.")
        compute(NOVEMBER)
    assert "Another rule." in words(client.get(reviewed.review))
    assert main() == before


def test_evidence_that_was_changed_by_a_hand_is_said_to_be(bay: Cast, decided: str) -> None:
    client = bay.client(Role.CABINET)
    assert "This evidence is not what was kept" not in words(client.get(decided))
    with district_scope(bay.district.pk, cause="test"):
        kept = Decision.objects.get()
        kept.evidence["sentence"] = "It works."
        kept.save(update_fields=["evidence"])
    assert "This evidence is not what was kept" in words(client.get(decided))


@pytest.mark.parametrize("kept", [[], {}, {"format": 99}, {"format": 1, "known": [], "parts": [1]}, "words"])
def test_evidence_that_cannot_be_read_is_said_to_be(bay: Cast, decided: str, kept: object) -> None:
    with district_scope(bay.district.pk, cause="test"):
        Decision.objects.update(evidence=kept)
    page = bay.client(Role.CABINET).get(decided)
    assert page.status_code == 200
    assert "What was kept cannot be read by this version." in words(page)


def test_decision_list_searches_and_exports(bay: Cast, decided: str) -> None:
    client = bay.client(Role.CABINET)
    assert "1 recommendation waits for the board." in words(client.get("/d/bay/decisions/"))
    assert client.get("/d/bay/decisions/?q=tutor").context["table"].total == 1
    assert client.get("/d/bay/decisions/?q=nothing").context["table"].total == 0
    assert client.get("/d/bay/decisions/?state=adopted").context["table"].total == 0
    exported = client.get("/d/bay/decisions/?export=csv").content.decode("utf-8-sig")
    assert "Tutoring,Sustain," in exported
    assert ",1000.05," in exported
    moves = client.get(f"{decided}?export=csv").content.decode("utf-8-sig")
    assert "Tutoring,Clubs,3010,FY2025 budget,1000.05," in moves


def test_review_list_groups_by_day_and_decision(bay: Cast, reviewed: Reviewed) -> None:
    client = bay.client(Role.CABINET)
    today = timezone.localdate()
    with district_scope(bay.district.pk, cause="test"):
        Initiative.objects.filter(pk=reviewed.scene.tutoring).update(review_on=today + timedelta(days=90))
        Initiative.objects.filter(pk=reviewed.scene.clubs).update(review_on=today + timedelta(days=91))

    def groups() -> list[list[object]]:
        tables = client.get("/d/bay/reviews/").context["tables"]
        return [[row.cells[0].value for row in table.rows] for table in tables]

    assert groups() == [["Tutoring"], ["Clubs"], []]
    pk = recommend(bay, reviewed)
    assert groups() == [[], ["Clubs"], ["Tutoring"]]
    client.post(f"/d/bay/decisions/{pk}/board/", board())
    assert groups() == [["Tutoring"], ["Clubs"], []]
    pk = recommend(bay, reviewed)
    client.post(f"/d/bay/decisions/{pk}/board/", board(action="adopted"))
    assert groups() == [[], ["Clubs", "Tutoring"], []]
    exported = client.get("/d/bay/reviews/?table=upcoming&export=csv").content.decode("utf-8-sig")
    assert "Tutoring,2099-03-01,Upcoming" in exported


def test_decisions_api_shows_boards_what_the_board_page_shows(bay: Cast, decided: str) -> None:
    pk = decided.rstrip("/").rsplit("/", 1)[1]
    cabinet, member = bay.client(Role.CABINET), bay.client(Role.BOARD_MEMBER)
    (one,) = member.get("/api/v1/d/bay/decisions/").json()
    assert one["recommendation"] == "sustain"
    assert one["state"] == "recommended"
    assert one["moves"] == [
        {
            "from_initiative": "Tutoring",
            "to_initiative": "Clubs",
            "funding_source": "3010",
            "fiscal_year": 2025,
            "ledger": "main",
            "amount": one["moves"][0]["amount"],
            "why": "",
        }
    ]
    assert Decimal(one["moves"][0]["amount"]) == Decimal("1000.05")
    seen = member.get(f"/api/v1/d/bay/decisions/{pk}/").json()
    assert (seen["evidence"], seen["finance_view"], seen["academics_view"]) == (None, None, None)
    assert "Alamo" not in json.dumps(seen)
    full = cabinet.get(f"/api/v1/d/bay/decisions/{pk}/").json()
    assert full["finance_view"] == "Affordable."
    assert full["evidence"]["initiative"] == "Tutoring"
    cabinet.post(f"{decided}withdraw/")
    assert member.get("/api/v1/d/bay/decisions/").json() == []
    assert member.get(f"/api/v1/d/bay/decisions/{pk}/").status_code == 404
    assert cabinet.get(f"/api/v1/d/bay/decisions/{pk}/").json()["state"] == "withdrawn"
