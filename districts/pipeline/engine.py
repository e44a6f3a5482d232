"""Do one unit of marked work: lock, read the marks, run, delete exactly those marks, commit.

Must not know what a calculation computes. A crash anywhere means that nothing happened.
"""

import logging
import zlib
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from districts.models import Attempt, CalculationRun, Mark
from districts.pipeline.marks import mark, send_hints
from districts.pipeline.spec import Busy, Calculation, Job, Recompute, get_pipeline
from districts.tenancy import district_scope

logger = logging.getLogger("districts.pipeline")

FREE_TRIES = 3  # a killed worker is not the work's fault: back off only after this many starts
RUNS_AT_ONCE = 5  # then the sweep goes on, so that one busy unit cannot keep a worker for itself
GIVE_UP_AFTER = 8  # a job (one upload) is given up; a calculation is tried for ever
LONGEST_WAIT = timedelta(minutes=5)


class Result(StrEnum):
    """How one unit of work ended."""

    DONE = "done"
    NOTHING_TO_DO = "nothing to do"
    BUSY = "busy elsewhere"
    WAITING = "waiting after a failure"
    FAILED = "failed"
    INTERRUPTED = "interrupted: the database went away"


@dataclass(frozen=True)
class Unit:
    """One calculation (ref '') or one job of one district."""

    district_id: int
    target: str
    ref: str = ""


def run_unit(*, unit: Unit) -> Result:
    """Run one unit if it is marked and free; safe to call any number of times.

    Runs again at once while it was marked anew during its run (the hint of that mark found it busy).
    Raises nothing for a failing calculation: the failure is recorded, backs off, and stays visible.
    A database that goes away in the middle is not the work's fault: the next sweep tries again.
    """
    result = _run_once(unit)
    for _ in range(RUNS_AT_ONCE):
        if result is not Result.DONE or not _marks_of(unit).exists():
            break
        if _run_once(unit) is not Result.DONE:
            break
    return result


def _marks_of(unit: Unit) -> QuerySet[Mark]:
    return Mark.objects.filter(district_id=unit.district_id, target=unit.target, ref=unit.ref)


def _run_once(unit: Unit) -> Result:
    if not _begin_attempt(unit):
        return Result.WAITING
    try:
        with district_scope(unit.district_id, cause=f"recompute {unit.target}"[:200]):
            return _run_locked(unit)
    except Busy:
        _take_back_attempt(unit)
        return Result.BUSY
    except Exception as error:
        if _is_connection_lost(error):
            logger.warning("%s of district %s interrupted: no database", unit.target, unit.district_id)
            return Result.INTERRUPTED
        logger.exception("%s of district %s failed", unit.target, unit.district_id)
        _record_failure(unit, error)
        return Result.FAILED


def _is_connection_lost(error: Exception) -> bool:
    """Say whether the server went away: no answer at all (no state), class 08, or it shuts down or starts."""
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    state = getattr(error.__cause__, "sqlstate", None)
    return state is None or state.startswith("08") or state in ("57P01", "57P02", "57P03")


def _run_locked(unit: Unit) -> Result:
    if not _try_lock(unit):
        _take_back_attempt(unit)
        return Result.BUSY
    marks = list(_marks_of(unit).values_list("id", "input"))
    if marks:
        item = get_pipeline().find(unit.target)
        if isinstance(item, Job):
            item.run(unit.ref)
        else:
            _hold_what_it_reads(unit)
            _recompute(item, unit, causes=sorted({name for _, name in marks}))
            _refuse_unless_settled(unit)
        Mark.objects.filter(id__in=[pk for pk, _ in marks]).delete()
    _end_attempt(unit)
    return Result.DONE if marks else Result.NOTHING_TO_DO


def _hold_what_it_reads(unit: Unit) -> None:
    """Keep the calculations it reads from running beside it; raises Busy while one of them runs or is marked.

    New inputs with the results of old ones are nobody's numbers, and could tell what a result hides.
    """
    with connection.cursor() as cursor:
        for name in get_pipeline().read_by(unit.target):
            values = [unit.district_id, _lock_key(name, "")]
            cursor.execute("SELECT pg_try_advisory_xact_lock_shared(%s, %s)", values)
            if not cursor.fetchone()[0]:
                raise Busy
    _refuse_unless_settled(unit)


def _refuse_unless_settled(unit: Unit) -> None:
    """Raise Busy when a calculation that it reads is marked: before it runs, and if it was meanwhile."""
    above = get_pipeline().read_by(unit.target)
    if Mark.objects.filter(district_id=unit.district_id, target__in=above).exists():
        raise Busy


