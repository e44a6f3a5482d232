"""Two workers that start the same unit in the same instant: neither fails, each start is counted."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from districts.models import Attempt, District
from districts.pipeline import engine
from districts.pipeline.engine import Unit
from districts.pipeline.spec import get_pipeline
from tests.cast import make_cast

ROUNDS = 300


@pytest.fixture
def unit(committed_db: None, settings: object) -> Iterator[Unit]:
    settings.SRM_PIPELINE = "tests.districts.pipeline.machine.PIPELINE"  # type: ignore[attr-defined]
    get_pipeline.cache_clear()
    yield Unit(make_cast(name="Bay Unified", slug="bay", state_code="3868478").district.pk, "count")
    get_pipeline.cache_clear()


def test_two_starts_in_the_same_instant_are_both_counted(unit: Unit) -> None:
    together = Barrier(2)

    def start(_number: int) -> bool:
        try:
            together.wait(timeout=20)
            return engine._begin_attempt(unit)
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=2) as pool:
        assert list(pool.map(start, range(2))) == [True, True]
    assert list(Attempt.objects.values_list("target", "attempts")) == [("count", 2)]


def test_starting_and_ending_over_and_over_raises_nothing(unit: Unit) -> None:
    """The row may vanish between the insert that found it and the read: the other worker has ended."""
    together = Barrier(2)

    def work(_number: int) -> int:
        started = 0
        try:
            for _ in range(ROUNDS):
                together.wait(timeout=20)
                started += engine._begin_attempt(unit)
                engine._end_attempt(unit)
        finally:
            together.abort() if started < ROUNDS // 2 else None
            connection.close()
        return started

    with ThreadPoolExecutor(max_workers=2) as pool:
        started = list(pool.map(work, range(2)))
    assert started == [ROUNDS, ROUNDS]
    assert Attempt.objects.count() == 0
    assert District.objects.filter(pk=unit.district_id).exists()
