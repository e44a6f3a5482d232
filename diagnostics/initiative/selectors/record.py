"""What an initiative is, as kept by strategy and investments: words, schools, rules, files; must not write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, TextField
from django.db.models.functions import Cast, JSONObject

from diagnostics.calc.verdict_words import is_about_outcome
from diagnostics.home.selectors.goals import measured_groups
from diagnostics.home.selectors.initiatives import label_of
from diagnostics.models import InitiativeReturn
from diagnostics.past import HIDDEN_SINCE
from districts.models import Filing
from districts.pipeline.selectors import shown_at
from investments.models import AmountKind, CodingRule
from strategy.models import Initiative, InitiativeSchool
from strategy.selectors import name_groups

FIELDS = (
    "id",
    "name",
    "kind",
    "theory_of_action",
    "grades",
    "groups",
    "serves_from",
    "serves_to",
    "review_on",
    "review_rule",
    "origin_note",
    "archived_at",
    "owner_id",
)


@dataclass(frozen=True, kw_only=True)
class GoalOf:
    """The strategic goal an initiative serves."""

    id: UUID
    name: str
    metric_id: UUID
    metric: str
    unit: str
    group: str
    direction: str
    population: str
    baseline_value: Decimal
    target_value: Decimal
    due_on: date
    break_years: tuple[int, ...]
    measured_groups: tuple[str, ...] = ()

    @property
    def is_group_missing(self) -> bool:
        """Say whether results of the metric have arrived, but none name the group."""
        return bool(self.measured_groups) and self.group not in self.measured_groups

    @property
    def group_words(self) -> str:
        """Say which groups results of the metric name."""
        return name_groups(self.measured_groups)


@dataclass(frozen=True, kw_only=True)
class ServedSchool:
    """A school served, and how we know."""

    id: UUID
    name: str
    source: str


@dataclass(frozen=True, kw_only=True)
class RuleLine:
    """A coding rule in words."""

    name: str
    patterns: Mapping[str, str]
    share: Decimal
    first_fiscal_year: int | None
    last_fiscal_year: int | None

    @property
    def accounts(self) -> str:
        return "; ".join(
            f"{'SACS goal' if name == 'goal' else name.replace('_', ' ')} {pattern}"
            for name, pattern in self.patterns.items()
            if pattern
        )

    @property
    def years(self) -> str:
        first, last = self.first_fiscal_year, self.last_fiscal_year
        if first is None and last is None:
            return "Every year"
        if last is None:
            return f"From FY{first}"
        return f"Until FY{last}" if first is None else f"FY{first} to FY{last}"


@dataclass(frozen=True, kw_only=True)
class FilingLine:
    """A file the ledger figures come from."""

    id: UUID
    fiscal_year: int
    kind: str
    filename: str
    upload_id: UUID
    filed_at: datetime
    imported_at: datetime

    @property
    def kind_label(self) -> str:
        return AmountKind(self.kind).label if self.kind in AmountKind.values else self.kind


@dataclass(frozen=True, kw_only=True)
class Said:
    """What can be said of the return, in words."""

    words: str
    sentence: str
    reason: str
    known: tuple[str, ...]
    next_step: str
    shown_from: datetime | None


@dataclass(frozen=True, kw_only=True)
class Record:
    """An initiative as the page needs it, without dollars and results."""

    id: UUID
    name: str
    kind: str
    theory_of_action: str
    grades: str
    groups: str
    serves_from: date | None
    serves_to: date | None
    review_on: date
    review_rule: str
    origin_note: str
    archived_at: datetime | None
    owner_id: int | None
    owner: str
    department: str
    goal: GoalOf
    schools: tuple[ServedSchool, ...]
    rules: tuple[RuleLine, ...]
    filings: tuple[FilingLine, ...]
    said: Said

    @property
    def kind_label(self) -> str:
        return Initiative.Kind(self.kind).label


def record_columns(*, as_of: datetime | None) -> dict[str, Any]:
    """Return the expressions a query of initiatives reads the record with."""
    schools = InitiativeSchool.objects.filter(initiative=OuterRef("pk")).order_by("school__name")
    rules = CodingRule.objects.filter(initiative=OuterRef("pk"), archived_at__isnull=True).order_by(
        "position"
    )
    filings = Filing.objects.filter(family="ledger", is_current=True).order_by("fiscal_year", "subject")
    said = InitiativeReturn.objects.filter(shown_at(as_of), initiative=OuterRef("pk"))
    return {
        "owner_name": F("owner__name"),
        "owner_email": F("owner__email"),
        "department_name": F("department__name"),
        "goal_cell": _goal_cell(),
        "baseline": F("goal__baseline_value"),
        "target": F("goal__target_value"),
        "goal_due_on": F("goal__due_on"),
        "measured_groups": measured_groups(metric="goal__metric", as_of=as_of),
        "schools": _rows(schools, id="school_id", name="school__name", source="source"),
        "rules": _rows(
            rules,
            name="name",
            patterns="patterns",
            share=Cast("share", TextField()),
            first_fiscal_year="first_fiscal_year",
            last_fiscal_year="last_fiscal_year",
        ),
        "filings": _rows(
            filings,
            id="id",
            fiscal_year="fiscal_year",
            kind="subject",
            filename="upload__filename",
            upload_id="upload_id",
            filed_at="filed_at",
            imported_at="created_at",
        ),
        "said": _rows(
            said,
            verdict="verdict",
            sentence="sentence",
            reason="reason",
            known="known",
            next_step="next_step",
            shown_from="shown_from",
        ),
    }


def read_record(row: Mapping[str, Any], *, as_of: datetime | None) -> Record:
    """Return the record that a row with FIELDS and `record_columns` holds."""
    goal = row["goal_cell"]
    return Record(
        **{name: row[name] for name in FIELDS},
        owner=row["owner_name"] or row["owner_email"] or "",
        department=row["department_name"] or "",
        goal=GoalOf(
            **(goal | {"id": UUID(goal["id"]), "metric_id": UUID(goal["metric_id"])}),
            baseline_value=row["baseline"],
            target_value=row["target"],
            due_on=row["goal_due_on"],
            measured_groups=tuple(row["measured_groups"]),
        ),
        schools=tuple(ServedSchool(**(one | {"id": UUID(one["id"])})) for one in row["schools"]),
        rules=tuple(RuleLine(**(one | {"share": Decimal(one["share"])})) for one in row["rules"]),
        filings=tuple(_filing(one) for one in row["filings"]),
        said=_said(row["said"][0] if row["said"] else {}, name=row["name"], as_of=as_of),
    )


def _goal_cell() -> JSONObject:
    return JSONObject(
        id="goal_id",
        name="goal__name",
        metric_id="goal__metric_id",
        metric="goal__metric__name",
        unit="goal__metric__unit",
        group="goal__group",
        direction="goal__direction",
        population="goal__population",
        break_years="goal__metric__break_years",
    )


def _filing(one: Mapping[str, Any]) -> FilingLine:
    return FilingLine(
        id=UUID(one["id"]),
        fiscal_year=one["fiscal_year"],
        kind=one["kind"],
        filename=one["filename"],
        upload_id=UUID(one["upload_id"]),
        filed_at=datetime.fromisoformat(one["filed_at"]),
        imported_at=datetime.fromisoformat(one["imported_at"]),
    )


def _said(one: Mapping[str, Any], *, name: str, as_of: datetime | None) -> Said:
    nothing = "was not computed yet on that day" if as_of else "is not computed yet"
    return Said(
        words=label_of(one.get("verdict", "")),
        sentence=one.get("sentence", "") or f"What can be said of {name} {nothing}.",
        reason=one.get("reason", ""),
        known=tuple(one.get("known", ())),
        next_step=one.get("next_step", ""),
        shown_from=datetime.fromisoformat(one["shown_from"]) if one else None,
    )


def without_outcome(said: Said) -> Said:
    """Return what was said of a return without its values of the outcome, which are hidden since."""
    known = tuple(fact for fact in said.known if not is_about_outcome(fact=fact))
    return replace(said, known=known)


def without_reason(said: Said) -> Said:
    """Return what was said of a return without its reason, which may count students and schools hidden since."""
    return replace(said, reason=HIDDEN_SINCE if said.reason else "")


def _rows(rows: Any, **columns: Any) -> ArraySubquery:
    return ArraySubquery(rows.values(cell=JSONObject(**columns)))
