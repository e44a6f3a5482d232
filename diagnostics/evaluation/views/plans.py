"""Pages of an initiative's evaluation plan: read and write it, lock it, replace it; must not hold rules."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone

from diagnostics.evaluation.forms import PlanForm, ReplaceForm, initial_of, is_search, typed_so_far
from diagnostics.evaluation.selectors import PlanPage, get_plan_page
from diagnostics.evaluation.services import PlanRefused, lock_plan, replace_plan, save_plan, stamp_of
from diagnostics.evaluation.services.plan_checks import list_lock_errors, list_plan_errors
from diagnostics.evaluation.views.parts import add_errors, trail
from diagnostics.links import allowed, link
from districts.access.decorators import DistrictRequest, district_page
from districts.access.permissions import Permission


@district_page(Permission.VIEW_CABINET, write=Permission.PLAN_EVALUATION)
def plan_show(request: DistrictRequest, initiative_id: UUID) -> HttpResponse:
    """Show an initiative's plan, and let who may write its draft."""
    page = _find(request, initiative_id)
    if request.method != "POST":
        return _show(request, page=page, form=_form(request, page=page, data=None))
    if is_search(request.POST):
        form = PlanForm(initial=typed_so_far(request.POST, page=page), page=page)
        return _show(request, page=page, form=form)
    form = PlanForm(request.POST, page=page)
    form.full_clean()
    if not request.POST:  # an empty request names nothing: every field says what is missing
        form.is_bound = True
        form.full_clean()
    if form.is_valid():
        try:
            save_plan(initiative_id=initiative_id, plan=form.to_input(), by=request.access.user_id)
        except PlanRefused as error:
            add_errors(form=form, errors=error.errors)
        else:
            messages.success(request, "The draft is saved. It counts once it is locked.")
            return redirect(_here(request, page))
    else:
        found = list_plan_errors(plan=form.to_input(), replaces=page.in_force is not None)
        add_errors(form=form, errors={name: found[name] for name in found if name in form.fields})
    return _show(request, page=page, form=form, status=422)


@district_page(Permission.PLAN_EVALUATION)
def plan_lock(request: DistrictRequest, initiative_id: UUID) -> HttpResponse:
    """Ask whether to lock the draft, then do it."""
    page = _find(request, initiative_id)
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            lock_plan(
                initiative_id=initiative_id,
                seen=request.POST.get("seen", ""),
                by=request.access.user_id,
                now=timezone.now(),
            )
        except PlanRefused as error:
            errors = error.errors
        else:
            messages.success(request, "The plan is locked.")
            return redirect(_here(request, page))
    elif page.draft is None:
        return redirect(_here(request, page))
    return _show_lock(request, page=page, errors=errors)


@district_page(Permission.PLAN_EVALUATION)
def plan_replace(request: DistrictRequest, initiative_id: UUID) -> HttpResponse:
    """Ask why the locked plan is replaced, then begin the new one as a copy of it."""
    page = _find(request, initiative_id)
    form = ReplaceForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            replace_plan(
                initiative_id=initiative_id,
                reason=form.cleaned_data["reason"],
                by=request.access.user_id,
            )
        except PlanRefused as error:
            add_errors(form=form, errors=error.errors)
        else:
            messages.success(
                request, "A new draft is there. The locked plan stays in force until you lock it."
            )
            return redirect(_here(request, page))
    context = {
        "title": "Replace the locked plan",
        "lead": "A new draft begins as a copy. The locked plan stays in force until the new one is locked.",
        "consequences": [
            "The old plan stays readable beside the new one, with your reason.",
            "If the outcome has landed by then, the new plan is retrospective: it caps the verdict.",
        ],
        "confirm_label": "Begin the new plan",
        "cancel_href": _here(request, page),
        "form": form,
        "crumbs": trail(request, initiative_id=page.initiative_id, name=page.name, here="Replace the plan"),
    }
    return render(request, "components/confirm.html", context, status=422 if form.errors else 200)


def _find(request: DistrictRequest, initiative_id: UUID) -> PlanPage:
    may_plan = allowed(request, Permission.PLAN_EVALUATION)
    minimum = None if may_plan else request.access.district.minimum_group
    page = get_plan_page(initiative_id=initiative_id, minimum=minimum)
    if page is None:
        raise Http404
    return page


def _here(request: DistrictRequest, page: PlanPage) -> str:
    return link(request, "diagnostics:plan-show", initiative_id=page.initiative_id)


def _form(request: DistrictRequest, *, page: PlanPage, data: QueryDict | None) -> PlanForm | None:
    """Return the form where this person may write, and there is a draft to write or no plan yet."""
    may = allowed(request, Permission.PLAN_EVALUATION) and page.is_judged and not page.is_archived
    if not may or (page.in_force is not None and page.draft is None):
        return None
    return PlanForm(data, initial=initial_of(page), page=page)


def _show(
    request: DistrictRequest, *, page: PlanPage, form: PlanForm | None, status: int = 200
) -> HttpResponse:
    may_plan = allowed(request, Permission.PLAN_EVALUATION) and page.is_judged and not page.is_archived
    context: dict[str, Any] = {
        "page": page,
        "form": form,
        "arms": form.pick_arms(request.POST) if form else (),
        "lead": _lead(page),
        "may_plan": may_plan,
        "lock_href": link(request, "diagnostics:plan-lock", initiative_id=page.initiative_id),
        "replace_href": link(request, "diagnostics:plan-replace", initiative_id=page.initiative_id),
        "back_href": link(request, "diagnostics:initiative-show", initiative_id=page.initiative_id),
        "crumbs": trail(request, initiative_id=page.initiative_id, name=page.name, here="Evaluation plan"),
    }
    return render(request, "diagnostics/evaluation/plan.html", context, status=status)


def _lead(page: PlanPage) -> str:
    if not page.is_judged:
        return f"{page.kind_label}: no plan, because only an initiative is judged by its effect."
    if page.in_force is not None:
        return f"“{page.name}” will be judged by {page.in_force.metric}, as agreed below."
    if page.draft is not None:
        return "A draft is written and not locked yet: until then nothing is agreed."
    return "Nobody has agreed yet what result would show that it works."


def _show_lock(request: DistrictRequest, *, page: PlanPage, errors: dict[str, str]) -> HttpResponse:
    draft = page.draft
    stops = {}
    if draft is not None and not errors:
        form = PlanForm(draft.values, page=page)
        form.full_clean()
        stops = list_lock_errors(plan=form.to_input(), replaces=page.in_force is not None)
    context = {
        "page": page,
        "plan": draft,
        "seen": stamp_of(plan_id=draft.id) if draft else "",
        "problems": tuple((errors or stops).values()),
        "can_lock": draft is not None and not stops,
        "cancel_href": _here(request, page),
        "crumbs": trail(request, initiative_id=page.initiative_id, name=page.name, here="Lock the plan"),
    }
    status = 422 if errors else 200
    return render(request, "diagnostics/evaluation/plan_lock.html", context, status=status)
