"""Panels of the initiative page: figures, verdict, forecast record, provenance; must not query."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from diagnostics.initiative.charts import year_name
from diagnostics.initiative.selectors import InitiativePage
from diagnostics.initiative.selectors.costs import NO_SPENDING, YearCost
from diagnostics.links import allowed, link
from districts import formatting
from districts.access.decorators import DistrictRequest
from districts.access.permissions import Permission
from districts.parts import Notice, Source, Stat, Tone
from investments.calc.noise import is_jump
from investments.models import AmountKind

_FORECAST_NAMES = {AmountKind.ESTIMATED_ACTUAL: "estimate", AmountKind.BUDGET: "budget"}


def figures(request: DistrictRequest, *, page: InitiativePage) -> tuple[Stat, ...]:
    """Return the figures of the page: cost, forecast, per student, schools."""
    stats = [_cost_stat(request, page=page)]
    if page.next_forecast is not None and abs(page.next_forecast.counted) >= NO_SPENDING:
        stats.append(_forecast_stat(request, page=page, one=page.next_forecast))
    stats.append(_per_student_stat(page))
    stats.append(
        Stat(
            label="Schools it serves",
            value=formatting.number(len(page.record.schools)) if page.record.schools else "Not named",
            note=_school_words(page),
            href="#schools" if page.record.schools else "",
        )
    )
    return tuple(stats)


def sources_of(request: DistrictRequest, *, page: InitiativePage, one: YearCost) -> tuple[Source, ...]:
    """Return where a year's figure comes from: filing, file, import time, rules, ledger rows."""
    sources: list[Source] = []
    may_see = allowed(request, Permission.VIEW_DATA)
    for filing in page.record.filings:
        if (filing.fiscal_year, filing.kind) != (one.fiscal_year, one.kind):
            continue
        href = link(request, "landing:upload-show", upload_id=filing.upload_id) if may_see else ""
        sources += [
            Source(label="File", text=filing.filename, href=href),
            Source(
                label="Filed and imported",
                text=f"{_local_day(filing.filed_at)}; {_local_day(filing.imported_at)}",
            ),
        ]
    sources.append(
        Source(label="What is counted", text="Ledger cost: what its coding rules count, direct and indirect")
    )
    if allowed(request, Permission.VIEW_LEDGER):
        query = {"initiative": str(page.record.id), "year": str(one.fiscal_year), "kind": one.kind}
        href = link(request, "investments:counted-list", query)
        sources.append(Source(label="Rows", text="The ledger rows behind it", href=href))
    return tuple(sources)


def archived_notice(*, page: InitiativePage) -> Notice | None:
    """Return the notice that the initiative is out of use, or None."""
    if page.record.archived_at is None:
        return None
    day = _local_day(page.record.archived_at)
    return Notice(
        tone=Tone.INFO,
        title="This initiative is archived",
        text=f"Archived on {day}. Its figures stay; its verdict is no longer computed.",
    )


def _cost_stat(request: DistrictRequest, *, page: InitiativePage) -> Stat:
    latest = page.latest
    if page.costs.latest_year is None:
        return Stat(
            label="Cost",
            value="Not known",
            note="No actual spending had been imported then."
            if page.as_of
            else "No actual spending has been imported yet.",
        )
    label = f"Spent in {formatting.fiscal_year(page.costs.latest_year)}"
    if latest is None:
        return Stat(
            label=label, value="Nothing coded", note="No coding rule catches dollars for it in this year."
        )
    if abs(latest.counted) < NO_SPENDING:
        return Stat(label=label, value="No spending", exact=formatting.dollars_exact(latest.counted))
    notes = []
    before = page.costs.year(latest.fiscal_year - 1)
    if (
        before is not None
        and before.counted >= NO_SPENDING
        and is_jump(before=before.counted, after=latest.counted)
    ):
        step = (latest.counted / before.counted - 1) * 100
        notes.append(
            f"{formatting.number(step, 0, plus=True)}% from {formatting.fiscal_year(before.fiscal_year)}: check coding."
        )
    if abs(latest.indirect) >= NO_SPENDING:
        notes.append(f"{formatting.dollars_short(latest.indirect)} of it indirect.")
    if abs(latest.elsewhere) >= NO_SPENDING:
        notes.append(f"Its rules also catch {formatting.dollars_short(latest.elsewhere)} counted elsewhere.")
    return Stat(
        label=label,
        value=formatting.dollars_short(latest.counted),
        exact=formatting.dollars_exact(latest.counted),
        note=" ".join(notes),
        sources=sources_of(request, page=page, one=latest),
    )


def _forecast_stat(request: DistrictRequest, *, page: InitiativePage, one: YearCost) -> Stat:
    own = [error for error in page.costs.own_errors if error.kind == one.kind]
    everywhere = [error for error in page.costs.district_errors if error.kind == one.kind]
    notes = []
    if own:
        last = own[-1]
        notes.append(
            f"Its own {_FORECAST_NAMES[AmountKind(last.kind)]} of FY{last.fiscal_year} was"
            f" {_off(last.percent)} what was spent."
        )
    if everywhere:
        last = everywhere[-1]
        notes.append(
            f"The district’s {_FORECAST_NAMES[AmountKind(last.kind)]} of FY{last.fiscal_year} was"
            f" {_off(last.percent)} what was spent, over all spending of {fund_name(last.fund)}."
        )
    return Stat(
        label=year_name(one),
        value=formatting.dollars_short(one.counted),
        exact=formatting.dollars_exact(one.counted),
        note=" ".join(notes),
        is_forecast=True,
        sources=sources_of(request, page=page, one=one),
    )


def _per_student_stat(page: InitiativePage) -> Stat:
    found = page.per_student
    if found.dollars is None:
        return Stat(label="Cost per student", value="Not known", note=found.why_not)
    return Stat(
        label=f"Cost per student {found.who}",
        value=formatting.dollars_short(found.dollars),
        exact=formatting.dollars_exact(found.dollars),
        note=f"Divided by {found.note}; not a count of students who took part.{_fund_words(page)}",
    )


def _fund_words(page: InitiativePage) -> str:
    """Say which funds the cost adds, where it is more than one: their dollars may serve other students."""
    funds = {
        code: dollars
        for code, dollars in page.costs.funds(page.costs.latest_year).items()
        if abs(dollars) >= NO_SPENDING
    }
    if len(funds) < 2:
        return ""
    parts = ", ".join(f"fund {code} {formatting.dollars_short(one)}" for code, one in funds.items())
    return f" It adds the dollars of all funds, though they may serve other students: {parts}."


def _school_words(page: InitiativePage) -> str:
    """Say what the list of schools rests on, in the words of those who named them."""
    schools = page.record.schools
    if not schools:
        return "Without them there is no comparison." if page.record.kind == "initiative" else ""
    sources = sorted({one.source.rstrip(".") for one in schools if one.source})
    if not sources:
        return "No source of the list is given, nor of which year it is."
    return f"By: {'; '.join(sources)}." if len(sources) < 3 else f"By {len(sources)} sources, in the table."


def _local_day(moment: datetime) -> str:
    """Write the day of a moment in the district's time zone."""
    return formatting.day(timezone.localtime(moment))


def fund_name(code: str) -> str:
    """Name the fund that a record of forecasts is of."""
    return f"fund {code}, its largest" if code else "the ledger"


def _off(percent: float) -> str:
    if abs(percent) < 0.05:
        return "equal to"
    return f"{formatting.percent(abs(percent))} {'over' if percent > 0 else 'under'}"
