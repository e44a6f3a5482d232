"""Initiatives: refused when incomplete, kept with their schools, archived and put back."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from districts.access.permissions import Role
from districts.models import AuditEvent, Mark
from districts.tenancy import district_scope
from strategy.models import Initiative, InitiativeSchool
from strategy.services import (
    InitiativeRefused,
    NotThere,
    archive_goal,
    archive_initiative,
    create_initiative,
    put_back,
    restore_initiative,
    update_initiative,
)
from strategy.services.initiatives import MISSING
from tests.cast import Cast
from tests.strategy.decided import a_goal, a_school, an_initiative, initiative_input

NOW = datetime(2026, 11, 23, 17, tzinfo=UTC)


def test_create_initiative_names_everything_that_is_missing(in_bay: Cast) -> None:
    empty = dict.fromkeys(("name", "kind", "theory_of_action", "review_rule"), "")
    with pytest.raises(InitiativeRefused) as refused:
        create_initiative(initiative=initiative_input(goal_id=None, review_on=None, **empty))
    assert refused.value.errors == MISSING


def test_create_initiative_keeps_its_schools_and_where_the_list_comes_from(in_bay: Cast) -> None:
    schools = [a_school("Alpine Elementary"), a_school("Birch Middle")]
    made = an_initiative(school_ids=[s.pk for s in schools], schools_source="Site allocations 2022-23")
    links = InitiativeSchool.objects.filter(initiative_id=made).order_by("school__name")
    assert list(links.values_list("school__name", "source")) == [
        ("Alpine Elementary", "Site allocations 2022-23"),
        ("Birch Middle", "Site allocations 2022-23"),
    ]
    marks = Mark.objects.filter(district=in_bay.district, input="initiatives")
    assert set(marks.values_list("target", flat=True)) == {"ledger_cost", "effect", "initiative_return"}


def test_create_initiative_refuses_what_another_district_has(valley: Cast, in_bay: Cast) -> None:
    goal = a_goal()
    stranger = valley.people[Role.CABINET]
    with pytest.raises(InitiativeRefused) as refused:
        create_initiative(initiative=initiative_input(goal_id=goal, owner_id=stranger.pk))
    assert refused.value.errors == {"owner": "Choose a person of this district."}


def test_create_initiative_refuses_an_archived_goal(in_bay: Cast) -> None:
    goal = a_goal()
    archive_goal(goal_id=goal, now=NOW)
    with pytest.raises(InitiativeRefused) as refused:
        create_initiative(initiative=initiative_input(goal_id=goal))
    assert refused.value.errors == {"goal": MISSING["goal"]}


def test_update_initiative_keeps_the_source_of_schools_that_stay(in_bay: Cast) -> None:
    stays, goes, comes = (a_school(name) for name in ("Stays", "Goes", "Comes"))
    made = an_initiative(school_ids=[stays.pk, goes.pk], schools_source="First list")
    goal = Initiative.objects.get(pk=made).goal_id
    changed = initiative_input(goal_id=goal, school_ids=[stays.pk, comes.pk], schools_source="Second list")
    update_initiative(initiative_id=made, initiative=changed)
    links = InitiativeSchool.objects.filter(initiative_id=made).order_by("school__name")
    assert list(links.values_list("school__name", "source")) == [
        ("Comes", "Second list"),
        ("Stays", "First list"),
    ]


def test_archive_and_restore_initiative_keep_everything(in_bay: Cast) -> None:
    made = an_initiative(school_ids=[a_school("Alpine Elementary").pk])
    archive_initiative(initiative_id=made, now=NOW)
    assert Initiative.objects.get(pk=made).archived_at == NOW
    restore_initiative(initiative_id=made)
    assert Initiative.objects.get(pk=made).archived_at is None
    assert InitiativeSchool.objects.filter(initiative_id=made).count() == 1


def test_put_back_restores_only_what_one_change_touched(in_bay: Cast) -> None:
    school = a_school("Alpine Elementary")
    made = an_initiative(school_ids=[school.pk])
    goal = Initiative.objects.get(pk=made).goal_id
    first = initiative_input(goal_id=goal, review_on=date(2027, 5, 1), school_ids=[school.pk])
    update_initiative(initiative_id=made, initiative=first)
    second = initiative_input(goal_id=goal, review_on=date(2027, 5, 1), grades="TK-5", school_ids=[school.pk])
    update_initiative(initiative_id=made, initiative=second)
    events = AuditEvent.objects.filter(table_name="strategy_initiative", action="update").order_by("at")
    moved_review = events[0]
    put_back(table="initiative", row_id=made, event_id=moved_review.pk)
    now = Initiative.objects.get(pk=made)
    assert (now.review_on, now.grades) == (date(2027, 3, 1), "TK-5")
    assert InitiativeSchool.objects.filter(initiative_id=made).count() == 1


def test_put_back_refuses_an_event_of_another_row(in_bay: Cast) -> None:
    made = an_initiative()
    event = AuditEvent.objects.get(table_name="strategy_goal")
    with pytest.raises(NotThere):
        put_back(table="initiative", row_id=made, event_id=event.pk)


def test_update_initiative_not_there_for_the_other_district(bay: Cast, valley: Cast) -> None:
    with district_scope(bay.district.pk):
        made = an_initiative()
        assert Initiative.objects.filter(pk=made).exists()
    with district_scope(valley.district.pk), pytest.raises(NotThere):
        archive_initiative(initiative_id=made, now=NOW)
