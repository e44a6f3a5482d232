"""Builders of ledgers, goals and initiatives in the database; a district's scope must be open."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from districts.models import CalculationRun, Filing, Upload
from districts.pipeline.spec import Outcome, Recompute
from districts.tenancy import current_district_id
from investments.models import Account, CodingRule, LedgerEntry
from strategy.models import Goal, Initiative, Metric

Row = tuple[str, str, str, str, str]


def make_upload(name: str) -> Upload:
    """Make the upload that a filing came from."""
    digest = hashlib.sha256(name.encode()).hexdigest()
    upload: Upload = Upload.objects.create(
        kind="ledger", filename=name, sha256=digest, size=1, state=Upload.State.IMPORTED
    )
    return upload


def make_filing(
    rows: Sequence[Row],
    *,
    fiscal_year: int,
    kind: str = "actual",
    filed_at: datetime = datetime(2025, 1, 1, tzinfo=UTC),
    name: str = "",
    ledger: str = "main",
) -> Filing:
    """Make a current filing of rows (fund, resource, goal, object, amount); it replaces the one before."""
    Filing.objects.filter(family="ledger", subject=kind, fiscal_year=fiscal_year, ledger=ledger).update(
        is_current=False
    )
    filing: Filing = Filing.objects.create(
        upload=make_upload(name or f"{kind} {fiscal_year} {filed_at} {ledger}"),
        family="ledger",
        subject=kind,
        fiscal_year=fiscal_year,
        ledger=ledger,
        filed_at=filed_at,
        is_current=True,
        row_count=len(rows),
    )
    entries = []
    for number, (fund, resource, goal, code, amount) in enumerate(rows, start=2):
        account, _ = Account.objects.get_or_create(fund=fund, resource=resource, goal=goal, object=code)
        entries.append(
            LedgerEntry(filing=filing, account_id=account.pk, amount=Decimal(amount), row_number=number)
        )
    LedgerEntry.objects.bulk_create(entries)
    return filing


def make_goal(name: str = "Come to school") -> Goal:
    """Make a goal and its metric."""
    metric, _ = Metric.objects.get_or_create(
        slug="chronic-absence", defaults={"name": "Chronic absence", "direction": "down"}
    )
    goal, _ = Goal.objects.get_or_create(
        name=name,
        defaults={
            "metric": metric,
            "direction": "down",
            "population": "All students",
            "baseline_value": Decimal(30),
            "baseline_year": 2022,
            "target_value": Decimal(20),
            "due_on": date(2027, 6, 30),
        },
    )
    return goal  # type: ignore[no-any-return]


def make_initiative(name: str, **fields: Any) -> Initiative:
    """Make an initiative of the one goal."""
    values = {
        "goal": make_goal(),
        "theory_of_action": "If we do this, then that.",
        "review_on": date(2026, 6, 30),
        "review_rule": "Go on if it works.",
        **fields,
    }
    initiative: Initiative = Initiative.objects.create(name=name, **values)
    return initiative


def make_rule(initiative: Initiative | None, **fields: Any) -> CodingRule:
    """Make a coding rule at the end of the order; patterns by segment name."""
    patterns = {key: fields.pop(key) for key in list(fields) if key in ("fund", "resource", "goal", "object")}
    rule: CodingRule = CodingRule.objects.create(
        initiative=initiative,
        name=fields.pop("name", str(patterns)),
        position=CodingRule.objects.count() + 1,
        patterns=patterns,
        **fields,
    )
    return rule


def recompute(calculation: Any, *, now: datetime | None = None) -> Outcome:
    """Run a calculation once, as the engine does."""
    now = now or timezone.now()
    run = CalculationRun.objects.create(
        calculation=calculation.__name__,
        version="1",
        state=CalculationRun.State.DONE,
        started_at=now,
        finished_at=now,
    )
    outcome: Outcome = calculation(Recompute(district_id=current_district_id(), run=run, now=now))
    return outcome
