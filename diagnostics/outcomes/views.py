"""The outcome pages; must not query or write anything itself."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render

from diagnostics.enrollment import enrolled_when
from diagnostics.links import allowed, link
from diagnostics.outcomes.charts import (
    MOST_PANELS,
    cohorts_chart,
    metrics_chart,
    school_chart,
    schools_chart,
    spending_chart,
)
from diagnostics.outcomes.forms import GroupForm, MetricFilterForm, OutcomeForm, SchoolFilterForm
from diagnostics.outcomes.selectors import (
    get_metric_page,
    get_outcomes,
    get_school_page,
    get_spending_page,
)
from diagnostics.outcomes.tables import (
    cohort_table,
    metric_table,
    school_metric_table,
    school_table,
    spending_table,
)
from diagnostics.outcomes.words import grade_name, group_name, last_break, level_words, slope_words
from districts.access.decorators import DistrictRequest, district_page
from districts.access.kept_pages import kept_page
from districts.access.permissions import Permission
from districts.exports import export_table, wanted_export
from districts.parts import Crumb
from districts.polling import answer_poll, badge, is_poll


@district_page(Permission.VIEW_CABINET)
@kept_page()
def outcome_list(request: DistrictRequest) -> HttpResponse:
    """Show every metric: level, change, slope, who has no value."""
    if is_poll(request):
        return answer_poll(request)
    page = get_outcomes()
    form = MetricFilterForm(request.GET)
    lines = page.list_filtered(text=form.asked("q"), kind=form.asked("kind"), has_data=form.asked("known"))
    table = metric_table(request, page=page, lines=lines)
    if file_type := wanted_export(request):
        return export_table(table=table, file_type=file_type, filename="outcomes")
    shown = [one.name for one in lines][:MOST_PANELS]
    context = {
        "page": page,
        "form": form,
        "table": table,
        "chart": metrics_chart(page=page, names=shown),
        "freshness": badge(request, page.freshness),
        "spending_href": link(request, "diagnostics:outcome-spending"),
        "upload_href": link(request, "landing:upload-list") if allowed(request, Permission.VIEW_DATA) else "",
        "clear_href": request.path,
    }
    return render(request, "diagnostics/outcomes.html", context)


@district_page(Permission.VIEW_CABINET)
@kept_page()
def outcome_metric(request: DistrictRequest, metric_id: UUID) -> HttpResponse:
    """Show a metric: the district first, its groups and grades, then each school."""
    if is_poll(request):
        return answer_poll(request)
    page = get_metric_page(
        metric_id=metric_id, group=request.GET.get("group", ""), grade=request.GET.get("grade", "")
    )
    if page is None:
        raise Http404
    form = SchoolFilterForm(request.GET, page=page)
    lines = page.list_filtered(text=form.asked("q"), level=form.asked("level"), has_data=form.asked("known"))
    tables = {
        "schools": school_table(request, page=page, lines=lines),
        "groups": cohort_table(request, page=page, rows=page.by_group, is_by_grade=False),
        "grades": cohort_table(request, page=page, rows=page.by_grade, is_by_grade=True),
    }
    if file_type := wanted_export(request):
        name = request.GET.get("table", "schools")
        if name not in tables:
            raise Http404
        return export_table(table=tables[name], file_type=file_type, filename=f"outcome-{name}")
    since = last_break(page.district, page.break_years)
    context = {
        "page": page,
        "form": form,
        "cohort": f"{group_name(page.group)}, {grade_name(page.grade).lower()}",
        "level": level_words(page.district),
        "slope": slope_words(page.district, since=since),
        "school_table": tables["schools"],
        "group_table": tables["groups"] if len(page.groups) > 1 else None,
        "grade_table": tables["grades"] if len(page.grades) > 1 else None,
        "schools_chart": schools_chart(page=page, schools=lines),
        "groups_chart": cohorts_chart(page=page, rows=page.by_group, is_by_grade=False),
        "grades_chart": cohorts_chart(page=page, rows=page.by_grade, is_by_grade=True),
        "freshness": badge(request, page.freshness),
        "crumbs": _crumbs(request, page.name),
        "clear_href": request.path,
    }
    return render(request, "diagnostics/outcome_metric.html", context)


@district_page(Permission.VIEW_CABINET)
@kept_page()
def outcome_school(request: DistrictRequest, school_id: UUID) -> HttpResponse:
    """Show a school: every metric beside the district and schools alike."""
    if is_poll(request):
        return answer_poll(request)
    page = get_school_page(school_id=school_id, group=request.GET.get("group", ""))
    if page is None:
        raise Http404
    table = school_metric_table(request, page=page)
    if file_type := wanted_export(request):
        return export_table(table=table, file_type=file_type, filename="school-outcomes")
    context = {
        "page": page,
        "form": GroupForm(request.GET, page=page) if len(page.groups) > 1 else None,
        "table": table,
        "chart": school_chart(page=page),
        "freshness": badge(request, page.freshness),
        "crumbs": _crumbs(request, page.name),
        "clear_href": request.path,
    }
    return render(request, "diagnostics/outcome_school.html", context)


@district_page(Permission.VIEW_CABINET)
@kept_page()
def outcome_spending(request: DistrictRequest) -> HttpResponse:
    """Show schools' spending per student enrolled beside an outcome: who got what, not what works."""
    if is_poll(request):
        return answer_poll(request)
    page = get_spending_page(metric_id=_uuid(request.GET.get("metric", "")))
    table = spending_table(request, page=page)
    if file_type := wanted_export(request):
        return export_table(table=table, file_type=file_type, filename="spending-and-outcomes")
    context = {
        "page": page,
        "form": OutcomeForm({"metric": str(page.metric_id or "")}, page=page) if page.metrics else None,
        "table": table,
        "chart": spending_chart(page=page),
        "freshness": badge(request, page.freshness),
        "enrolled_when": enrolled_when(year=page.enrolled_in, fiscal_year=page.dollars.fiscal_year)
        if page.dollars and page.enrolled_in
        else "",
        "upload_href": link(request, "landing:upload-list") if allowed(request, Permission.VIEW_DATA) else "",
        "crumbs": _crumbs(request, "Spending and outcomes"),
        "clear_href": "",
    }
    return render(request, "diagnostics/outcome_spending.html", context)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _crumbs(request: DistrictRequest, name: str) -> tuple[Crumb, ...]:
    return (
        Crumb(label="Home", url=link(request, "diagnostics:home-show")),
        Crumb(label="Outcomes", url=link(request, "diagnostics:outcome-list")),
        Crumb(label=name),
    )
