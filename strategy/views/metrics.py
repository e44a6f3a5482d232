"""Pages of metrics; must not hold rules."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render

from districts.access.decorators import DistrictRequest, district_page
from districts.access.permissions import Permission
from districts.exports import export_table, page_size_for, wanted_export
from districts.tables import Action, Column, Empty, Kind, Table, make_table
from strategy.forms import MetricForm, add_refusal
from strategy.selectors import MetricRow, get_metric, list_metrics
from strategy.services import StrategyRefused, create_metric, update_metric
from strategy.views.parts import done, form_page, link, may_edit, section_links, trail

COLUMNS = (
    Column(key="name", label="Metric"),
    Column(key="direction", label="Better is"),
    Column(key="unit", label="Unit"),
    Column(key="leading", label="Kind"),
    Column(key="slug", label="Name in files", kind=Kind.CODE),
    Column(key="goals", label="Strategic goals", kind=Kind.NUMBER),
)


@district_page(Permission.VIEW_CABINET)
def metric_list(request: DistrictRequest) -> HttpResponse:
    """List metrics."""
    table = _table(request, list_metrics())
    if file_type := wanted_export(request):
        return export_table(table=table, file_type=file_type, filename="metrics")
    context = {
        "table": table,
        "sections": section_links(request, current="metric-list"),
        "crumbs": trail(request, ("Metrics", "")),
        "can_edit": may_edit(request),
        "create_href": link(request, "metric-create"),
    }
    return render(request, "strategy/metric_list.html", context)


@district_page(Permission.EDIT_STRATEGY)
def metric_create(request: DistrictRequest) -> HttpResponse:
    """Add a metric."""
    form = MetricForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            create_metric(metric=form.to_input())
            return done(request, message="The metric is added.", to=link(request, "metric-list"))
        except StrategyRefused as error:
            add_refusal(form=form, refused=error)
    return _show_form(request, form=form, title="Add a metric", button="Add metric")


@district_page(Permission.EDIT_STRATEGY)
def metric_edit(request: DistrictRequest, metric_id: UUID) -> HttpResponse:
    """Change a metric."""
    metric = get_metric(metric_id=metric_id)
    if metric is None:
        raise Http404
    form = MetricForm(request.POST or None, initial=_initial(metric))
    if request.method == "POST" and form.is_valid():
        try:
            update_metric(metric_id=metric_id, metric=form.to_input())
            return done(request, message="The metric is changed.", to=link(request, "metric-list"))
        except StrategyRefused as error:
            add_refusal(form=form, refused=error)
    return _show_form(request, form=form, title=f"Edit {metric.name}", button="Save changes")


def _show_form(request: DistrictRequest, *, form: MetricForm, title: str, button: str) -> HttpResponse:
    back = link(request, "metric-list")
    context = {
        "form": form,
        "title": title,
        "button": button,
        "cancel_href": back,
        "crumbs": trail(request, ("Metrics", back), (title, "")),
    }
    return form_page(request, template="strategy/form.html", context=context, is_invalid=bool(form.errors))


def _initial(metric: MetricRow) -> dict[str, object]:
    names = (
        "name",
        "direction",
        "unit",
        "is_leading",
        "description",
        "slug",
        "scale",
        "student_sd",
        "student_sd_source",
    )
    years = ", ".join(str(year) for year in metric.break_years)
    return {name: getattr(metric, name) for name in names} | {"break_years": years}


def _table(request: DistrictRequest, metrics: tuple[MetricRow, ...]) -> Table:
    can_edit = may_edit(request)
    return make_table(
        key="metrics",
        caption="Metrics",
        columns=COLUMNS,
        records=metrics,
        cells=lambda m: (
            m.name,
            m.direction_label,
            m.unit_label,
            "Leading" if m.is_leading else "Lagging",
            m.slug,
            m.goal_count,
        ),
        actions=lambda m: (
            (Action(label="Edit", href=link(request, "metric-edit", metric_id=m.id), about=m.name),)
            if can_edit
            else ()
        ),
        query=request.GET.dict(),
        sort="name",
        page_size=page_size_for(request),
        export_base=request.path,
        empty=Empty(
            title="No metrics yet",
            text="A metric is something measured repeatedly, such as chronic absenteeism.",
            action_label="Add a metric" if can_edit else "",
            action_href=link(request, "metric-create") if can_edit else "",
        ),
    )
