"""Write side of initiatives: start, change, archive, restore; must not delete, and holds no dollars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from districts.models import Department, Membership, School
from districts.pipeline.marks import mark
from strategy.models import Goal, Initiative, InitiativeSchool
from strategy.services.refused import NotThere, StrategyRefused

MISSING = {
    "name": "Give the initiative a name.",
    "kind": "Say what kind of spending it is.",
    "goal": "Choose the strategic goal it serves.",
    "theory_of_action": "Say why it should work: if we do this, then that will change, because …",
    "review_on": "Give the date on which somebody decides whether it goes on.",
    "review_rule": "Agree beforehand what the result must be to go on, to change or to stop.",
}


class InitiativeRefused(StrategyRefused):
    """An initiative with something missing, or that names what this district does not have."""


@dataclass(frozen=True, kw_only=True)
class InitiativeInput:
    """An initiative as a person gives it; None or empty where nothing was given."""

    name: str = ""
    kind: str = ""
    goal_id: UUID | None = None
    theory_of_action: str = ""
    owner_id: int | None = None
    department_id: UUID | None = None
    school_ids: Sequence[UUID] = ()
    schools_source: str = ""
    grades: str = ""
    groups: str = ""
    serves_from: date | None = None
    serves_to: date | None = None
    review_on: date | None = None
    review_rule: str = ""
    origin_note: str = ""


@transaction.atomic
def create_initiative(*, initiative: InitiativeInput, as_of: date | None = None) -> UUID:
    """Keep a new initiative with its schools and return its id.

    Raises InitiativeRefused naming every field that is wrong. A review before `as_of` is refused; None
    lets one of the past be written down.
    """
    _check(initiative=initiative, initiative_id=None, as_of=as_of)
    created: Initiative = Initiative.objects.create(**_columns(initiative))
    _save_schools(initiative_id=created.pk, initiative=initiative)
    mark(name="initiatives")
    return created.pk


@transaction.atomic
def update_initiative(*, initiative_id: UUID, initiative: InitiativeInput, as_of: date | None = None) -> None:
    """Change an initiative and the schools it serves; raises NotThere and InitiativeRefused.

    Schools that stay keep where their link came from; a review date that stays may be past.
    """
    found = _lock(initiative_id)
    _check(initiative=initiative, initiative_id=initiative_id, as_of=as_of)
    for name, value in _columns(initiative).items():
        setattr(found, name, value)
    found.save()
    _save_schools(initiative_id=initiative_id, initiative=initiative)
    mark(name="initiatives")


@transaction.atomic
def archive_initiative(*, initiative_id: UUID, now: datetime) -> None:
    """Take an initiative out of use, keeping it and its history; raises NotThere. Idempotent."""
    found = _lock(initiative_id)
    if found.archived_at is None:
        found.archived_at = now
        found.save(update_fields=["archived_at"])
        mark(name="initiatives")


@transaction.atomic
def restore_initiative(*, initiative_id: UUID) -> None:
    """Put an archived initiative back in use; raises NotThere and InitiativeRefused. Idempotent."""
    found = _lock(initiative_id)
    if found.archived_at is None:
        return
    if _is_taken(name=found.name, initiative_id=initiative_id):
        raise InitiativeRefused(
            {"name": f"Another initiative is called “{found.name}” now. Rename that one first."}
        )
    if Goal.objects.filter(pk=found.goal_id, archived_at__isnull=False).exists():
        raise InitiativeRefused({"goal": "Its strategic goal is archived. Restore the strategic goal first."})
    found.archived_at = None
    found.save(update_fields=["archived_at"])
    mark(name="initiatives")


def _lock(initiative_id: UUID) -> Initiative:
    found: Initiative | None = Initiative.objects.select_for_update().filter(pk=initiative_id).first()
    if found is None:
        raise NotThere("This initiative does not exist.")
    return found


def _columns(initiative: InitiativeInput) -> dict[str, object]:
    return {
        "name": initiative.name.strip(),
        "kind": initiative.kind,
        "goal_id": initiative.goal_id,
        "theory_of_action": initiative.theory_of_action.strip(),
        "owner_id": initiative.owner_id,
        "department_id": initiative.department_id,
        "grades": initiative.grades.strip(),
        "groups": initiative.groups.strip(),
        "serves_from": initiative.serves_from,
        "serves_to": initiative.serves_to,
        "review_on": initiative.review_on,
        "review_rule": initiative.review_rule.strip(),
        "origin_note": initiative.origin_note.strip(),
    }


def _check(*, initiative: InitiativeInput, initiative_id: UUID | None, as_of: date | None) -> None:
    errors = list_initiative_errors(initiative=initiative, initiative_id=initiative_id, as_of=as_of)
    if errors:
        raise InitiativeRefused(errors)


def list_initiative_errors(
    *, initiative: InitiativeInput, initiative_id: UUID | None, as_of: date | None
) -> dict[str, str]:
    """Return every field that is wrong with what to do about it; empty where it can be kept."""
    columns = _columns(initiative)
    errors = {
        field: message
        for field, message in MISSING.items()
        if columns[f"{field}_id" if field == "goal" else field] in (None, "")
    }
    if "name" not in errors and _is_taken(name=initiative.name.strip(), initiative_id=initiative_id):
        errors["name"] = "Another initiative has this name."
    if initiative.kind and initiative.kind not in Initiative.Kind.values:
        errors["kind"] = MISSING["kind"]
    if initiative.serves_from and initiative.serves_to and initiative.serves_to < initiative.serves_from:
        errors["serves_to"] = "The last day must not come before the first."
    review_on = initiative.review_on
    if as_of and review_on and review_on < as_of and not _is_agreed(initiative_id, review_on=review_on):
        errors["review_on"] = "This day is past. Give a date on which somebody can still decide."
    return errors | _check_parents(initiative=initiative, initiative_id=initiative_id)


def _is_agreed(initiative_id: UUID | None, *, review_on: date) -> bool:
    same = Initiative.objects.filter(pk=initiative_id, review_on=review_on)
    return initiative_id is not None and bool(same.exists())


def _check_parents(*, initiative: InitiativeInput, initiative_id: UUID | None) -> dict[str, str]:
    errors: dict[str, str] = {}
    if initiative.goal_id:
        kept = Initiative.objects.filter(pk=initiative_id, goal_id=initiative.goal_id)
        active = Goal.objects.filter(pk=initiative.goal_id, archived_at__isnull=True)
        if not (active.exists() or kept.exists()):
            errors["goal"] = MISSING["goal"]
    if initiative.owner_id and not Membership.objects.filter(user_id=initiative.owner_id).exists():
        errors["owner"] = "Choose a person of this district."
    department = initiative.department_id
    if department and not Department.objects.filter(pk=department).exists():
        errors["department"] = "Choose a department of this district."
    wanted = set(initiative.school_ids)
    if wanted and School.objects.filter(pk__in=wanted).count() != len(wanted):
        errors["schools"] = "Choose schools of this district."
    return errors


def _save_schools(*, initiative_id: UUID, initiative: InitiativeInput) -> None:
    wanted = set(initiative.school_ids)
    links = InitiativeSchool.objects.filter(initiative_id=initiative_id)
    links.exclude(school_id__in=wanted).delete()
    there = set(links.values_list("school_id", flat=True))
    InitiativeSchool.objects.bulk_create(
        InitiativeSchool(
            initiative_id=initiative_id, school_id=school, source=initiative.schools_source.strip()
        )
        for school in sorted(wanted - there)
    )


def _is_taken(*, name: str, initiative_id: UUID | None) -> bool:
    others = Initiative.objects.filter(name=name, archived_at__isnull=True)
    return bool(others.exclude(pk=initiative_id).exists())
