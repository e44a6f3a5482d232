"""Build the demo district through the product's own services, uploads and worker.

Must not write a table that a service writes. Every step finds what an earlier, interrupted build made.
"""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from uuid import UUID

from django.utils import timezone

from diagnostics.models import Trend
from districts.landing.services import land_upload
from districts.models import Attempt, Department, District, Filing, Mark, Membership, School, Upload
from districts.tenancy import district_scope
from investments.models import Allocation, CodingRule, LedgerCost
from investments.services import RuleInput, create_rule, save_allocation
from srm.demo_district.definition import (
    BANDS,
    GOALS,
    INITIATIVES,
    METRICS,
    ORIGIN,
    GoalDefinition,
    InitiativeDefinition,
)
from srm.demo_district.places import FILES, make_departments, make_schools, schools_with_dollars
from strategy.models import Goal, Initiative, Metric
from strategy.services.goals import GoalInput, create_goal
from strategy.services.initiatives import InitiativeInput, create_initiative
from strategy.services.metrics import MetricInput, create_metric

PATIENCE = 600  # seconds without any progress before the build says that no worker runs
Say = Callable[[str], None]


class DemoStuck(RuntimeError):
    """The worker does not work, or refused a file of the demo; the message says which."""


def make_district() -> District:
    """Create San Francisco's district, or find it."""
    district, _ = District.objects.get_or_create(
        slug="san-francisco",
        defaults={
            "name": "San Francisco Unified (demo)",
            "state": "CA",
            "state_code": "3868478",
            "time_zone": "America/Los_Angeles",
        },
    )
    return district


def make_organisation(*, district: District) -> None:
    """Create schools, departments and metrics."""
    with district_scope(district.pk, cause="demo"):
        make_schools()
        make_departments()
        for metric in METRICS:
            if not Metric.objects.filter(slug=metric.slug).exists():
                create_metric(
                    metric=MetricInput(
                        name=metric.name,
                        slug=metric.slug,
                        direction=metric.direction,
                        unit=metric.unit,
                        description=metric.description,
                        break_years=metric.break_years,
                    )
                )


def land_files(*, district: District, by: int, say: Say) -> None:
    """Land every file of the demo as a data manager would, and wait until all are imported."""
    for path in _files():
        with district_scope(district.pk, actor_id=by, cause=f"demo: upload of {path.name}"):
            land_upload(by=by, filename=path.name, chunks=_chunks(path), auto_confirm=True)
    _wait(district=district, say=say)
    with district_scope(district.pk, cause="demo"):
        refused = Upload.objects.exclude(state=Upload.State.IMPORTED)
        for upload in refused:
            raise DemoStuck(f"{upload.filename}: {upload.get_state_display()}. {upload.message}")


def decide(*, district: District, by: int, say: Say) -> None:
    """Set goals, initiatives, coding rules and first allocations, and wait for the figures."""
    with district_scope(district.pk, actor_id=by, cause="demo: cabinet's decisions"):
        goals = {goal.key: _goal(goal) for goal in GOALS}
        owners = list(Membership.objects.filter(role="initiative_lead").values_list("user_id", flat=True))
        for definition in INITIATIVES:
            initiative_id = _initiative(definition, goal_id=goals[definition.goal], owners=owners)
            _rule(name=definition.name, patterns=definition.patterns, initiative_id=initiative_id)
        for band in BANDS:
            _rule(name=band.name, patterns=band.patterns, band=band.band)
    _wait(district=district, say=say)
    with district_scope(district.pk, actor_id=by, cause="demo: first allocations"):
        _allocate()
    _wait(district=district, say=say)


def _files() -> Iterator[Path]:
    yield from sorted((FILES / "ledger" / "codes").glob("*.csv"))
    yield from sorted((FILES / "ledger").glob("sfusd_usergl_*.csv"))
    yield from sorted((FILES / "ledger").glob("*.dat"))
    yield from sorted((FILES / "schools").glob("chronic_absenteeism_*.csv"))


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            yield chunk


