"""Initiatives with their dollars and verdicts, one row each; must not judge or write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, F, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce, JSONObject

from diagnostics.calc.verdict import Verdict
from diagnostics.calc.verdict_words import LABELS
from diagnostics.home.selectors.dollars import Dollars, cost_column, read_dollars
from diagnostics.models import InitiativeReturn
from diagnostics.reviews.standing import is_review_decided
from diagnostics.selectors import of_one_school
from districts.pipeline.selectors import shown_at
from investments.models import CodingRule
from strategy.models import Initiative, InitiativeSchool

NOT_COMPUTED = "Not computed yet"
ORDER = (*(LABELS[one] for one in Verdict), NOT_COMPUTED)
"""Verdicts in the order pages list them."""


@dataclass(frozen=True, kw_only=True)
class InitiativeLine:
    """An initiative in use, with what it costs and what can be said of it."""

    id: UUID
    name: str
    kind: str
    goal_id: UUID
    goal: str
    owner_id: int | None
    owner: str
    department: str
    grades: str
    groups: str
    review_on: date
    review_rule: str
    theory_of_action: str
    schools: tuple[UUID, ...]
    rule_count: int
    verdict: str
    sentence: str
    reason: str
    next_step: str
    is_decided: bool = False
    """Whether its review has a recommendation that waits for the board or was adopted."""
    ratio: Mapping[str, Any] = field(default_factory=dict)
    """Effect, cost per student, dollars and unit of its return; empty without a locked plan."""
    has_plan: bool = False
    is_of_one_school: bool = False
    """Whether its estimate has a single school in an arm, whose result its numbers tell."""
    dollars: Dollars = field(default_factory=dict)

    @property
    def kind_label(self) -> str:
        return Initiative.Kind(self.kind).label

    @property
    def school_count(self) -> int:
        return len(self.schools)

    @property
    def is_judged(self) -> bool:
        return self.kind == Initiative.Kind.INITIATIVE

    def spent(self, fiscal_year: int | None, kind: str = "actual") -> Decimal | None:
        """Return the dollars of a fiscal year and kind; None where nothing is coded to it."""
        return None if fiscal_year is None else self.dollars.get((fiscal_year, kind))


def list_initiative_lines() -> tuple[InitiativeLine, ...]:
    """Return every initiative in use, by name. One query."""
    shown = InitiativeReturn.objects.filter(shown_at(None), initiative=OuterRef("pk"))
    names = ("verdict", "sentence", "reason", "next_step", "ratio", "plan_id")
    words = JSONObject(**{name: name for name in names})
    served = InitiativeSchool.objects.filter(initiative=OuterRef("pk")).order_by("school_id")
    rows = (
        Initiative.objects.filter(archived_at__isnull=True)
        .order_by("name")
        .values(
            "id",
            "name",
            "kind",
            "goal_id",
            "owner_id",
            "grades",
            "groups",
            "review_on",
            "review_rule",
            "theory_of_action",
            goal_name=F("goal__name"),
            owner_name=F("owner__name"),
            owner_email=F("owner__email"),
            department_name=F("department__name"),
            schools=ArraySubquery(served.values("school_id")),
            rule_count=_count(CodingRule.objects.filter(archived_at__isnull=True)),
            is_decided=is_review_decided(),
            is_of_one_school=of_one_school(initiative="pk"),
            said=ArraySubquery(shown.values(cell=words)),
            costs=cost_column(),
        )
    )
    return tuple(_line(row) for row in rows)


def _count(rows: Any) -> Coalesce:
    counted = rows.filter(initiative=OuterRef("pk")).order_by().values("initiative").annotate(n=Count("pk"))
    return Coalesce(Subquery(counted.values("n"), output_field=IntegerField()), 0)


def _line(row: Mapping[str, Any]) -> InitiativeLine:
    plain = "id name kind goal_id owner_id grades groups review_on review_rule theory_of_action rule_count is_decided"
    plain += " is_of_one_school"
    said = row["said"][0] if row["said"] else {}
    return InitiativeLine(
        **{name: row[name] for name in plain.split()},
        goal=row["goal_name"],
        schools=tuple(row["schools"]),
        owner=row["owner_name"] or row["owner_email"] or "",
        department=row["department_name"] or "",
        verdict=label_of(said.get("verdict", "")),
        sentence=said.get("sentence", ""),
        reason=said.get("reason", ""),
        next_step=said.get("next_step", ""),
        ratio=said.get("ratio", {}),
        has_plan=said.get("plan_id") is not None,
        dollars=read_dollars(row["costs"]),
    )


def label_of(verdict: str) -> str:
    """Return a verdict in words; a verdict that is not one has not been computed."""
    return LABELS[Verdict(verdict)] if verdict in list(Verdict) else NOT_COMPUTED
