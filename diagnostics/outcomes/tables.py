"""Tables of the outcome pages; must not query."""

from __future__ import annotations

from collections.abc import Sequence

from diagnostics.links import link
from diagnostics.outcomes.charts import cohort_words
from diagnostics.outcomes.selectors import (
    MetricLine,
    MetricPage,
    Outcomes,
    SchoolMetric,
    SchoolPage,
    SpendingPage,
)
from diagnostics.outcomes.selectors.metric import SchoolLine
from diagnostics.outcomes.selectors.spending import SchoolPoint
from diagnostics.outcomes.words import (
    grade_name,
    group_name,
    last_break,
    level_words,
    slope_words,
    value_words,
)
from diagnostics.selectors import TrendRow
from districts import formatting
from districts.access.decorators import DistrictRequest
from districts.exports import page_size_for
from districts.tables import Cell, CellValue, Column, Empty, Kind, Table, make_table

_LEVEL = Column(key="level", label="Level", kind=Kind.NUMBER, digits=1)
_YEAR = Column(key="year", label="School year")
_CHANGE = Column(key="change", label="Change", unit="since the last", kind=Kind.POINTS)
_SLOPE = Column(key="slope", label="Slope", unit="a year", kind=Kind.POINTS)
_READS = Column(key="reads", label="In words", is_sortable=False)


def metric_table(request: DistrictRequest, *, page: Outcomes, lines: Sequence[MetricLine]) -> Table:
    """Return every metric with the district's level, change and slope, and who has no value."""
    is_filtered = len(lines) < len(page.lines)
    return make_table(
        key="metrics",
        caption="Metrics",
        columns=(
            Column(key="name", label="Metric"),
            Column(key="kind", label="Moves"),
            _LEVEL,
            _YEAR,
            _CHANGE,
            _SLOPE,
            _READS,
            Column(
                key="schools", label="Schools", unit=f"with a value, of {page.school_count}", kind=Kind.NUMBER
            ),
            Column(key="gaps", label="Without"),
        ),
        records=lines,
        cells=lambda one: (
            Cell(value=one.name, href=link(request, "diagnostics:outcome-metric", metric_id=one.id)),
            one.kind,
            *trend_cells(one.trend, breaks=one.break_years),
            one.schools_known,
            one.gaps or Cell(value="", text="none"),
        ),
        query=request.GET.dict(),
        sort="name",
        page_size=page_size_for(request),
        export_base=request.path,
        empty=Empty(
            title="No metric passes this filter" if is_filtered else "No metrics yet",
            text="Clear the filter to see all."
            if is_filtered
            else "A metric is made with the strategic goal that needs it, or when its results arrive.",
        ),
    )


def school_table(request: DistrictRequest, *, page: MetricPage, lines: Sequence[SchoolLine]) -> Table:
    """Return the schools with where the metric stands in each, for the group and grade asked for."""
    return make_table(
        key="schools",
        caption=f"{page.name} by school: {cohort_words(page.group, page.grade)}",
        columns=(
            Column(key="school", label="School"),
            Column(key="kind", label="School level"),
            _LEVEL,
            _YEAR,
            _CHANGE,
            _SLOPE,
            _READS,
        ),
        records=lines,
        cells=lambda one: (
            Cell(value=one.name, href=link(request, "diagnostics:outcome-school", school_id=one.id)),
            one.level_label,
            *trend_cells(one.trend, breaks=page.break_years),
        ),
        query=request.GET.dict() | {"table": "schools"},
        sort="school",
        page_size=page_size_for(request),
        export_base=request.path,
        empty=Empty(title="No school passes this filter", text="Clear the filter to see all."),
    )


def cohort_table(
    request: DistrictRequest, *, page: MetricPage, rows: Sequence[TrendRow], is_by_grade: bool
) -> Table:
    """Return the district by group (all grades) or by grade (of the group asked for)."""
    name = "grade" if is_by_grade else "group"
    return make_table(
        key=f"{name}s",
        caption=f"{page.name} by {name}, district"
        + (f": {group_name(page.group)}" if is_by_grade and page.group != "all" else ""),
        columns=(
            Column(key=name, label="Grade" if is_by_grade else "Students"),
            _LEVEL,
            _YEAR,
            _CHANGE,
            _SLOPE,
            _READS,
        ),
        records=rows,
        cells=lambda row: (
            grade_name(row.grade) if is_by_grade else group_name(row.group),
            *trend_cells(row, breaks=page.break_years),
        ),
        query=request.GET.dict() | {"table": f"{name}s"},
        prefix=f"{name}-",
        page_size=page_size_for(request),
        export_base=request.path,
        empty=Empty(title=f"No results by {name} have arrived"),
    )


