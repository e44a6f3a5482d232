"""Trends as they were shown at a past moment, under today's minimum number of students; must not write.

A minimum that was raised since hides in the past view, too, what it hides now.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from uuid import UUID

from diagnostics.calc.additions import Key, cohort
from diagnostics.calc.disclosure import protect
from diagnostics.calc.pooling import YearValue
from diagnostics.models import Trend
from diagnostics.recompute.trends import describe_years
from districts.models import District
from districts.pipeline.selectors import shown_at
from districts.tenancy import current_district_id


def list_past_trends(*, as_of: datetime, metric_id: UUID) -> list[Trend]:
    """Return the trends of a metric shown at a past moment, with what must be hidden now hidden.

    What is hidden today is hidden on every past day, so that two days do not undo each other. The rows
    are not to be saved. Three queries.
    """
    rows = Trend.objects.filter(shown_at(as_of), metric_id=metric_id).select_related("metric", "school")
    found: list[Trend] = list(rows)
    minimum = District.objects.values_list("minimum_group", flat=True).get(pk=current_district_id())
    hidden_today = _hidden_today(metric_id=metric_id)
    if found:
        _hide_again(rows=found, minimum=minimum, hidden_today=hidden_today)
    return found


def _hidden_today(*, metric_id: UUID) -> set[tuple[Key, int]]:
    now = Trend.objects.filter(shown_until=None, metric_id=metric_id)
    return {
        ((school, cohort(group=group, grade=grade)), value.year)
        for school, group, grade, points in now.values_list("school_id", "group", "grade", "points")
        for value in read_points(points)
        if value.is_suppressed
    }


def read_points(points: Iterable[Mapping[str, object]]) -> tuple[YearValue, ...]:
    """Return the yearly values a trend keeps."""
    return tuple(YearValue(**point) for point in points)  # type: ignore[arg-type]


def _hide_again(*, rows: Sequence[Trend], minimum: int, hidden_today: AbstractSet[tuple[Key, int]]) -> None:
    metric = rows[0].metric
    tables: dict[int, dict[Key, YearValue]] = defaultdict(dict)
    shown: dict[tuple[Key, int], YearValue] = {}
    for row in rows:
        key = _key(row)
        for old in read_points(row.points):
            is_hidden = old.is_suppressed or (key, old.year) in hidden_today
            value = YearValue(year=old.year, value=None, is_suppressed=True) if is_hidden else old
            # A district's hidden value is no sum of today's: only values shown can tell.
            if row.school_id is not None or not is_hidden:
                tables[value.year][key] = value
            else:
                shown[(key, value.year)] = value
    shown |= {
        (key, year): value
        for year, cells in tables.items()
        for key, value in protect(cells=cells, unit=metric.unit, minimum=minimum).items()
    }
    for row in rows:
        before = read_points(row.points)
        after = [shown.get((_key(row), value.year), value) for value in before]
        if after != list(before):
            is_hidden = any(
                new.is_suppressed and not old.is_suppressed for old, new in zip(before, after, strict=True)
            )
            _rewrite(
                row=row,
                values=after,
                breaks=metric.break_years,
                why=HIDDEN_SINCE if is_hidden else LESS_EXACT,
            )


def _key(row: Trend) -> Key:
    return (row.school_id, cohort(group=row.group, grade=row.grade))


def _rewrite(*, row: Trend, values: Sequence[YearValue], breaks: Sequence[int], why: str) -> None:
    figures = describe_years(values=values, breaks=breaks)
    row.points = [vars(value) for value in values]
    row.level, row.level_year, row.level_bound = figures.level, figures.level_year, figures.level_bound
    row.change, row.slope = figures.change, figures.slope
    row.slope_low, row.slope_high = figures.slope_low, figures.slope_high
    row.points_used, row.reached, row.on_track = figures.points_used, {}, {}
    row.note = f"{figures.note} {why}".strip()


HIDDEN_SINCE = "Some of what was shown then is hidden now: it is of too few students."
LESS_EXACT = "Some of what was shown then is shown less exactly now."
