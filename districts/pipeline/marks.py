"""Write down, in the writer's own transaction, what must be recomputed; must not compute."""

import logging
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from districts.models import Mark
from districts.pipeline.spec import get_pipeline
from districts.tenancy import current_district_id

logger = logging.getLogger("districts.pipeline")


def mark(*, name: str, ref: str = "") -> None:
    """Mark an input as changed: every calculation that reads it will run.

    Must be called inside `district_scope`, in the transaction of the write. Marks are only ever
    inserted; many of them lead to one run. After the commit the workers get a hint that may be
    lost without harm: the sweep finds the marks.
    """
    _insert(targets=get_pipeline().targets_of(name), name=name, ref=ref)


def mark_calculations(*, targets: Iterable[str], cause: str) -> None:
    """Mark calculations themselves, whatever they read: their method changed. As `mark` otherwise."""
    _insert(targets=targets, name=cause, ref="")


def _insert(*, targets: Iterable[str], name: str, ref: str) -> None:
    district_id, targets, now = current_district_id(), list(targets), timezone.now()
    Mark.objects.bulk_create(
        Mark(district_id=district_id, target=t, ref=ref, input=name, created_at=now) for t in targets
    )
    send_hints(district_id=district_id, units=[(t, ref) for t in targets])


def send_hints(*, district_id: int, units: Iterable[tuple[str, str]]) -> None:
    """Tell the workers after the commit; never retried, never slower than the socket time-out."""
    units = list(units)

    def send() -> None:
        from districts.pipeline.tasks import run_unit  # the task imports the engine

        for target, ref in units:
            try:
                run_unit.apply_async((district_id, target, ref), retry=False)
            except (OperationalError, RedisError, OSError) as error:
                # The mark is committed: the sweep will find it.
                logger.warning("no hint sent for %s: %s", target, type(error).__name__)
                return

    transaction.on_commit(send)
