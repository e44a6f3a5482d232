"""Gather the evidence of one initiative as it stands now; must not write or judge."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils import timezone

from diagnostics.calc.pooling import YearValue
from diagnostics.home.selectors.goals import GoalStanding, list_goal_standings
from diagnostics.initiative.charts import year_name
from diagnostics.initiative.selectors import InitiativePage, get_initiative_page
from diagnostics.initiative.selectors.costs import NO_SPENDING
from diagnostics.models import Effect, InitiativeReturn
from diagnostics.reviews.evidence import Evidence, Fact, Grid, Part
from diagnostics.reviews.selectors.decisions import list_decisions
from diagnostics.reviews.selectors.delivery import delivery_part
from diagnostics.reviews.selectors.estimate import estimate_part, return_facts
from districts import formatting
from districts.models import CalculationRun, District
from districts.pipeline.selectors import shown_at
from districts.tenancy import current_district_id
from investments.models import Allocation, AmountKind
from investments.selectors.ledger import FilingName, list_filings
from strategy.selectors.goals import measured


def gather_evidence(*, initiative_id: UUID, now: datetime) -> Evidence | None:
    """Return everything a review says before anybody decides; None where there is no such initiative.

    What a row of a small group would show is left out by what it reads: results are protected already.
    About twenty queries.
    """
    district = District.objects.get(pk=current_district_id())
    page = get_initiative_page(
        initiative_id=initiative_id,
        as_of=None,
        funding_segment=district.funding_segment,
        minimum_group=district.minimum_group,
    )
    if page is None:
        return None
    record, said = page.record, page.record.said
    shown = InitiativeReturn.objects.filter(shown_at(None), initiative_id=initiative_id).first()
    effect = (
        Effect.objects.filter(shown_at(None), initiative_id=initiative_id)
        .select_related("plan__metric")
        .first()
    )
    return Evidence(
        as_of=now.isoformat(),
        computed_at=page.freshness.as_of.isoformat() if page.freshness.as_of else "",
        is_pending=page.freshness.is_pending,
        initiative_id=str(record.id),
        initiative=record.name,
        kind=record.kind_label,
        goal=record.goal.name,
        review_on=record.review_on.isoformat(),
        review_rule=record.review_rule,
        verdict=said.words,
        sentence=said.sentence,
        reason=said.reason,
        known=said.known,
        next_step=said.next_step,
        parts=_parts(page, shown=shown, effect=effect, minimum=district.minimum_group, now=now),
        runs=_runs(shown=shown, effect=effect),
    )


def _parts(
    page: InitiativePage,
    *,
    shown: InitiativeReturn | None,
    effect: Effect | None,
    minimum: int,
    now: datetime,
) -> tuple[Part, ...]:
    initiative_id = page.record.id
    return (
        estimate_part(effect=effect, shown=shown, minimum=minimum),
        _cost_part(page, ratio=shown.ratio if shown else {}),
        _allocation_part(initiative_id=initiative_id),
        _goal_part(page),
        delivery_part(initiative_id=initiative_id, today=timezone.localdate(now)),
        _earlier_part(initiative_id=initiative_id),
        _file_part(page),
    )


def _cost_part(page: InitiativePage, *, ratio: dict[str, object]) -> Part:
    years = tuple(
        (
            year_name(one),
            AmountKind(one.kind).label,
            formatting.dollars_exact(one.counted),
            formatting.dollars_exact(one.indirect),
        )
        for one in page.costs.shown
    )
    grid = Grid(
        caption="Cost by year",
        columns=("Year", "Kind of amount", "Dollars", "Of it indirect"),
        rows=years,
        numeric=(2, 3),
    )
    latest = page.latest
    spent = (
        (
            Fact(
                label=f"Spent in {formatting.fiscal_year(latest.fiscal_year)}",
                value=formatting.dollars_short(latest.counted),
                note=formatting.dollars_exact(latest.counted),
            ),
        )
        if latest and latest.counted >= NO_SPENDING
        else ()
    )
    return Part(
        key="cost",
        title="What it costs",
        words=() if years else ("No dollars are coded to it.",),
        facts=(*spent, _student_fact(page), *return_facts(ratio)),
        grids=(grid,) if years else (),
    )


def _student_fact(page: InitiativePage) -> Fact:
    found = page.per_student
    return (
        Fact(
            label=f"Cost per student {found.who}",
            value=formatting.dollars_short(found.dollars),
            note=f"Divided by {found.note}; not a count of students who took part.",
        )
        if found.dollars is not None
        else Fact(label="Cost per student", value="Not known", note=found.why_not)
    )


def newest_budget() -> FilingName | None:
    """Return the budget filing that counts of the newest fiscal year, or None. One query."""
    budgets = list_filings(kinds=[AmountKind.BUDGET])
    return budgets[-1] if budgets else None


def budget_name(filing: FilingName) -> str:
    """Name a budget filing: its year, and its ledger where there are several."""
    ledger = "" if filing.ledger == "main" else f" {filing.ledger}"
    return f"{formatting.fiscal_year(filing.fiscal_year)} budget{ledger}"


def _allocation_part(*, initiative_id: UUID) -> Part:
    title = "What the newest budget gives it"
    filing = newest_budget()
    if filing is None:
        return Part(key="allocations", title=title, words=("No budget has been imported yet.",))
    rows = list(
        Allocation.objects.filter(filing_id=filing.id, initiative_id=initiative_id)
        .order_by("funding_source__code")
        .values_list("funding_source__code", "funding_source__title", "amount")
    )
    name = budget_name(filing)
    if not rows:
        return Part(
            key="allocations", title=title, words=(f"No allocation is entered for it in the {name}.",)
        )
    total = sum(amount for _, _, amount in rows)
    lines = tuple((f"{code} {text}".strip(), formatting.dollars_exact(amount)) for code, text, amount in rows)
    return Part(
        key="allocations",
        title=title,
        grids=(
            Grid(
                caption=f"Allocations in the {name} ({filing.filename})",
                columns=("Funding source", "Dollars"),
                rows=(*lines, ("All sources", formatting.dollars_exact(total))),
                numeric=(1,),
            ),
        ),
    )


def _goal_part(page: InitiativePage) -> Part:
    goal = page.record.goal
    found = next((one for one in list_goal_standings() if one.id == goal.id), None)
    words = (
        (f"{found.aim} For: {found.population}.", found.standing)
        if found
        else ("Its strategic goal is archived.",)
    )
    served = {one.year: one for one in page.outcome.served}
    district = {one.year: one for one in page.outcome.district}
    rows = tuple(
        (
            formatting.school_year(year),
            _value(served.get(year), goal.unit),
            _value(district.get(year), goal.unit),
        )
        for year in page.outcome.years
    )
    grid = Grid(
        caption=goal.metric,
        columns=("School year", "Schools it serves", "District"),
        rows=rows,
        numeric=(1, 2),
    )
    return Part(
        key="goal",
        title="The strategic goal and where it stands",
        words=words,
        facts=_goal_facts(found),
        grids=(grid,) if rows else (),
    )


def _goal_facts(found: GoalStanding | None) -> tuple[Fact, ...]:
    if found is None:
        return ()
    return (
        Fact(
            label="Baseline",
            value=measured(found.baseline_value, found.unit),
            note=formatting.school_year(found.baseline_year),
        ),
        Fact(
            label="Now in the district",
            value=found.level_words if found.level is not None else "Not known",
            note=formatting.school_year(found.level_year) if found.level_year else "",
        ),
        Fact(
            label="Target", value=measured(found.target_value, found.unit), note=formatting.day(found.due_on)
        ),
    )


def _value(one: YearValue | None, unit: str) -> str:
    if one is None:
        return "No result"
    if one.value is None:
        return "Hidden" if one.is_suppressed else "No result"
    return f"{one.bound} {one.value:g}%" if one.bound else measured(one.value, unit)


def _earlier_part(*, initiative_id: UUID) -> Part:
    title = "Earlier decisions"
    rows = tuple(
        (
            formatting.day(timezone.localtime(one.recorded_at)),
            one.recommendation_label,
            one.reason,
            one.state_words,
            formatting.dollars_exact(one.moved) if one.moves else "None",
        )
        for one in list_decisions(initiative_id=initiative_id)
    )
    if not rows:
        return Part(key="earlier", title=title, words=("None is recorded here.",))
    columns = ("Recorded", "Recommendation", "Reason", "Where it stands", "Dollars to move")
    return Part(
        key="earlier", title=title, grids=(Grid(caption=title, columns=columns, rows=rows, numeric=(4,)),)
    )


def _file_part(page: InitiativePage) -> Part:
    rows = tuple(
        (
            formatting.fiscal_year(one.fiscal_year),
            one.kind_label,
            one.filename,
            formatting.day(timezone.localtime(one.filed_at)),
        )
        for one in page.record.filings
    )
    return Part(
        key="files",
        title="Files the dollars come from",
        words=() if rows else ("No ledger has been imported yet.",),
        grids=(Grid(caption="Files", columns=("Year", "Kind of amount", "File", "Filed"), rows=rows),)
        if rows
        else (),
    )


def _runs(*, shown: InitiativeReturn | None, effect: Effect | None) -> dict[str, str]:
    """Name the runs the evidence rests on: those of its own rows, else the newest that were done."""
    newest = (
        CalculationRun.objects.filter(
            state=CalculationRun.State.DONE, calculation__in=("ledger_cost", "trend")
        )
        .order_by("calculation", "-finished_at")
        .distinct("calculation")
        .values_list("calculation", "pk")
    )
    runs = {name: str(pk) for name, pk in newest}
    if shown is not None:
        runs["initiative_return"] = str(shown.run_id)
    if effect is not None:
        runs["effect"] = str(effect.run_id)
    return runs