def _goal(definition: GoalDefinition) -> UUID:
    found = Goal.objects.filter(name=definition.name).first()
    if found is not None:
        return UUID(str(found.pk))
    metric = Metric.objects.get(slug=definition.metric)
    baseline = Decimal(definition.baseline) if definition.baseline else _first_point(metric, definition)
    return create_goal(
        goal=GoalInput(
            name=definition.name,
            metric_id=metric.pk,
            direction=metric.direction,
            population=definition.population,
            group=definition.group,
            baseline_value=baseline,
            baseline_year=definition.baseline_year,
            target_value=Decimal(definition.target),
            due_on=definition.due_on,
        )
    )


def _first_point(metric: Metric, definition: GoalDefinition) -> Decimal:
    """Read a goal's baseline from the district's own trend."""
    shown = Trend.objects.get(
        metric=metric, school=None, group=definition.group, grade="all", shown_until__isnull=True
    )
    for point in shown.points:
        if point["year"] == definition.baseline_year and point["value"] is not None:
            return Decimal(str(point["value"])).quantize(Decimal("0.01"))
    raise DemoStuck(f"{definition.name}: the results have no value for {definition.baseline_year}")


def _initiative(definition: InitiativeDefinition, *, goal_id: UUID, owners: list[int]) -> UUID:
    found = Initiative.objects.filter(name=definition.name).first()
    if found is not None:
        return UUID(str(found.pk))
    codes = schools_with_dollars(column=definition.schools) if definition.schools else []
    schools = School.objects.filter(district_code__in=codes).values_list("pk", flat=True)
    return create_initiative(
        initiative=InitiativeInput(
            name=definition.name,
            kind=definition.kind,
            goal_id=goal_id,
            theory_of_action=definition.theory,
            owner_id=owners[0] if owners else None,
            department_id=Department.objects.get(name=definition.department).pk,
            school_ids=list(schools),
            schools_source=definition.schools_note,
            grades=definition.grades,
            groups=definition.groups,
            serves_from=datetime.date(2020, 7, 1),
            review_on=definition.review_on,
            review_rule=definition.review_rule,
            origin_note=ORIGIN,
        )
    )


def _rule(
    *, name: str, patterns: dict[str, str], initiative_id: UUID | None = None, band: str = "coded"
) -> None:
    if not CodingRule.objects.filter(name=name).exists():
        create_rule(rule=RuleInput(name=name, initiative_id=initiative_id, band=band, patterns=patterns))


def _allocate() -> None:
    """Give each initiative, in the newest budget, what that budget already codes to it, in dollars."""
    budget = Filing.objects.filter(family="ledger", subject="budget", is_current=True).latest("fiscal_year")
    if Allocation.objects.filter(filing=budget).exists():
        return
    cells = LedgerCost.objects.filter(
        shown_until__isnull=True,
        fiscal_year=budget.fiscal_year,
        kind="budget",
        initiative__isnull=False,
    )
    amounts: dict[tuple[UUID, str], Decimal] = {}
    for cell in cells:
        key = (cell.initiative_id, cell.source)
        amounts[key] = amounts.get(key, Decimal(0)) + cell.counted
    for (initiative_id, source), amount in sorted(amounts.items(), key=str):
        whole = amount // 1000 * 1000
        if whole >= 1000:
            save_allocation(
                filing_id=budget.pk,
                initiative_id=initiative_id,
                source=source,
                amount=whole.quantize(Decimal("0.01")),
                note="Demo: as the adopted budget codes it, to the thousand",
            )


def _wait(*, district: District, say: Say) -> None:
    """Wait for the workers; raises DemoStuck when nothing moves for PATIENCE seconds or work fails."""
    waiting, since = -1, time.monotonic()
    while count := Mark.objects.filter(district=district).count():
        if count != waiting:
            waiting, since = count, time.monotonic()
            say(f"  {count} steps of work to go")
        failed = Attempt.objects.filter(district=district, failed_at__isnull=False).first()
        if failed is not None:
            raise DemoStuck(f"{failed.target} failed; the worker's log says why")
        if time.monotonic() - since > PATIENCE:
            raise DemoStuck(f"no worker took up {count} steps of work since {timezone.now():%H:%M}")
        time.sleep(0.3)
