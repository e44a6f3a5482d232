"""What pages say about pending work: is something being recomputed, and as of when; read only."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max

from districts.models import Attempt, CalculationRun, Mark
from districts.tenancy import current_district_id


@dataclass(frozen=True)
class Freshness:
    """Whether the shown results are up to date."""

    is_pending: bool
    failed: tuple[str, ...]
    as_of: datetime | None


def get_freshness() -> Freshness:
    """Return the state of the open district's results. Three queries."""
    district_id = current_district_id()
    pending = Mark.objects.filter(district_id=district_id).exists()
    failed = tuple(
        Attempt.objects.filter(district_id=district_id, failed_at__isnull=False)
        .order_by("target")
        .values_list("target", flat=True)
    )
    as_of = CalculationRun.objects.filter(state=CalculationRun.State.DONE).aggregate(at=Max("finished_at"))[
        "at"
    ]
    return Freshness(is_pending=pending, failed=failed, as_of=as_of)
