"""The page of one initiative; must not query or write anything itself."""

from __future__ import annotations

from datetime import date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import Http404, HttpResponse
from django.shortcuts import render

from diagnostics.initiative.answers import list_answers
from diagnostics.initiative.charts import cost_chart, outcome_chart
from diagnostics.initiative.effect_charts import arms_chart, interval_chart
from diagnostics.initiative.effect_tables import (
    effect_sources,
    gate_table,
    plan_school_table,
    result_file_table,
)
from diagnostics.initiative.panels import archived_notice, figures
from diagnostics.initiative.selectors import InitiativePage, get_initiative_page
from diagnostics.initiative.tables import (
    common_notes,
    cost_table,
    file_table,
    forecast_table,
    object_table,
    rule_table,
    school_table,
)
from diagnostics.links import allowed, link
from districts.access.decorators import DistrictRequest, district_page
from districts.access.kept_pages import kept_page
from districts.access.permissions import Permission
from districts.exports import export_table, wanted_export
from districts.parts import Crumb, NavItem
from districts.polling import answer_poll, badge, is_poll
from strategy.views.initiatives import late_notice

TABLES = {
    "cost": cost_table,
    "objects": object_table,
    "forecasts": forecast_table,
    "schools": school_table,
    "rules": rule_table,
    "files": file_table,
    "gates": gate_table,
    "plan-schools": plan_school_table,
    "result-files": result_file_table,
}


@district_page(Permission.VIEW_CABINET)
@kept_page()
def initiative_show(request: DistrictRequest, initiative_id: UUID) -> HttpResponse:
    """Show an initiative: the verdict first, then cost, outcome, rules and where it all comes from."""
    if is_poll(request):
        return answer_poll(request)
    district = request.access.district
    as_of_day = read_day(request.GET.get("as_of", ""))
    page = get_initiative_page(
        initiative_id=initiative_id,
        as_of=end_of_day(day=as_of_day, time_zone=district.time_zone) if as_of_day else None,
        funding_segment=district.funding_segment,
        minimum_group=district.minimum_group,
    )
    if page is None:
        raise Http404
    file_type = wanted_export(request)
    if file_type and request.GET.get("table") in TABLES:
        name = request.GET["table"]
        table = TABLES[name](request, page=page)
        if table is None:
            raise Http404
        return export_table(table=table, file_type=file_type, filename=f"initiative-{name}")
    return render(request, "diagnostics/initiative.html", _context(request, page=page, as_of_day=as_of_day))


def read_day(text: str) -> date | None:
    """Return the day a person asked for, or None where it cannot be read."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def end_of_day(*, day: date, time_zone: str) -> datetime:
    """Return the last moment of a day in the district's time zone."""
    return datetime.combine(day, time.max, tzinfo=ZoneInfo(time_zone))


def _context(request: DistrictRequest, *, page: InitiativePage, as_of_day: date | None) -> dict[str, object]:
    record = page.record
    late = None
    if record.archived_at is None:
        late = late_notice(
            review_on=record.review_on, start_month=request.access.district.fiscal_year_start_month
        )
    return {
        "page": page,
        "record": record,
        "as_of_day": as_of_day,
        "freshness": badge(request, page.freshness),
        "figures": figures(request, page=page),
        "answers": list_answers(request, page=page),
        "known": record.said.known,
        **_effect_context(request, page=page),
        "cost_chart": cost_chart(page=page),
        "forecast_table": forecast_table(request, page=page),
        "outcome_chart": outcome_chart(page=page),
        "cost_table": cost_table(request, page=page),
        "object_table": object_table(request, page=page),
        "school_table": school_table(request, page=page) if record.schools else None,
        "school_notes": common_notes(page),
        "archived": archived_notice(page=page),
        "late": late,
        "actions": _actions(request, page=page),
        "restore_href": link(request, "strategy:initiative-restore", initiative_id=record.id),
        "rules_href": link(request, "investments:rule-list")
        if allowed(request, Permission.VIEW_LEDGER)
        else "",
        "can_edit": allowed(request, Permission.EDIT_STRATEGY),
        "rule_table": rule_table(request, page=page),
        "file_table": file_table(request, page=page),
        "crumbs": (
            Crumb(label="Home", url=link(request, "diagnostics:home-show")),
            Crumb(label="Initiatives", url=link(request, "strategy:initiative-list")),
            Crumb(label=record.name),
        ),
    }


def _effect_context(request: DistrictRequest, *, page: InitiativePage) -> dict[str, object]:
    return {
        "interval_chart": interval_chart(page=page),
        "arms_chart": arms_chart(page=page),
        "gate_table": gate_table(request, page=page),
        "plan_school_table": plan_school_table(request, page=page),
        "result_file_table": result_file_table(request, page=page),
        "effect_sources": effect_sources(request, page=page),
    }


def _actions(request: DistrictRequest, *, page: InitiativePage) -> tuple[NavItem, ...]:
    pk = page.record.id
    history = NavItem(label="History", url=link(request, "strategy:initiative-history", initiative_id=pk))
    if not allowed(request, Permission.EDIT_STRATEGY) or page.record.archived_at:
        return (history,)
    return (
        NavItem(label="Edit", url=link(request, "strategy:initiative-edit", initiative_id=pk)),
        history,
        NavItem(label="Archive", url=link(request, "strategy:initiative-archive", initiative_id=pk)),
    )
