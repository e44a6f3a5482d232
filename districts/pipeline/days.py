"""A new day is an input too: what depends on today's date is marked once a day, in each district's own zone."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Max

from districts.models import CalculationRun, District
from districts.pipeline.marks import mark
from districts.pipeline.spec import get_pipeline
from districts.tenancy import district_scope

INPUT = "day"


def mark_new_days(*, now: datetime) -> int:
    """Mark the input `day` in every district whose last run of what reads it was on an earlier day.

    A district that has computed nothing yet is left alone. Returns how many were marked; calling
    it again before the run marks again, which leads to one run.
    """
    targets = get_pipeline().targets_of(INPUT)
    marked = 0
    for district in District.objects.order_by("pk"):
        zone = ZoneInfo(district.time_zone)
        with district_scope(district.pk, cause="a new day"):
            runs = CalculationRun.objects.filter(
                calculation__in=targets, state=CalculationRun.State.DONE
            ).values("calculation")
            newest = [row["at"] for row in runs.annotate(at=Max("finished_at"))]
            if newest and min(newest).astimezone(zone).date() < now.astimezone(zone).date():
                mark(name=INPUT)
                marked += 1
    return marked