def school_metric_table(request: DistrictRequest, *, page: SchoolPage) -> Table:
    """Return every metric of a school beside the district and schools alike in the same year."""
    return make_table(
        key="school-metrics-table",
        caption=f"Every metric of {page.name}: {group_name(page.group)}",
        columns=(
            Column(key="name", label="Metric"),
            _LEVEL,
            _YEAR,
            Column(key="district", label="District", unit="same year", kind=Kind.NUMBER, digits=1),
            Column(key="alike", label="Schools alike", unit="same year", kind=Kind.NUMBER, digits=1),
            Column(key="count", label="How many", unit="schools alike", kind=Kind.NUMBER, digits=0),
            _CHANGE,
            _SLOPE,
            _READS,
        ),
        records=page.metrics,
        cells=lambda one: _school_metric_cells(request, one=one),
        query=request.GET.dict(),
        sort="name",
        page_size=page_size_for(request),
        export_base=request.path,
        empty=Empty(title="No metrics yet"),
    )


def _school_metric_cells(request: DistrictRequest, *, one: SchoolMetric) -> tuple[CellValue, ...]:
    level, year, *moves = trend_cells(one.trend, breaks=one.break_years)
    at = one.trend.level_year if one.trend else None
    district = one.value_of(at, one.district.points) if one.district else None
    alike = one.value_of(at, one.alike)
    return (
        Cell(value=one.name, href=link(request, "diagnostics:outcome-metric", metric_id=one.metric_id)),
        level,
        year,
        *(
            Cell(value=found.value, text=value_words(found, unit=one.unit)) if found and not found.bound
            else Cell(value=value_words(found, unit=one.unit) or None)
            for found in (district, alike)
        ),
        one.alike_count if alike else None,
        *moves,
    )  # fmt: skip


def spending_table(request: DistrictRequest, *, page: SpendingPage) -> Table:
    """Return schools with dollars per student enrolled, the outcome, its interval, and need.

    Without enrollment in the district there are no columns of dollars and enrollment.
    """
    year = formatting.fiscal_year(page.dollars.fiscal_year) if page.dollars else ""
    dollars = "and dollars per student enrolled " if page.enrolled_in else ""
    return make_table(
        key="spending-table",
        caption=f"{page.metric} {dollars}by school, {year}",
        columns=(
            Column(key="school", label="School"),
            Column(key="kind", label="School level"),
            *_dollar_columns(page, year=year),
            Column(key="value", label=page.metric, unit=_unit_words(page), kind=Kind.NUMBER, digits=1),
            Column(key="low", label="From", unit="95% interval", kind=Kind.NUMBER, digits=1),
            Column(key="high", label="To", unit="95% interval", kind=Kind.NUMBER, digits=1),
            Column(key="need", label="Need", unit=_need_words(page), kind=Kind.PERCENT, digits=0),
        ),
        records=page.points,
        cells=lambda one: _spending_cells(request, one=one, page=page),
        query=request.GET.dict(),
        sort="school",
        page_size=page_size_for(request),
        export_base=request.path,
        empty=Empty(title="No school has both"),
    )


def _dollar_columns(page: SpendingPage, *, year: str) -> tuple[Column, ...]:
    if page.dollars is None or page.enrolled_in is None:
        return ()
    kind = "budget, a forecast" if page.dollars.is_forecast else "actual"
    enrolled = formatting.school_year(page.enrolled_in)
    return (
        Column(
            key="dollars",
            label="Dollars per student enrolled",
            unit=f"all of its {year} {kind}, over enrollment in {enrolled}",
            kind=Kind.MONEY,
        ),
        Column(key="enrolled", label="Enrollment", unit=f"all grades, {enrolled}", kind=Kind.NUMBER),
    )


def _unit_words(page: SpendingPage) -> str:
    return "percent of students" if page.unit == "percent" else "points"


def _need_words(page: SpendingPage) -> str:
    return f"of those with a result, in “{group_name(page.need_group)}”" if page.need_group else "not known"


def _spending_cells(
    request: DistrictRequest, *, one: SchoolPoint, page: SpendingPage
) -> tuple[CellValue, ...]:
    href = link(request, "diagnostics:outcome-school", school_id=one.school_id)
    return (
        Cell(value=one.name, href=href),
        one.level_label,
        *(_dollar_cells(one, page=page) if page.enrolled_in else ()),
        Cell(value=f"{one.bound} {one.value:g}%") if one.bound else one.value,
        None if one.low is None else round(one.low, 1),
        None if one.high is None else round(one.high, 1),
        None if one.need is None else round(one.need),
    )


def _dollar_cells(one: SchoolPoint, *, page: SpendingPage) -> tuple[CellValue, ...]:
    if one.dollars is None or one.enrolled is None:
        return None, None
    return (
        Cell(
            value=round(one.dollars),
            text=formatting.dollars_exact(round(one.dollars)),
            is_forecast=page.dollars is not None and page.dollars.is_forecast,
        ),
        round(one.enrolled),
    )


def trend_cells(row: TrendRow | None, *, breaks: tuple[int, ...]) -> tuple[CellValue, ...]:
    """Return level, school year, change, slope, and the slope in words with its interval, of a trend."""
    words = level_words(row)
    if row is None or row.level is None:
        return Cell(value=words), None, None, None, Cell(value="")
    since = last_break(row, breaks)
    return (
        Cell(value=words) if row.level_bound else Cell(value=row.level, text=words),
        Cell(value=row.level_year, text=formatting.school_year(row.level_year)),
        row.change,
        row.slope,
        slope_words(row, since=since),
    )
