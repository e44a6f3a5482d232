"""The cabinet's home; must not query or write anything itself."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from diagnostics.evaluation.selectors import list_due_check_ins
from diagnostics.home.charts import initiative_dollars
from diagnostics.home.cost_effect import cost_effect
from diagnostics.home.forms import HomeFilterForm
from diagnostics.home.panels import coding_meter, goal_items, need_items, recent_changes
from diagnostics.home.selectors import Home, get_home
from diagnostics.home.selectors.state import PAGE, VISIT_ENDS_AFTER
from diagnostics.home.services import record_visit
from diagnostics.home.tables import initiative_table
from diagnostics.links import allowed, link
from districts.access.decorators import DistrictRequest, district_page
from districts.access.kept_pages import kept_page
from districts.access.permissions import Permission, Role
from districts.exports import export_table, wanted_export
from districts.polling import answer_poll, badge, is_poll


@dataclass(frozen=True, kw_only=True)
class _Rights:
    edit: bool
    upload: bool
    audit: bool


@district_page(Permission.VIEW_CABINET)
@kept_page(visit=PAGE, visit_ends_after=VISIT_ENDS_AFTER.total_seconds())
def home_show(request: DistrictRequest) -> HttpResponse:
    """Show home: the answer first, then goals, initiatives, what needs someone, what changed."""
    if is_poll(request):
        return answer_poll(request)
    home = get_home(
        user_id=request.access.user_id,
        now=timezone.now(),
        time_zone=request.access.district.time_zone,
    )
    form = HomeFilterForm(request.GET, home=home)
    rights = _Rights(
        edit=allowed(request, Permission.EDIT_STRATEGY),
        upload=allowed(request, Permission.UPLOAD),
        audit=allowed(request, Permission.MANAGE_DISTRICT),
    )
    lines = home.list_filtered(form.read())
    table = initiative_table(request, home=home, lines=lines, can_edit=rights.edit)
    if file_type := wanted_export(request):
        return export_table(table=table, file_type=file_type, filename="initiatives-home")
    return render(
        request,
        "diagnostics/home.html",
        _context(request, home=home) | {"form": form, "table": table, "rights": rights},
    )


@district_page(Permission.VIEW_CABINET)
@require_POST
def home_seen(request: DistrictRequest) -> HttpResponse:
    """Note that this person has looked at home."""
    if request.access.user_id is not None:
        record_visit(by=request.access.user_id, now=timezone.now())
    return HttpResponse(status=204)


def _context(request: DistrictRequest, *, home: Home) -> dict[str, object]:
    is_lead = request.access.role == Role.INITIATIVE_LEAD and request.access.user_id is not None
    chart = (
        initiative_dollars(initiatives=home.initiatives, fiscal_year=home.fiscal_year)
        if home.fiscal_year
        else None
    )
    changes, more = recent_changes(request, home=home)
    return {
        "home": home,
        "freshness": badge(request, home.state.freshness),
        "chart": chart,
        "effects": cost_effect(request, initiatives=home.initiatives, fiscal_year=home.fiscal_year),
        "goals": goal_items(request, home=home),
        "needs": need_items(request, home=home),
        "changes": changes,
        "more_changes": more,
        "meter": coding_meter(request, home=home),
        "goal_create_href": link(request, "strategy:goal-create"),
        "goal_list_href": link(request, "strategy:goal-list"),
        "due": list_due_check_ins(owner_id=request.access.user_id, as_of=timezone.localdate())
        if is_lead
        else (),
        "seen_href": link(request, "diagnostics:home-seen"),
        "clear_href": request.path,
    }
