"""Undo a change of a strategic goal or an initiative: put back what the audit says was there before.

Must not touch what the change did not: later changes of other fields stay.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db import transaction

from districts.errors import DomainError
from districts.models import AuditEvent
from strategy.models import Goal, Initiative, InitiativeSchool
from strategy.services.goals import GoalInput, update_goal
from strategy.services.initiatives import InitiativeInput, update_initiative
from strategy.services.refused import NotThere

_OWN = {"id", "district_id", "created_at", "archived_at"}


class CannotPutBack(DomainError):
    """The audit event changed nothing that can be put back."""


@transaction.atomic
def put_back(*, table: str, row_id: UUID, event_id: int) -> None:
    """Give each field that one change touched the value it had before.

    `table` is "goal" or "initiative". The result passes the same checks as an edit, is audited and marks.
    Raises NotThere, CannotPutBack, GoalRefused or InitiativeRefused.
    """
    event = AuditEvent.objects.filter(pk=event_id, table_name=f"strategy_{table}", row_id=str(row_id)).first()
    if event is None:
        raise NotThere("This change does not exist.")
    before = changed_before(before=event.before, after=event.after)
    if not before:
        raise CannotPutBack("This change touched nothing that can be put back.")
    if table == "goal":
        _put_back_goal(goal_id=row_id, before=before)
    else:
        _put_back_initiative(initiative_id=row_id, before=before)


def changed_before(*, before: dict[str, Any] | None, after: dict[str, Any] | None) -> dict[str, Any]:
    """Return the fields that a change touched, with the values they had; empty for anything but a change."""
    if before is None or after is None:
        return {}
    return {k: v for k, v in before.items() if k not in _OWN and after.get(k) != v}


def _put_back_goal(*, goal_id: UUID, before: dict[str, Any]) -> None:
    found = Goal.objects.select_for_update().filter(pk=goal_id).first()
    if found is None:
        raise NotThere("This strategic goal does not exist.")
    _restore_fields(found, before)
    names = GoalInput.__dataclass_fields__
    update_goal(goal_id=goal_id, goal=GoalInput(**{name: getattr(found, name) for name in names}))


def _put_back_initiative(*, initiative_id: UUID, before: dict[str, Any]) -> None:
    found = Initiative.objects.select_for_update().filter(pk=initiative_id).first()
    if found is None:
        raise NotThere("This initiative does not exist.")
    _restore_fields(found, before)
    names = set(InitiativeInput.__dataclass_fields__) - {"school_ids", "schools_source"}
    given = InitiativeInput(**{name: getattr(found, name) for name in names})
    schools = InitiativeSchool.objects.filter(initiative_id=initiative_id)
    kept = tuple(schools.values_list("school_id", flat=True))
    update_initiative(initiative_id=initiative_id, initiative=replace(given, school_ids=kept))


def _restore_fields(row: Goal | Initiative, before: dict[str, Any]) -> None:
    """Set the fields on the unsaved row, each as its column's type (the audit keeps JSON)."""
    by_column = {field.column: field for field in row._meta.concrete_fields}
    for column, value in before.items():
        field = by_column.get(column)
        if field is not None:
            setattr(row, column, field.to_python(value))
