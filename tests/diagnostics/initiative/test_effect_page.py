"""The page of an initiative with a plan: five questions answered in words, and what stands behind them."""

from __future__ import annotations

import csv
import html
import io
import re
from typing import Any
from uuid import UUID

import pytest

from diagnostics.models import EvaluationPlan
from districts.access.permissions import Role
from districts.models import Mark
from districts.tenancy import district_scope
from strategy.models import Initiative
from tests.cast import Cast
from tests.diagnostics.judged import World, compute_all, make_judged
from tests.diagnostics.scene import own_queries

SMALL = World(served=8, compared=10)


def make(cast: Cast, world: World = SMALL, **plan: Any) -> UUID:
    with district_scope(cast.district.pk, cause="test"):
        initiative: Initiative = make_judged(world, **plan)
        compute_all()
        Mark.objects.all().delete()
        return initiative.pk


def text_of(cast: Cast, pk: UUID, role: Role = Role.CABINET) -> str:
    content = cast.client(role).get(f"/d/bay/initiatives/{pk}/").content.decode()
    return re.sub(r"\s+", " ", html.unescape(content))


def test_the_page_answers_five_questions_first(bay: Cast) -> None:
    text = text_of(bay, make(bay))
    places = [
        text.index(f"<dt>{question}</dt>")
        for question in (
            "Did it work?",
            "How sure is that?",
            "Compared with whom?",
            "What did it cost?",
            "What next?",
        )
    ]
    assert places == sorted(places)
    assert places[-1] < text.index("What it costs")
    assert "Tutoring lowered chronic absence, by enough to reach the bar." in text
    assert "Best guess: 5." in text or "Best guess: 6." in text
    assert (
        "8 schools it serves beside 10 schools it does not: how both changed from 2023–24 to 2024–25." in text
    )
    assert "$300 a student, about $480K a year for 1,600 students with a result in " in text
    assert "The plan was locked on Jul 31, 2024, before its results landed." in text


def test_the_page_asks_the_database_at_most_four_times(bay: Cast) -> None:
    pk = make(bay)
    assert len(own_queries(bay.client(Role.CABINET), f"/d/bay/initiatives/{pk}/")) <= 4


def test_gates_are_a_checklist_with_their_numbers(bay: Cast) -> None:
    pk = make(bay, dosage=0)
    content = bay.client(Role.CABINET).get(f"/d/bay/initiatives/{pk}/?table=gates&export=csv").content
    rows = {row[0]: row[1:] for row in csv.reader(io.StringIO(content.decode("utf-8-sig")))}
    assert rows["It was delivered as planned"] == [
        "No",
        "No check-ins",
        "Get a check-in from every school and month.",
    ]
    assert rows["Enough schools in each group"][0] == "Yes"


def test_the_schools_behind_it_are_exported_as_they_are_shown(bay: Cast) -> None:
    pk = make(bay)
    content = bay.client(Role.CABINET).get(f"/d/bay/initiatives/{pk}/?table=plan-schools&export=csv").content
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert len(rows) == 1 + 18
    assert [row[1] for row in rows[1:]] == ["Served"] * 8 + ["Comparison"] * 10


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        ({"outcome_year": 2027}, "Early look, no verdict. Best guess:"),
        (
            {"is_retrospective": True},
            "A retrospective plan: locked on Jul 31, 2024, after its results had landed.",
        ),
        ({"is_locked": False}, "The plan is not locked: nothing is estimated until it is."),
        ({"design": "before_after"}, "Nobody: its schools before and after only"),
    ],
    ids=["early", "retrospective", "draft", "before and after"],
)
def test_what_limits_the_answer_is_said_in_words(bay: Cast, plan: dict[str, Any], words: str) -> None:
    assert words in text_of(bay, make(bay, **plan))


def test_provenance_names_method_version_and_fingerprint(bay: Cast) -> None:
    text = text_of(bay, make(bay))
    assert "difference in differences, CR2, version 1" in text
    assert "Fingerprint of its inputs" in text
    assert "Files of the results" in text


def test_without_a_plan_the_way_to_one_is_shown_to_those_who_may_write_it(bay: Cast) -> None:
    with district_scope(bay.district.pk, cause="test"):
        initiative = make_judged(SMALL)
        EvaluationPlan.objects.all().delete()
        compute_all()
        Mark.objects.all().delete()
        pk = initiative.pk
    assert "Write the evaluation plan</a>" in text_of(bay, pk)
    assert "Write the evaluation plan</a>" not in text_of(bay, pk, Role.BUDGET_DIRECTOR)
