"""The board's page, read-only; must not query or write anything itself."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from diagnostics.board.charts import goal_dollars
from diagnostics.board.questions import QUESTIONS
from diagnostics.board.selectors import get_board
from diagnostics.board.tables import goal_table
from districts.access.decorators import DistrictRequest, district_page
from districts.access.permissions import Permission
from districts.exports import export_table, wanted_export
from districts.polling import answer_poll, badge, is_poll


@district_page(Permission.VIEW_BOARD)
def board_show(request: DistrictRequest) -> HttpResponse:
    """Show the board its strategic goals, where the money goes, initiatives in words, and questions to ask."""
    if is_poll(request):
        return answer_poll(request)
    board = get_board()
    table = goal_table(request, board=board)
    if file_type := wanted_export(request):
        return export_table(table=table, file_type=file_type, filename="board-strategic-goals")
    context = {
        "board": board,
        "today": timezone.localdate(),
        "table": table,
        "chart": goal_dollars(board=board),
        "questions": QUESTIONS,
        "freshness": badge(request, board.freshness),
    }
    return render(request, "diagnostics/board.html", context)
