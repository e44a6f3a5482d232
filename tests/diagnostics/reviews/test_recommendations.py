"""Cabinet's recommendation through its page: evidence frozen, dollars moved, refusals in words."""

from __future__ import annotations

import html
import re
from decimal import Decimal
from typing import Any

import pytest

from diagnostics.models import Decision, Reallocation
from districts.access.permissions import Role
from districts.models import AuditEvent
from districts.tenancy import district_scope
from investments.services import save_allocation
from strategy.models import Initiative
from tests.cast import Cast
from tests.diagnostics.reviews.scene import (
    REASON,
    Reviewed,
    answer,
    decisions,
    held,
    make_reviewed,
    move,
    recommend,
)

BEFORE = {("Tutoring", "3010"): Decimal("100000.00"), ("Clubs", "3010"): Decimal("40.10")}


@pytest.fixture
def reviewed(bay: Cast) -> Reviewed:
    return make_reviewed(bay)


def words(response: Any) -> str:
    return " ".join(html.unescape(re.sub("<[^>]+>", " ", response.content.decode())).split())


def test_review_show_holds_the_evidence_in_one_place(bay: Cast, reviewed: Reviewed) -> None:
    page = words(bay.client(Role.CABINET).get(reviewed.review))
    for said in (
        "Cannot tell",
        "The rule agreed beforehand",
        "$650,000.25",
        "$3,250",
        "Allocations in the FY2025 budget",
        "$100,000.00",
        "The strategic goal and where it stands",
        "No check-in has been made",
        "Earlier decisions",
        "No effect has been estimated",
    ):
        assert said in page, said


def test_recommendation_is_kept_with_everything_the_page_showed(bay: Cast, reviewed: Reviewed) -> None:
    shown = bay.client(Role.CABINET).get(reviewed.review).context["evidence"]
    pk = recommend(bay, reviewed)
    with district_scope(bay.district.pk, cause="test"):
        kept = Decision.objects.get(pk=pk)
        assert kept.evidence["parts"] == [
            {
                "key": part.key,
                "title": part.title,
                "words": list(part.words),
                "facts": [vars(fact) for fact in part.facts],
                "grids": [
                    {
                        "caption": grid.caption,
                        "columns": list(grid.columns),
                        "rows": [list(row) for row in grid.rows],
                        "numeric": list(grid.numeric),
                    }
                    for grid in part.grids
                ],
            }
            for part in shown.parts
        ]
        assert kept.evidence["sentence"] == shown.sentence
        assert set(kept.evidence["runs"]) == {"initiative_return"} | set(shown.runs)
        assert kept.recorded_by_id == bay.people[Role.CABINET].pk
        assert kept.reason == REASON
        assert AuditEvent.objects.filter(table_name="diagnostics_decision", row_id=str(pk)).count() == 1


def test_recommendation_moves_dollars_and_says_which(bay: Cast, reviewed: Reviewed) -> None:
    scene = reviewed.scene
    pk = recommend(
        bay,
        reviewed,
        **move(0, frm=scene.tutoring, to=scene.clubs, amount="$1,000.05", why="Clubs reach more."),
        **move(2, frm=scene.tutoring, to="none", amount="99.95"),
    )
    assert held(bay) == {("Tutoring", "3010"): Decimal("98900.00"), ("Clubs", "3010"): Decimal("1040.15")}
    with district_scope(bay.district.pk, cause="test"):
        rows = Reallocation.objects.filter(decision_id=pk).order_by("-amount")
        assert [(row.amount, row.from_initiative_id, row.to_initiative_id, row.why) for row in rows] == [
            (Decimal("1000.05"), scene.tutoring, scene.clubs, "Clubs reach more."),
            (Decimal("99.95"), scene.tutoring, None, ""),
        ]
        assert {(row.filing_id, row.fiscal_year) for row in rows} == {(reviewed.budget, 2025)}
        assert AuditEvent.objects.filter(table_name="investments_allocation", action="update").count() == 2
    page = words(bay.client(Role.CABINET).get(f"/d/bay/decisions/{pk}/"))
    assert "$1,100.00" in page
    assert "Recommendation, waits for the board" in page


