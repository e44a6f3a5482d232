"""What pages say about pending work: is something being recomputed, and as of when; read only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, Q, Subquery

from districts.models import Attempt, CalculationRun, District, Mark
from districts.tenancy import current_district_id


@dataclass(frozen=True)
class Freshness:
    """Whether the shown results are up to date."""

    is_pending: bool
    failed: tuple[str, ...]
    as_of: datetime | None


def get_freshness() -> Freshness:
    """Return the state of the open district's results. One query."""
    row = District.objects.filter(pk=current_district_id()).values(**freshness_columns()).get()
    return read_freshness(row)


def freshness_columns() -> dict[str, Any]:
    """Return the expressions of freshness, for a page that reads it along with a query of its own."""
    district_id = current_district_id()
    failed = Attempt.objects.filter(district_id=district_id, failed_at__isnull=False)
    done = CalculationRun.objects.filter(state=CalculationRun.State.DONE)
    return {
        "freshness_pending": Exists(Mark.objects.filter(district_id=district_id)),
        "freshness_failed": ArraySubquery(failed.order_by("target").values("target")),
        "freshness_as_of": Subquery(done.order_by("-finished_at").values("finished_at")[:1]),
    }


def read_freshness(row: Mapping[str, Any]) -> Freshness:
    """Return the freshness a row with `freshness_columns` holds."""
    return Freshness(
        is_pending=row["freshness_pending"],
        failed=tuple(row["freshness_failed"]),
        as_of=row["freshness_as_of"],
    )


def shown_at(as_of: datetime | None) -> Q:
    """Return the condition on a result table for what it shows now, or showed at a past moment."""
    if as_of is None:
        return Q(shown_until__isnull=True)
    return Q(shown_from__lte=as_of) & (Q(shown_until__isnull=True) | Q(shown_until__gt=as_of))
