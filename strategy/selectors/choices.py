"""What a person may choose from in the forms of strategy; must not write."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from districts.models import Department, Membership, School
from strategy.models import Goal, Metric


@dataclass(frozen=True, kw_only=True)
class SchoolChoice:
    """A school a person may tick."""

    id: UUID
    name: str
    level: str


@dataclass(frozen=True, kw_only=True)
class Choices:
    """Pairs of value and label, in the order shown."""

    metrics: tuple[tuple[str, str], ...] = ()
    goals: tuple[tuple[str, str], ...] = ()
    owners: tuple[tuple[str, str], ...] = ()
    departments: tuple[tuple[str, str], ...] = ()
    schools: tuple[SchoolChoice, ...] = ()


def get_choices(*, keep_goal: UUID | None = None) -> Choices:
    """Return what the forms offer: active strategic goals (and `keep_goal`), people, departments, schools.

    Five queries.
    """
    goals = Goal.objects.filter(Q(archived_at__isnull=True) | Q(pk=keep_goal)).order_by("name")
    people = Membership.objects.select_related("user").order_by("user__name", "user__email")
    return Choices(
        metrics=tuple(
            (str(pk), name) for pk, name in Metric.objects.order_by("name").values_list("pk", "name")
        ),
        goals=tuple((str(pk), name) for pk, name in goals.values_list("pk", "name")),
        owners=tuple((str(one.user_id), str(one.user)) for one in people),
        departments=tuple(
            (str(pk), name) for pk, name in Department.objects.order_by("name").values_list("pk", "name")
        ),
        schools=tuple(
            SchoolChoice(id=school.pk, name=school.name, level=school.get_level_display())
            for school in School.objects.filter(closed_on__isnull=True).order_by("name")
        ),
    )