def _hint_who_waits(calculation: Calculation, unit: Unit) -> None:
    """Wake the calculations that read this one and are marked already: they found it unsettled."""
    below = get_pipeline().targets_of(calculation.name)
    marked = Mark.objects.filter(district_id=unit.district_id, target__in=below)
    names = marked.values_list("target", flat=True).distinct()
    send_hints(district_id=unit.district_id, units=[(name, "") for name in names])


def _recompute(calculation: Calculation, unit: Unit, *, causes: list[str]) -> None:
    now = timezone.now()
    run = CalculationRun.objects.create(
        calculation=calculation.name,
        version=calculation.version,
        state=CalculationRun.State.DONE,
        causes=causes,
        started_at=now,
        finished_at=now,
    )
    outcome = calculation.recompute(Recompute(district_id=unit.district_id, run=run, now=now))
    run.fingerprint = outcome.fingerprint
    run.changed_rows = outcome.changed_rows
    run.finished_at = timezone.now()
    run.save(update_fields=["fingerprint", "changed_rows", "finished_at"])
    if outcome.changed_rows:
        mark(name=calculation.name)
    else:
        _hint_who_waits(calculation, unit)


def _lock_key(target: str, ref: str) -> int:
    return zlib.crc32(f"{target}:{ref}".encode()) - 2**31


def _try_lock(unit: Unit) -> bool:
    key = _lock_key(unit.target, unit.ref)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [unit.district_id, key])
        return bool(cursor.fetchone()[0])


def _begin_attempt(unit: Unit) -> bool:
    """Count the start in a transaction of its own, so that a killed worker leaves a trace."""
    with transaction.atomic():
        attempt = _lock_attempt(unit)
        now = timezone.now()
        if attempt.next_try_at > now:
            return False
        earlier = attempt.attempts
        attempt.attempts = earlier + 1
        attempt.next_try_at = now + _wait(attempt.attempts)
        attempt.save(update_fields=["attempts", "next_try_at"])
    item = get_pipeline().find(unit.target)
    if isinstance(item, Job) and earlier >= GIVE_UP_AFTER:
        _give_up(item, unit)
        return False
    return True


def _lock_attempt(unit: Unit) -> Attempt:
    """Lock the unit's row, making it first where there is none; it may vanish between the two."""
    while True:
        row = Attempt(
            district_id=unit.district_id, target=unit.target, ref=unit.ref, next_try_at=timezone.now()
        )
        Attempt.objects.bulk_create([row], ignore_conflicts=True)
        attempt: Attempt | None = _attempt_of(unit).select_for_update().first()
        if attempt is not None:
            return attempt


def _attempt_of(unit: Unit) -> QuerySet[Attempt]:
    return Attempt.objects.filter(district_id=unit.district_id, target=unit.target, ref=unit.ref)


def _wait(attempts: int) -> timedelta:
    if attempts <= FREE_TRIES:
        return timedelta(0)
    return min(timedelta(seconds=2 ** (attempts - FREE_TRIES)), LONGEST_WAIT)


def _take_back_attempt(unit: Unit) -> None:
    """Uncount this start; the one that is running keeps its trace, should it be killed."""
    counted = _attempt_of(unit)
    counted.update(attempts=F("attempts") - 1)
    counted.filter(attempts__lte=0).delete()


def _end_attempt(unit: Unit) -> None:
    _attempt_of(unit).delete()


def _record_failure(unit: Unit, error: Exception) -> None:
    """Make the failure visible to the district, and wait before the next try."""
    now = timezone.now()
    with district_scope(unit.district_id, cause=f"failure of {unit.target}"[:200]):
        attempt = _lock_attempt(unit)
        tries = max(attempt.attempts, FREE_TRIES) + 1
        attempt.attempts, attempt.next_try_at, attempt.failed_at = tries, now + _wait(tries), now
        attempt.save(update_fields=["attempts", "next_try_at", "failed_at"])
        item = get_pipeline().find(unit.target)
        if isinstance(item, Calculation):
            CalculationRun.objects.create(
                calculation=item.name,
                version=item.version,
                state=CalculationRun.State.FAILED,
                started_at=now,
                finished_at=now,
                error=f"{type(error).__name__}: {error}"[:2000],
            )
        elif tries >= GIVE_UP_AFTER:
            _give_up(item, unit)


def _give_up(job: Job, unit: Unit) -> None:
    """Stop trying a job that keeps failing or killing its worker; the person is told."""
    with district_scope(unit.district_id, cause=f"gave up {unit.target}"[:200]):
        if not _try_lock(unit):
            return  # it is being done after all
        job.give_up(unit.ref, "The file could not be processed after several tries.")
        _marks_of(unit).delete()
        _end_attempt(unit)
