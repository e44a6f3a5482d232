"""The state of the district that home needs besides goals and initiatives: freshness, meter, uploads, visit.

Must not write: a visit is recorded by `diagnostics.home.services`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models.functions import JSONObject

from diagnostics.home.selectors.dollars import YearMeter, meter_column, read_meter
from districts.models import CalculationRun, District, SavedView, Upload
from districts.pipeline.selectors import Freshness, freshness_columns, read_freshness
from districts.tenancy import current_district_id

PAGE = "home"
PAGE_BEFORE = "home:before"
VISIT_ENDS_AFTER = timedelta(hours=1)
FIRST_LOOK = timedelta(days=14)
_WAITING = (
    Upload.State.NEEDS_KIND,
    Upload.State.NEEDS_MAP,
    Upload.State.READY,
    Upload.State.REJECTED,
    Upload.State.FAILED,
)
_MOST = 20


@dataclass(frozen=True, kw_only=True)
class WaitingUpload:
    """An upload that goes no further without a person."""

    id: UUID
    filename: str
    state: str

    @property
    def state_label(self) -> str:
        return Upload.State(self.state).label


@dataclass(frozen=True, kw_only=True)
class RecomputeRun:
    """A recompute that changed numbers."""

    calculation: str
    finished_at: datetime
    changed_rows: int


@dataclass(frozen=True, kw_only=True)
class State:
    """What home says of the district besides goals and initiatives."""

    freshness: Freshness
    meter: tuple[YearMeter, ...]
    uploads: tuple[WaitingUpload, ...]
    runs: tuple[RecomputeRun, ...]
    since: datetime
    is_first_visit: bool


def get_state(*, user_id: int | None, now: datetime) -> State:
    """Return the state of the open district for one person. One query."""
    waiting = Upload.objects.filter(state__in=_WAITING).order_by("-uploaded_at")
    runs = CalculationRun.objects.filter(changed_rows__gt=0).order_by("-finished_at")
    views = SavedView.objects.filter(user_id=user_id, page__in=(PAGE, PAGE_BEFORE))
    row = (
        District.objects.filter(pk=current_district_id())
        .values(
            **freshness_columns(),
            meter=meter_column(),
            uploads=_rows(waiting[:_MOST], "id", "filename", "state"),
            runs=_rows(runs[:_MOST], "calculation", "finished_at", "changed_rows"),
            views=_rows(views, "page", "seen_at"),
        )
        .get()
    )
    since, is_first = _since(views=row["views"], now=now)
    return State(
        freshness=read_freshness(row),
        meter=read_meter(row["meter"]),
        uploads=tuple(WaitingUpload(**(one | {"id": UUID(one["id"])})) for one in row["uploads"]),
        runs=tuple(
            RecomputeRun(**(one | {"finished_at": datetime.fromisoformat(one["finished_at"])}))
            for one in row["runs"]
        ),
        since=since,
        is_first_visit=is_first,
    )


def _rows(rows: Any, *columns: str) -> ArraySubquery:
    return ArraySubquery(rows.values(cell=JSONObject(**{name: name for name in columns})))


def _since(*, views: list[dict[str, str]], now: datetime) -> tuple[datetime, bool]:
    """Return since when to show changes: the end of the visit before this one."""
    seen = {one["page"]: datetime.fromisoformat(one["seen_at"]) for one in views}
    last, before = seen.get(PAGE), seen.get(PAGE_BEFORE)
    if last is not None and now - last > VISIT_ENDS_AFTER:
        return last, False
    if before is not None:
        return before, False
    return now - FIRST_LOOK, True
