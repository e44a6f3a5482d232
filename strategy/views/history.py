"""The history of a strategic goal or an initiative, with undo; must not hold rules."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render

from districts.access.decorators import DistrictRequest, district_page
from districts.access.permissions import Permission
from districts.errors import DomainError
from strategy.selectors import get_goal, get_initiative, list_history
from strategy.services import put_back
from strategy.views.parts import done, link, may_edit, refused, trail


@district_page(Permission.VIEW_CABINET, write=Permission.EDIT_STRATEGY)
def goal_history(request: DistrictRequest, goal_id: UUID) -> HttpResponse:
    """Show who changed a strategic goal, and put a change back."""
    goal = get_goal(goal_id=goal_id)
    if goal is None:
        raise Http404
    here = link(request, "goal-history", goal_id=goal_id)
    if request.method == "POST":
        return _undo(request, table="goal", row_id=goal_id, here=here)
    restore = link(request, "goal-restore", goal_id=goal_id) if goal.archived_at else ""
    return _show(
        request,
        table="goal",
        row_id=goal_id,
        name=goal.name,
        up=("Strategic goals", link(request, "goal-list")),
        restore_href=restore,
    )


@district_page(Permission.VIEW_CABINET, write=Permission.EDIT_STRATEGY)
def initiative_history(request: DistrictRequest, initiative_id: UUID) -> HttpResponse:
    """Show who changed an initiative, and put a change back."""
    initiative = get_initiative(initiative_id=initiative_id)
    if initiative is None:
        raise Http404
    here = link(request, "initiative-history", initiative_id=initiative_id)
    if request.method == "POST":
        return _undo(request, table="initiative", row_id=initiative_id, here=here)
    restore = link(request, "initiative-restore", initiative_id=initiative_id)
    page = link(request, "diagnostics:initiative-show", initiative_id=initiative_id)
    return _show(
        request,
        table="initiative",
        row_id=initiative_id,
        name=initiative.name,
        up=(initiative.name, page),
        restore_href=restore if initiative.archived_at else "",
    )


def _undo(request: DistrictRequest, *, table: str, row_id: UUID, here: str) -> HttpResponse:
    event = request.POST.get("event", "")
    if not (event.isascii() and event.isdigit() and len(event) < 19):
        raise Http404
    try:
        put_back(table=table, row_id=row_id, event_id=int(event))
    except DomainError as error:
        return refused(request, error=error, to=here)
    return done(request, message="The earlier values are back.", to=here)


def _show(
    request: DistrictRequest, *, table: str, row_id: UUID, name: str, up: tuple[str, str], restore_href: str
) -> HttpResponse:
    context = {
        "title": f"History of {name}",
        "entries": list_history(table=table, row_id=row_id),
        "restore_href": restore_href,
        "can_edit": may_edit(request),
        "crumbs": trail(request, up, ("History", "")),
    }
    return render(request, "strategy/history.html", context)
