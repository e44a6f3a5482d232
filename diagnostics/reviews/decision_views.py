"""Pages of decisions: the list, one decision with its frozen evidence, withdrawal, the board's action; must not query."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from diagnostics.links import allowed, link
from diagnostics.reviews.evidence import Evidence, EvidenceUnreadable, from_json, hash_of
from diagnostics.reviews.forms import BoardActionForm, DecisionFilterForm
from diagnostics.reviews.selectors import DecisionRow, get_decision, get_kept_evidence, list_decisions
from diagnostics.reviews.services import ReviewRefused, record_board_action, withdraw_recommendation
from diagnostics.reviews.tables import decision_table, move_table
from diagnostics.reviews.views import review_sections, trail, verdict_of
from districts import formatting
from districts.access.decorators import DistrictRequest, district_page
from districts.access.permissions import Permission
from districts.exports import export_table, wanted_export
from districts.parts import NavItem
from strategy.views.parts import done


@district_page(Permission.VIEW_CABINET)
def decision_list(request: DistrictRequest) -> HttpResponse:
    """List recommendations and what the board did."""
    form = DecisionFilterForm(request.GET)
    text, state = form.read()
    rows = _pick(list_decisions(), text=text, state=state)
    table = decision_table(request, rows=rows, is_filtered=bool(text or state))
    if file_type := wanted_export(request):
        return export_table(table=table, file_type=file_type, filename="decisions")
    context = {
        "form": form,
        "table": table,
        "waiting": sum(one.is_open for one in rows),
        "clear_href": request.path,
        "sections": review_sections(request, current="decision-list"),
        "crumbs": trail(request, ("Decisions", "")),
    }
    return render(request, "diagnostics/decision_list.html", context)


@district_page(Permission.VIEW_CABINET)
def decision_show(request: DistrictRequest, decision_id: UUID) -> HttpResponse:
    """Show a decision with the evidence as it stood, from what was kept alone."""
    decision = _find(decision_id)
    moves = move_table(
        request,
        rows=decision.moves,
        is_in_force=decision.is_open or decision.board_action == "adopted",
    )
    if file_type := wanted_export(request):
        return export_table(table=moves, file_type=file_type, filename="decision-moves")
    kept = get_kept_evidence(decision_id=decision_id)
    evidence = _read(kept)
    context = {
        "decision": decision,
        "moves": moves,
        "evidence": evidence,
        "verdict": verdict_of(evidence) if evidence else None,
        "is_unchanged": hash_of(kept) == decision.evidence_hash,
        "actions": _actions(request, decision),
        "review_href": link(request, "diagnostics:review-show", initiative_id=decision.initiative_id),
        "initiative_href": link(request, "diagnostics:initiative-show", initiative_id=decision.initiative_id),
        "crumbs": trail(
            request, ("Decisions", link(request, "diagnostics:decision-list")), (decision.initiative, "")
        ),
    }
    return render(request, "diagnostics/decision.html", context)


@district_page(Permission.DECIDE)
def decision_withdraw(request: DistrictRequest, decision_id: UUID) -> HttpResponse:
    """Ask whether to withdraw a recommendation, then do it."""
    decision = _find(decision_id)
    back = link(request, "diagnostics:decision-show", decision_id=decision_id)
    if request.method == "POST":
        words = withdraw_recommendation(decision_id=decision_id, now=timezone.now())
        return done(request, message=f"The recommendation is withdrawn. {words}".strip(), to=back)
    context = {
        "title": f"Withdraw the recommendation on “{decision.initiative}”?",
        "lead": "The board has not acted on it. It stays on record as withdrawn.",
        "consequences": [_back_words(decision), "A new recommendation can then be recorded."],
        "confirm_label": "Withdraw it",
        "cancel_href": back,
        "crumbs": _crumbs(request, decision, "Withdraw"),
    }
    return render(request, "components/confirm.html", context)


@district_page(Permission.DECIDE)
def board_action_record(request: DistrictRequest, decision_id: UUID) -> HttpResponse:
    """Record what the board did about a recommendation."""
    decision = _find(decision_id)
    back = link(request, "diagnostics:decision-show", decision_id=decision_id)
    form = BoardActionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            words = record_board_action(
                decision_id=decision_id, given=form.to_input(), by=request.access.user_id, now=timezone.now()
            )
        except ReviewRefused as error:
            for name, message in error.errors.items():
                form.add_error(name if name in form.fields else None, message)
        else:
            return done(request, message=f"The board’s action is recorded. {words}".strip(), to=back)
    context = {
        "form": form,
        "decision": decision,
        "back_words": _back_words(decision),
        "cancel_href": back,
        "title": "Record the board’s action",
        "lead": f"On the recommendation for {decision.initiative}: {decision.recommendation_label.lower()}.",
        "crumbs": _crumbs(request, decision, "Board’s action"),
    }
    status = 422 if form.is_bound else 200
    return render(request, "diagnostics/decision_board.html", context, status=status)


def _find(decision_id: UUID) -> DecisionRow:
    decision = get_decision(decision_id=decision_id)
    if decision is None:
        raise Http404
    return decision


def _read(kept: object) -> Evidence | None:
    try:
        return from_json(kept)
    except EvidenceUnreadable:
        return None


def _pick(rows: Sequence[DecisionRow], *, text: str, state: str) -> tuple[DecisionRow, ...]:
    def is_wanted(one: DecisionRow) -> bool:
        said = f"{one.initiative} {one.goal} {one.recommendation_label} {one.reason} {one.recorded_by}"
        said += f" {one.board_item} {one.board_note}"
        return text in said.casefold() and state in ("", one.state)

    return tuple(one for one in rows if is_wanted(one))


def _back_words(decision: DecisionRow) -> str:
    if not decision.moves:
        return "No dollars were moved, so none go back."
    return f"{formatting.dollars_exact(decision.moved)} is moved back in the budget, in the same step."


def _actions(request: DistrictRequest, decision: DecisionRow) -> tuple[NavItem, ...]:
    if not decision.is_open or not allowed(request, Permission.DECIDE):
        return ()
    pages = (("Record the board’s action", "decision-board"), ("Withdraw", "decision-withdraw"))
    return tuple(
        NavItem(label=label, url=link(request, f"diagnostics:{name}", decision_id=decision.id))
        for label, name in pages
    )


def _crumbs(request: DistrictRequest, decision: DecisionRow, last: str) -> tuple[object, ...]:
    return trail(
        request,
        ("Decisions", link(request, "diagnostics:decision-list")),
        (decision.initiative, link(request, "diagnostics:decision-show", decision_id=decision.id)),
        (last, ""),
    )
