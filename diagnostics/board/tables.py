"""The board's table: strategic goals with their dollars; must not query."""

from __future__ import annotations

from diagnostics.board.selectors import Board, BoardGoal
from diagnostics.home.selectors import GoalStanding
from districts import formatting
from districts.access.decorators import DistrictRequest
from districts.exports import page_size_for
from districts.tables import Cell, CellValue, Column, Empty, Kind, Table, make_table
from strategy.selectors.goals import measured


def goal_table(request: DistrictRequest, *, board: Board) -> Table:
    """Return strategic goals with baseline, now, target and dollars."""
    year = formatting.fiscal_year(board.fiscal_year) if board.fiscal_year else ""
    return make_table(
        key="goals",
        caption="Strategic goals",
        columns=(
            Column(key="goal", label="Strategic goal"),
            Column(key="baseline", label="Baseline", kind=Kind.NUMBER, digits=1),
            Column(key="now", label="Now", kind=Kind.NUMBER, digits=1),
            Column(key="target", label="Target", kind=Kind.NUMBER, digits=1),
            Column(key="due", label="Due", kind=Kind.DATE),
            Column(key="initiatives", label="Initiatives", kind=Kind.NUMBER),
            Column(key="dollars", label="Spent", unit=year, kind=Kind.MONEY),
        ),
        records=board.goals,
        cells=_cells,
        query=request.GET.dict(),
        sort="due",
        page_size=page_size_for(request),
        export_base=request.path,
        empty=Empty(title="No strategic goals yet", text="The cabinet sets them; then they stand here."),
    )


def _cells(one: BoardGoal) -> tuple[CellValue, ...]:
    goal = one.goal
    return (
        Cell(value=goal.name, note=f"{goal.metric}: {goal.population}"),
        Cell(
            value=goal.baseline_value,
            text=measured(goal.baseline_value, goal.unit),
            note=formatting.school_year(goal.baseline_year),
        ),
        Cell(
            value=goal.level_words if goal.level_bound else goal.level,
            text=_level_text(goal),
            note=formatting.school_year(goal.level_year) if goal.level_year else "",
        ),
        Cell(value=goal.target_value, text=measured(goal.target_value, goal.unit)),
        goal.due_on,
        len(one.initiatives),
        one.dollars,
    )


def _level_text(goal: GoalStanding) -> str:
    if goal.level is not None:
        return goal.level_words
    return "Hidden" if goal.is_hidden else "No results"
