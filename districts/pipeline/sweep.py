"""Find marked work that nobody took up, and the state of the queue; must not run work itself."""

from datetime import timedelta

from django.utils import timezone

from districts.models import Attempt, Heartbeat, Mark
from districts.pipeline.engine import Unit

OLDER_THAN = timedelta(seconds=2)


def list_waiting_units(*, older_than: timedelta = OLDER_THAN) -> list[Unit]:
    """Return the units marked longer ago than `older_than` that are not backing off. Two queries."""
    now = timezone.now()
    waiting = set(Attempt.objects.filter(next_try_at__gt=now).values_list("district_id", "target", "ref"))
    marked = (
        Mark.objects.filter(created_at__lte=now - older_than)
        .order_by("district_id", "target", "ref")
        .values_list("district_id", "target", "ref")
        .distinct()
    )
    return [Unit(*unit) for unit in marked if unit not in waiting]


def beat_heart(*, name: str) -> None:
    """Write down that a worker process lives."""
    Heartbeat.objects.update_or_create(name=name, defaults={"at": timezone.now()})
