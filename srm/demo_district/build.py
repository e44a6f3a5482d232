"""Build the demo district through the product's own services, uploads and worker.

Must not write a table that a service writes. Every step finds what an earlier, interrupted build made.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from uuid import UUID

from django.utils import timezone

from diagnostics.models import Trend
from districts.landing.services import confirm_school_names, land_upload
from districts.models import Attempt, Department, District, Filing, Mark, Membership, School, Upload
from districts.tenancy import district_scope
from investments.models import Allocation, CodingRule, LedgerCost
from investments.services import RuleInput, create_rule, save_allocation
from srm.demo_district.definition import GoalDefinition, InitiativeDefinition
from srm.demo_district.places import schools_with_dollars
from srm.demo_district.plans import lock_plans
from srm.demo_district.san_francisco import SAN_FRANCISCO
from srm.demo_district.story import DemoFile, Story
from strategy.models import Goal, Initiative, Metric
from strategy.services.goals import GoalInput, create_goal
from strategy.services.initiatives import InitiativeInput, create_initiative
from strategy.services.metrics import MetricInput, create_metric

PATIENCE = 600  # seconds without any progress before the build says that no worker runs
Say = Callable[[str], None]


class DemoStuck(RuntimeError):
    """The worker does not work, or refused a file of the demo; the message says which."""


def make_district(*, story: Story = SAN_FRANCISCO) -> District:
    """Create a story's district, or find it."""
    defaults = {"name": story.name, "state": story.state, **story.settings}
    district, _ = District.objects.get_or_create(slug=story.slug, defaults=defaults)
    return district


def make_organisation(*, district: District, story: Story = SAN_FRANCISCO) -> None:
    """Create schools, departments and metrics."""
    with district_scope(district.pk, cause="demo"):
        story.make_schools()
        for name in story.departments:
            Department.objects.get_or_create(name=name)
        for metric in story.metrics:
            if not Metric.objects.filter(slug=metric.slug).exists():
                create_metric(
                    metric=MetricInput(
                        name=metric.name,
                        slug=metric.slug,
                        direction=metric.direction,
                        unit=metric.unit,
                        description=metric.description,
                        break_years=metric.break_years,
                        is_leading=metric.is_leading,
                    )
                )


def land_files(*, district: District, by: int, say: Say, story: Story = SAN_FRANCISCO) -> None:
    """Land every file of the demo as a data manager would, and wait until all are imported."""
    with district_scope(district.pk, actor_id=by, cause="demo: names of schools, confirmed"):
        codes = {code: str(pk) for pk, code in School.objects.values_list("pk", "district_code")}
        confirm_school_names(
            by=by, answers={name: codes.get(answer, answer) for name, answer in story.names.items()}
        )
    _land(district=district, by=by, files=story.files(), say=say)


def land_later_files(*, district: District, by: int, say: Say, story: Story) -> None:
    """Land the files whose columns a person links to initiatives, once these are there."""
    _land(district=district, by=by, files=story.later_files(), say=say)


def _land(*, district: District, by: int, files: Sequence[DemoFile], say: Say) -> None:
    for file in files:
        with district_scope(district.pk, actor_id=by, cause=f"demo: upload of {file.path.name}"):
            keys = dict(Initiative.objects.values_list("name", "pk"))
            links = {code: str(keys[name]) for code, name in file.links.items()}
            land_upload(
                by=by,
                filename=file.path.name,
                chunks=_chunks(file.path),
                kind=file.kind,
                file_map=file.file_map(links),
                auto_confirm=True,
            )
    _wait(district=district, say=say)
    with district_scope(district.pk, cause="demo"):
        for upload in Upload.objects.exclude(state=Upload.State.IMPORTED):
            raise DemoStuck(f"{upload.filename}: {upload.get_state_display()}. {upload.message}")


def decide(
    *,
    district: District,
    by: int,
    say: Say,
    story: Story = SAN_FRANCISCO,
    are_schools_by_file: bool = False,
) -> None:
    """Set goals, initiatives, coding rules and first allocations, and wait for the figures.

    are_schools_by_file: which school has which initiative is said by a file that lands later.
    """
    write_decisions(district=district, by=by, story=story, are_schools_by_file=are_schools_by_file)
    _wait(district=district, say=say)
    with district_scope(district.pk, actor_id=by, cause="demo: first allocations"):
        _allocate()
    _wait(district=district, say=say)


def write_decisions(
    *, district: District, by: int | None, story: Story, are_schools_by_file: bool = False
) -> None:
    """Write goals, initiatives and coding rules; the figures follow."""
    with district_scope(district.pk, actor_id=by, cause="demo: cabinet's decisions"):
        goals = {goal.key: _goal(goal) for goal in story.goals}
        owners = list(Membership.objects.filter(role="initiative_lead").values_list("user_id", flat=True))
        keys: dict[str, UUID] = {}
        for definition in story.initiatives:
            keys[definition.name] = _initiative(
                definition,
                goal_id=goals[definition.goal],
                owners=owners,
                origin=story.origin,
                has_schools=not are_schools_by_file,
            )
            _rule(name=definition.name, patterns=definition.patterns, initiative_id=keys[definition.name])
        for rule in story.rules:
            _rule(name=rule.name, patterns=dict(rule.patterns), initiative_id=keys[rule.initiative])
        for band in story.bands:
            _rule(name=band.name, patterns=band.patterns, band=band.band)


def plan(*, district: District, by: int, say: Say, story: Story) -> None:
    """Write and lock the retrospective evaluation plans, and wait for what they show."""
    with district_scope(district.pk, actor_id=by, cause="demo: evaluation plans, written afterwards"):
        lock_plans(plans=story.plans, by=by, now=timezone.now())
    _wait(district=district, say=say)


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


def _initiative(
    definition: InitiativeDefinition, *, goal_id: UUID, owners: list[int], origin: str, has_schools: bool
) -> UUID:
    found = Initiative.objects.filter(name=definition.name).first()
    if found is not None:
        return UUID(str(found.pk))
    is_named = bool(definition.schools) and has_schools
    codes = schools_with_dollars(column=definition.schools) if is_named else []
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
            schools_source=definition.schools_note if is_named else "",
            grades=definition.grades,
            groups=definition.groups,
            serves_from=definition.serves_from,
            review_on=definition.review_on,
            review_rule=definition.review_rule,
            origin_note=origin,
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
