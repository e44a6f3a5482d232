"""Pages of reviews: the list, and one initiative's evidence with the form of a recommendation; must not query."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from diagnostics.links import allowed, link
from diagnostics.reviews.evidence import Evidence, stamp_of
from diagnostics.reviews.forms import MoveForms, RecommendationForm, first_values, read_uuid
from diagnostics.reviews.selectors import DECIDED, DUE, budget_name, gather_evidence, list_reviews
from diagnostics.reviews.selectors.due import UPCOMING
from diagnostics.reviews.selectors.obstacles import find_obstacle
from diagnostics.reviews.services import ReviewRefused, record_recommendation
from diagnostics.reviews.tables import review_table
from districts.access.decorators import DistrictRequest, district_page
from districts.access.permissions import Permission
from districts.exports import export_table, wanted_export
from districts.parts import Crumb, NavItem, Verdict
from districts.tables import Empty
from investments.selectors.allocations import AllocationGrid, get_allocation_grid
from strategy.views.parts import done

GROUPS = (
    ("due", DUE, "Due: within 90 days, or past", "No review is due in the next 90 days"),
    ("upcoming", UPCOMING, "Upcoming", "No review lies further ahead"),
    ("decided", DECIDED, "Decided", "No review is decided yet"),
)


@district_page(Permission.VIEW_CABINET)
def review_list(request: DistrictRequest) -> HttpResponse:
    """List reviews: due, upcoming, decided."""
    rows = list_reviews(today=timezone.localdate())
    tables = [
        review_table(
            request,
            rows=[one for one in rows if one.state == state],
            key=key,
            caption=caption,
            empty=Empty(title=nothing),
        )
        for key, state, caption, nothing in GROUPS
    ]
    if file_type := wanted_export(request):
        table = next((one for one in tables if one.key == request.GET.get("table")), tables[0])
        return export_table(table=table, file_type=file_type, filename=f"reviews-{table.key}")
    due = sum(one.state == DUE for one in rows)
    context = {
        "due": due,
        "overdue": sum(one.is_overdue for one in rows),
        "total": len(rows),
        "tables": tables,
        "sections": review_sections(request, current="review-list"),
        "crumbs": trail(request, ("Reviews", "")),
    }
    return render(request, "diagnostics/review_list.html", context)


@district_page(Permission.VIEW_CABINET, write=Permission.DECIDE)
def review_show(request: DistrictRequest, initiative_id: UUID) -> HttpResponse:
    """Show the evidence of an initiative in one place, and take cabinet's recommendation."""
    evidence = gather_evidence(initiative_id=initiative_id, now=timezone.now())
    if evidence is None:
        raise Http404
    obstacle = find_obstacle(initiative_id=initiative_id)
    if request.method != "POST":
        if obstacle.words or not allowed(request, Permission.DECIDE):
            return _show(request, evidence=evidence, context={"obstacle": obstacle})
        grid = get_allocation_grid(filing_id=read_uuid(request.GET.get("budget", "")))
        budget = grid.filing.id if grid.filing else None
        form = RecommendationForm(initial=first_values(stamp=stamp_of(evidence), budget=budget))
        context = _form_context(form=form, moves=MoveForms(None, grid=grid), grid=grid)
        return _show(request, evidence=evidence, context=context)
    return _record(request, initiative_id=initiative_id, evidence=evidence)


def _record(request: DistrictRequest, *, initiative_id: UUID, evidence: Evidence) -> HttpResponse:
    grid = get_allocation_grid(filing_id=read_uuid(request.POST.get("budget", "")))
    form, moves = RecommendationForm(request.POST), MoveForms(request.POST, grid=grid)
    context = _form_context(form=form, moves=moves, grid=grid)
    if "more" in request.POST:
        form = RecommendationForm(initial=request.POST.dict())
        return _show(request, evidence=evidence, context=context | {"form": form, "is_changed": True})
    is_sound = form.is_valid()
    if moves.is_valid() and is_sound:
        try:
            pk = record_recommendation(
                initiative_id=initiative_id,
                given=form.to_input(moves.to_moves()),
                by=request.access.user_id,
                now=timezone.now(),
            )
        except ReviewRefused as error:
            _add_refusal(form=form, moves=moves, refused=error)
            form.show_anew(stamp=stamp_of(evidence))
        else:
            page = link(request, "diagnostics:decision-show", decision_id=pk)
            return done(request, message="The recommendation is recorded, with its evidence.", to=page)
    obstacle = find_obstacle(initiative_id=initiative_id)
    return _show(request, evidence=evidence, context=context | {"obstacle": obstacle}, status=422)


def _add_refusal(*, form: RecommendationForm, moves: MoveForms, refused: ReviewRefused) -> None:
    for name, message in refused.errors.items():
        if name.startswith("move-") and int(name[5:]) < len(moves.filled):
            moves.add_refusal(place=int(name[5:]), message=message)
        else:
            form.add_error(name if name in form.fields else None, message)


def _form_context(*, form: RecommendationForm, moves: MoveForms, grid: AllocationGrid) -> dict[str, Any]:
    return {
        "form": form,
        "moves": moves,
        "budget": budget_name(grid.filing) if grid.filing else "",
        "budget_file": grid.filing.filename if grid.filing else "",
        "other_budgets": [
            (one.id, budget_name(one))
            for one in grid.filings
            if one.is_current and grid.filing and one.id != grid.filing.id
        ],
    }


def _show(
    request: DistrictRequest, *, evidence: Evidence, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    initiative_id = UUID(evidence.initiative_id)
    page = link(request, "diagnostics:initiative-show", initiative_id=initiative_id)
    shared = {
        "evidence": evidence,
        "verdict": verdict_of(evidence),
        "review_on": date.fromisoformat(evidence.review_on),
        "today": timezone.localdate(),
        "can_decide": allowed(request, Permission.DECIDE),
        "initiative_href": page,
        "crumbs": trail(
            request, ("Reviews", link(request, "diagnostics:review-list")), (evidence.initiative, "")
        ),
    }
    return render(request, "diagnostics/review.html", shared | context, status=status)


def verdict_of(evidence: Evidence) -> Verdict:
    """Return the verdict of evidence; its sentence is the page's first words, so it is not said twice."""
    return Verdict(
        words=evidence.verdict, reason=evidence.reason, known=evidence.known, next_step=evidence.next_step
    )


def review_sections(request: DistrictRequest, *, current: str) -> tuple[NavItem, ...]:
    """Return the links between reviews and decisions."""
    pages = (("Reviews", "review-list"), ("Decisions", "decision-list"))
    return tuple(
        NavItem(label=label, url=link(request, f"diagnostics:{name}"), is_current=name == current)
        for label, name in pages
    )


def trail(request: DistrictRequest, *steps: tuple[str, str]) -> tuple[Crumb, ...]:
    """Return the breadcrumbs: home, then (label, address) for each step."""
    home = Crumb(label="Home", url=link(request, "diagnostics:home-show"))
    return (home, *(Crumb(label=label, url=url) for label, url in steps))
