"""The district's published results of a metric, for the forms of strategic goals; must not compute or write."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from diagnostics.models import Trend
from diagnostics.past import read_points
from districts.pipeline.selectors import shown_at
from strategy.selectors import Published


def read_published(*, metric_id: UUID) -> Published:
    """Return the groups and the values that pages show; hidden and bounded ones are left out. One query."""
    rows = list(Trend.objects.filter(shown_at(None), metric_id=metric_id, school=None, grade="all"))
    return Published(
        groups=tuple(sorted({row.group for row in rows}, key=lambda name: (name != "all", name))),
        values={
            (row.group, point.year): Decimal(str(point.value))
            for row in rows
            for point in read_points(row.points)
            if point.value is not None and not point.bound
        },
    )
