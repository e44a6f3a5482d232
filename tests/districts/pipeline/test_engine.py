"""The engine's account of its tries: a busy unit leaves the running one's trace, a lost database blames nobody."""

from __future__ import annotations

import zlib

import psycopg
import pytest
from django.db import connection
from django.utils import timezone

from districts.models import Attempt, CalculationRun, Department, District, Mark
from districts.pipeline import engine, spec
from districts.pipeline.engine import Result, Unit, run_unit
from districts.tenancy import district_scope
from tests.servers import Slot


@pytest.fixture
def district(committed_db: None) -> District:
    return District.objects.create(name="Bay", slug="bay")


def write(ref: str) -> None:
    Department.objects.create(name=ref)


def lose_the_database(ref: str) -> None:
    write(ref)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")


def stumble(ref: str) -> None:
    write(ref)
    raise ValueError(ref)


def pipeline_of(monkeypatch: pytest.MonkeyPatch, **jobs: object) -> None:
    made = spec.Pipeline(
        file_kinds=(),
        jobs=tuple(spec.Job(name, run, lambda *_: None) for name, run in jobs.items()),  # type: ignore[arg-type]
        calculations=(),
    )
    monkeypatch.setattr(engine, "get_pipeline", lambda: made)


def mark(district: District, target: str) -> Unit:
    Mark.objects.create(district=district, target=target, ref="7", created_at=timezone.now())
    return Unit(district.pk, target, "7")


def departments(district: District) -> int:
    with district_scope(district.pk):
        return int(Department.objects.count())


def test_a_unit_that_is_busy_elsewhere_keeps_the_running_ones_trace(
    slot: Slot, district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline_of(monkeypatch, job=write)
    unit = mark(district, "job")
    Attempt.objects.create(district=district, target="job", ref="7", attempts=1, next_try_at=timezone.now())
    with psycopg.connect(slot.database_url) as running:
        key = zlib.crc32(b"job:7") - 2**31
        running.execute("SELECT pg_advisory_xact_lock(%s, %s)", [district.pk, key])
        assert [run_unit(unit=unit) for _ in range(5)] == [Result.BUSY] * 5
    assert Attempt.objects.get().attempts == 1
    assert run_unit(unit=unit) == Result.DONE
    assert (Attempt.objects.count(), Mark.objects.count(), departments(district)) == (0, 0, 1)


def test_a_busy_unit_nobody_counted_leaves_no_trace(
    slot: Slot, district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline_of(monkeypatch, job=write)
    unit = mark(district, "job")
    with psycopg.connect(slot.database_url) as running:
        key = zlib.crc32(b"job:7") - 2**31
        running.execute("SELECT pg_advisory_xact_lock(%s, %s)", [district.pk, key])
        assert run_unit(unit=unit) == Result.BUSY
    assert Attempt.objects.count() == 0


def test_a_lost_database_is_no_failure_and_leaves_nothing(
    district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline_of(monkeypatch, job=lose_the_database)
    unit = mark(district, "job")
    assert [run_unit(unit=unit) for _ in range(3)] == [Result.INTERRUPTED] * 3
    attempt = Attempt.objects.get()
    assert (attempt.attempts, attempt.failed_at) == (3, None)
    assert attempt.next_try_at <= timezone.now()
    assert (departments(district), Mark.objects.count()) == (0, 1)


def test_a_failure_of_the_work_is_recorded_and_backs_off(
    district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline_of(monkeypatch, job=stumble)
    unit = mark(district, "job")
    assert run_unit(unit=unit) == Result.FAILED
    assert Attempt.objects.get().failed_at is not None
    assert run_unit(unit=unit) == Result.WAITING
    assert (departments(district), Mark.objects.count()) == (0, 1)
    with district_scope(district.pk):
        assert CalculationRun.objects.count() == 0
