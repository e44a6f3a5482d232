"""The board's page, read-only; must not query or write anything itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from diagnostics.board.charts import goal_dollars
from diagnostics.board.docket import move_words
from diagnostics.board.questions import QUESTIONS
from diagnostics.board.selectors import get_board
from diagnostics.board.tables import goal_table
from diagnostics.reviews.selectors import DecisionRow
from districts.access.decorators import DistrictRequest, district_page
from districts.access.permissions import Permission
from districts.exports import export_table, wanted_export
from districts.polling import answer_poll, badge, is_poll


@dataclass(frozen=True, kw_only=True)
class _Said:
    """A decision with the dollars it moves in words."""

    one: DecisionRow
    dollars: str


def _said(decisions: Iterable[DecisionRow]) -> tuple[_Said, ...]:
    return tuple(_Said(one=one, dollars=move_words(one)) for one in decisions)


@district_page(Permission.VIEW_BOARD)
def board_show(request: DistrictRequest) -> HttpResponse:
    """Show the board decisions due and taken, strategic goals, where the money goes, initiatives, and what to ask."""
    if is_poll(request):
        return answer_poll(request)
    today = timezone.localdate()
    board = get_board(today=today)
    table = goal_table(request, board=board)
    if file_type := wanted_export(request):
        return export_table(table=table, file_type=file_type, filename="board-strategic-goals")
    context = {
        "board": board,
        "today": today,
        "waiting": _said(board.docket.waiting),
        "taken": _said(board.docket.taken),
        "table": table,
        "chart": goal_dollars(board=board),
        "questions": QUESTIONS,
        "freshness": badge(request, board.freshness),
    }
    return render(request, "diagnostics/board.html", context)