def test_all_that_an_initiative_holds_can_be_moved_to_one_that_holds_nothing_of_it(
    bay: Cast, reviewed: Reviewed
) -> None:
    recommend(bay, reviewed, **move(0, frm=reviewed.scene.clubs, to="none", amount="40.10"))
    assert held(bay) == {("Tutoring", "3010"): Decimal("100000.00")}


def test_more_than_an_initiative_holds_is_refused_and_nothing_is_kept(bay: Cast, reviewed: Reviewed) -> None:
    client, scene = bay.client(Role.CABINET), reviewed.scene
    sent = answer(
        client,
        reviewed,
        **move(0, frm=scene.clubs, to=scene.tutoring, amount="40"),
        **move(1, frm=scene.clubs, to="none", amount="0.11"),
    )
    response = client.post(reviewed.review, sent)
    assert response.status_code == 422
    assert "Clubs holds $40.10 of 3010 in this budget; $40.11 cannot be taken from it." in words(response)
    assert held(bay) == BEFORE
    assert decisions(bay) == 0


def test_more_than_the_budget_has_left_is_refused(bay: Cast, reviewed: Reviewed) -> None:
    client = bay.client(Role.CABINET)
    too_much = move(0, frm="none", to=reviewed.scene.clubs, amount="599959.91")
    response = client.post(reviewed.review, answer(client, reviewed, **too_much))
    assert response.status_code == 422
    assert "That is $0.01 more than this budget has left of 3010." in words(response)
    recommend(bay, reviewed, **move(0, frm="none", to=reviewed.scene.clubs, amount="599959.90"))
    assert held(bay)[("Clubs", "3010")] == Decimal("600000.00")


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("recommendation", "", "Choose what to recommend."),
        ("recommendation", "burn", "Choose what to recommend."),
        ("reason", " ", "Give the reason."),
        ("next_review_on", "", "Give the next review day: what goes on is reviewed again."),
        ("next_review_on", "2020-01-01", "Give a day that is still to come."),
        ("move-0-amount", "5", "Choose where the dollars come from."),
        ("move-0-amount", "5", "Choose the funding source."),
        ("move-0-why", "because", "Give an amount over zero in dollars and cents"),
    ],
)
def test_recommendation_with_something_missing_is_refused(
    bay: Cast, reviewed: Reviewed, field: str, value: str, said: str
) -> None:
    client = bay.client(Role.CABINET)
    response = client.post(reviewed.review, answer(client, reviewed, **{field: value}))
    assert response.status_code == 422
    assert said in words(response)
    assert decisions(bay) == 0


@pytest.mark.parametrize("amount", ["0", "-5", "1.005", "1e3", "nan", "ten", "9" * 30])
def test_amount_that_is_none_is_refused(bay: Cast, reviewed: Reviewed, amount: str) -> None:
    client = bay.client(Role.CABINET)
    line = move(0, frm=reviewed.scene.tutoring, to="none", amount=amount)
    response = client.post(reviewed.review, answer(client, reviewed, **line))
    assert response.status_code == 422
    assert held(bay) == BEFORE


def test_dollars_to_where_they_come_from_are_refused(bay: Cast, reviewed: Reviewed) -> None:
    client, pk = bay.client(Role.CABINET), reviewed.scene.tutoring
    response = client.post(reviewed.review, answer(client, reviewed, **move(0, frm=pk, to=pk, amount="5")))
    assert response.status_code == 422
    assert "another place to which they go" in words(response)


def test_what_stops_needs_no_next_review(bay: Cast, reviewed: Reviewed) -> None:
    recommend(bay, reviewed, recommendation="stop", next_review_on="")
    assert decisions(bay) == 1


def test_same_form_sent_twice_has_one_effect(bay: Cast, reviewed: Reviewed) -> None:
    client = bay.client(Role.CABINET)
    sent = answer(client, reviewed, **move(0, frm=reviewed.scene.tutoring, to="none", amount="10"))
    first, second = (client.post(reviewed.review, sent) for _ in range(2))
    assert first.status_code == second.status_code == 302
    assert first["Location"] == second["Location"]
    assert decisions(bay) == 1
    assert held(bay)[("Tutoring", "3010")] == Decimal("99990.00")


