"""Initiatives as the strategy pages show them, without dollars or results; must not write."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from strategy.models import Initiative, InitiativeSchool


@dataclass(frozen=True, kw_only=True)
class InitiativeFilter:
    """What a person asked the list for; empty means everything."""

    text: str = ""
    goal_id: str = ""
    kind: str = ""
    owner: str = ""
    department_id: str = ""
    state: str = "active"


@dataclass(frozen=True, kw_only=True)
class InitiativeRow:
    """An initiative as a row of the list."""

    id: UUID
    name: str
    kind: str
    goal_id: UUID
    goal: str
    owner_id: int | None
    owner: str
    department_id: UUID | None
    department: str
    grades: str
    groups: str
    serves_from: date | None
    serves_to: date | None
    review_on: date
    school_count: int
    archived_at: datetime | None

    @property
    def kind_label(self) -> str:
        return Initiative.Kind(self.kind).label


@dataclass(frozen=True, kw_only=True)
class InitiativeDetail(InitiativeRow):
    """An initiative with everything a person may edit."""

    theory_of_action: str
    review_rule: str
    origin_note: str
    school_ids: tuple[UUID, ...]


def list_initiatives(*, wanted: InitiativeFilter) -> tuple[InitiativeRow, ...]:
    """Return the initiatives that pass the filter, by name. One query."""
    rows = _initiatives().order_by("name")
    if wanted.state != "all":
        rows = rows.filter(archived_at__isnull=wanted.state != "archived")
    if wanted.text:
        rows = rows.filter(
            Q(name__icontains=wanted.text)
            | Q(theory_of_action__icontains=wanted.text)
            | Q(groups__icontains=wanted.text)
            | Q(goal__name__icontains=wanted.text)
        )
    if wanted.goal_id:
        rows = rows.filter(goal_id=wanted.goal_id)
    if wanted.department_id:
        rows = rows.filter(department_id=wanted.department_id)
    if wanted.kind:
        rows = rows.filter(kind=wanted.kind)
    if wanted.owner == "none":
        rows = rows.filter(owner__isnull=True)
    elif wanted.owner:
        rows = rows.filter(owner_id=int(wanted.owner))
    return tuple(InitiativeRow(**_columns(row)) for row in rows)


def get_initiative(*, initiative_id: UUID) -> InitiativeDetail | None:
    """Return one initiative, archived or not, or None. One query."""
    schools = InitiativeSchool.objects.filter(initiative=OuterRef("pk")).order_by("school_id")
    row = (
        _initiatives()
        .annotate(school_ids=ArraySubquery(schools.values("school_id")))
        .filter(pk=initiative_id)
        .first()
    )
    if row is None:
        return None
    return InitiativeDetail(
        **_columns(row),
        theory_of_action=row.theory_of_action,
        review_rule=row.review_rule,
        origin_note=row.origin_note,
        school_ids=tuple(getattr(row, "school_ids", ())),
    )


def _initiatives() -> QuerySet[Initiative]:
    schools = (
        InitiativeSchool.objects.filter(initiative=OuterRef("pk"))
        .order_by()
        .values("initiative")
        .annotate(n=Count("pk"))
        .values("n")
    )
    rows: QuerySet[Initiative] = Initiative.objects.select_related("goal", "owner", "department").annotate(
        school_count=Coalesce(Subquery(schools), 0)
    )
    return rows


def _columns(row: Initiative) -> dict[str, Any]:
    return {
        "id": row.pk,
        "name": row.name,
        "kind": row.kind,
        "goal_id": row.goal_id,
        "goal": row.goal.name,
        "owner_id": row.owner_id,
        "owner": str(row.owner) if row.owner else "",
        "department_id": row.department_id,
        "department": row.department.name if row.department else "",
        "grades": row.grades,
        "groups": row.groups,
        "serves_from": row.serves_from,
        "serves_to": row.serves_to,
        "review_on": row.review_on,
        "school_count": getattr(row, "school_count", 0),
        "archived_at": row.archived_at,
    }
