"""Tables of reviews, decisions and moves of dollars; must not query."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.utils import timezone

from diagnostics.links import link
from diagnostics.reviews.selectors import DECIDED, DecisionRow, MoveRow, ReviewRow
from districts.access.decorators import DistrictRequest
from districts.exports import page_size_for
from districts.tables import Action, Cell, CellValue, Column, Empty, Kind, Table, make_table


def review_table(
    request: DistrictRequest, *, rows: Sequence[ReviewRow], key: str, caption: str, empty: Empty
) -> Table:
    """Return initiatives by the day of their review."""
    return make_table(
        key=key,
        caption=caption,
        columns=(
            Column(key="initiative", label="Initiative"),
            Column(key="review", label="Review", kind=Kind.DATE),
            Column(key="state", label="State"),
            Column(key="verdict", label="Verdict", kind=Kind.TAG),
            Column(key="goal", label="Strategic goal"),
            Column(key="owner", label="Owner"),
            Column(key="rule", label="Rule agreed beforehand"),
        ),
        records=rows,
        cells=lambda one: _review_cells(request, one),
        actions=lambda one: _review_actions(request, one),
        query=request.GET.dict() | {"table": key},
        sort="review",
        prefix=f"{key}-",
        page_size=page_size_for(request),
        export_base=request.path,
        empty=empty,
    )


def decision_table(request: DistrictRequest, *, rows: Sequence[DecisionRow], is_filtered: bool) -> Table:
    """Return decisions, the newest first."""
    return make_table(
        key="decisions",
        caption="Recommendations and decisions",
        columns=(
            Column(key="initiative", label="Initiative"),
            Column(key="recommendation", label="Recommendation"),
            Column(key="recorded", label="Recorded", kind=Kind.DATE),
            Column(key="by", label="By"),
            Column(key="verdict", label="Verdict then", kind=Kind.TAG),
            Column(key="moved", label="Dollars to move", kind=Kind.MONEY),
            Column(key="state", label="Where it stands"),
            Column(key="reason", label="Reason"),
        ),
        records=rows,
        cells=lambda one: _decision_cells(request, one),
        query=request.GET.dict(),
        sort="-recorded",
        page_size=page_size_for(request),
        export_base=request.path,
        empty=Empty(
            title="No decision passes this filter" if is_filtered else "No decision is recorded yet",
            text=""
            if is_filtered
            else "Cabinet records a recommendation on the review of an initiative; then it stands here.",
            action_label="" if is_filtered else "Open reviews",
            action_href="" if is_filtered else link(request, "diagnostics:review-list"),
        ),
    )


def move_table(request: DistrictRequest, *, rows: Sequence[MoveRow], is_in_force: bool) -> Table:
    """Return the dollars a decision moves, with their sum."""
    return make_table(
        key="moves",
        caption="Dollars moved" if is_in_force else "Dollars that were moved, and moved back",
        columns=(
            Column(key="from", label="From"),
            Column(key="to", label="To"),
            Column(key="source", label="Funding source"),
            Column(key="budget", label="Budget"),
            Column(key="amount", label="Dollars", kind=Kind.MONEY),
            Column(key="why", label="Why"),
        ),
        records=rows,
        cells=_move_cells,
        query=request.GET.dict() | {"exact": "1"},
        page_size=page_size_for(request),
        export_base=request.path,
        empty=Empty(title="It moves no dollars"),
        footer=("All moves", None, None, None, sum((one.amount for one in rows), Decimal(0)), None)
        if rows
        else None,
    )


def _review_cells(request: DistrictRequest, one: ReviewRow) -> tuple[CellValue, ...]:
    line = one.line
    href = link(request, "diagnostics:review-show", initiative_id=line.id)
    words = one.decision.state_words if one.state == DECIDED and one.decision else ""
    return (
        Cell(value=line.name, href=href),
        Cell(value=line.review_on, note="Overdue" if one.is_overdue else ""),
        Cell(
            value=one.state,
            note=f"{one.decision.recommendation_label}. {words}." if words and one.decision else "",
        ),
        line.verdict,
        line.goal,
        Cell(value=line.owner or None, text="" if line.owner else "Nobody yet"),
        line.review_rule,
    )


def _review_actions(request: DistrictRequest, one: ReviewRow) -> tuple[Action, ...]:
    if one.decision:
        href = link(request, "diagnostics:decision-show", decision_id=one.decision.id)
        return (Action(label="Decision", href=href, about=one.line.name),)
    href = link(request, "diagnostics:review-show", initiative_id=one.line.id)
    return (Action(label="Review", href=href, about=one.line.name),)


def _decision_cells(request: DistrictRequest, one: DecisionRow) -> tuple[CellValue, ...]:
    return (
        Cell(value=one.initiative, href=link(request, "diagnostics:decision-show", decision_id=one.id)),
        one.recommendation_label,
        timezone.localtime(one.recorded_at).date(),
        one.recorded_by or None,
        one.verdict or None,
        one.moved,
        one.state_words,
        one.reason,
    )


def _move_cells(one: MoveRow) -> tuple[CellValue, ...]:
    return (
        one.from_name,
        one.to_name,
        f"{one.source} {one.source_title}".strip(),
        one.budget,
        one.amount,
        one.why or None,
    )