def test_second_recommendation_waits_for_the_first(bay: Cast, reviewed: Reviewed) -> None:
    client = bay.client(Role.CABINET)
    sent = answer(client, reviewed)
    pk = recommend(bay, reviewed)
    response = client.post(reviewed.review, sent | {"key": "another"})
    assert response.status_code == 422
    assert "A recommendation for it waits for the board. Withdraw that one first." in words(response)
    page = client.get(reviewed.review)
    assert "Record the recommendation" not in page.content.decode()
    assert f"/d/bay/decisions/{pk}/" in page.content.decode()


def test_evidence_that_changed_since_is_shown_anew_before_anything_is_kept(
    bay: Cast, reviewed: Reviewed
) -> None:
    client = bay.client(Role.CABINET)
    sent = answer(client, reviewed)
    with district_scope(bay.district.pk, cause="test"):
        save_allocation(
            filing_id=reviewed.budget, initiative_id=reviewed.scene.tutoring, source="3010", amount=Decimal(7)
        )
    response = client.post(reviewed.review, sent)
    assert response.status_code == 422
    assert "The evidence has changed since you opened this page." in words(response)
    assert "$7.00" in words(response)
    anew = re.search(r'name="stamp" value="([^"]*)"', response.content.decode())
    assert anew
    assert client.post(reviewed.review, sent | {"stamp": anew[1]}).status_code == 302


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("entitlement", "An entitlement is owed to students by law"),
        ("general_support", "General support keeps the district running"),
        ("pass_through", "This money passes through to others"),
    ],
)
def test_other_kinds_of_spending_are_not_decided_on(
    bay: Cast, reviewed: Reviewed, kind: str, said: str
) -> None:
    client = bay.client(Role.CABINET)
    sent = answer(client, reviewed)
    with district_scope(bay.district.pk, cause="test"):
        Initiative.objects.filter(pk=reviewed.scene.tutoring).update(kind=kind)
    page = client.get(reviewed.review)
    assert said in words(page)
    assert "Record the recommendation" not in page.content.decode()
    response = client.post(reviewed.review, sent)
    assert response.status_code == 422
    assert said in words(response)
    assert decisions(bay) == 0


def test_archived_initiative_is_not_decided_on(bay: Cast, reviewed: Reviewed) -> None:
    client = bay.client(Role.CABINET)
    sent = answer(client, reviewed)
    with district_scope(bay.district.pk, cause="test"):
        Initiative.objects.filter(pk=reviewed.scene.tutoring).update(archived_at="2026-01-01T00:00Z")
    response = client.post(reviewed.review, sent)
    assert response.status_code == 422
    assert "This initiative is archived. Restore it first." in words(response)


def test_more_lines_keep_what_was_typed(bay: Cast, reviewed: Reviewed) -> None:
    client = bay.client(Role.CABINET)
    line = move(1, frm=reviewed.scene.tutoring, to="none", amount="12.34")
    page = client.post(reviewed.review, answer(client, reviewed, more="1", **line))
    assert page.status_code == 200
    assert len(page.context["moves"].rows) == 6
    text = page.content.decode()
    assert 'value="12.34"' in text
    assert REASON in text
    assert decisions(bay) == 0


def test_only_cabinet_decides_and_no_other_district_knows(
    bay: Cast, valley: Cast, reviewed: Reviewed
) -> None:
    for role in (Role.DISTRICT_ADMIN, Role.BUDGET_DIRECTOR, Role.DATA_MANAGER, Role.INITIATIVE_LEAD):
        client = bay.client(role)
        page = client.get(reviewed.review)
        assert page.status_code == 200
        assert "Cabinet records the recommendation." in words(page)
        assert client.post(reviewed.review, {}).status_code == 403
    board = bay.client(Role.BOARD_MEMBER)
    for path in (reviewed.review, "/d/bay/reviews/", "/d/bay/decisions/"):
        assert board.get(path).status_code == 403
    stranger = valley.client(Role.CABINET)
    assert stranger.get(reviewed.review).status_code == 404
    assert stranger.get(reviewed.review.replace("/d/bay/", "/d/valley/")).status_code == 404
    pk = recommend(bay, reviewed)
    for path in (f"/d/valley/decisions/{pk}/", f"/d/valley/decisions/{pk}/board/"):
        assert stranger.get(path).status_code == 404
