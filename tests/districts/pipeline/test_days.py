"""A new day begins in each district at its own midnight, and leads to one run."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.utils import timezone

from districts.models import CalculationRun, Mark
from districts.pipeline.days import mark_new_days
from districts.pipeline.engine import Result, Unit, run_unit
from districts.pipeline.marks import mark
from districts.tenancy import district_scope
from tests.cast import Cast


def computed(cast: Cast, at: datetime) -> None:
    with district_scope(cast.district.pk, cause="test"):
        mark(name="initiatives")
    _settle(cast)
    with district_scope(cast.district.pk, cause="test"):
        CalculationRun.objects.filter(calculation="initiative_return").update(finished_at=at)


def _settle(cast: Cast) -> None:
    """Run what is marked, in order, each once."""
    pk = cast.district.pk
    for name in ("ledger_cost", "trend", "effect", "initiative_return"):
        wanted = Result.DONE if Mark.objects.filter(district_id=pk, target=name).exists() else None
        assert run_unit(unit=Unit(pk, name)) is (wanted or Result.NOTHING_TO_DO)


def marks(cast: Cast) -> int:
    return Mark.objects.filter(district=cast.district, target="initiative_return").count()


def test_nothing_is_marked_before_anything_was_computed(bay: Cast) -> None:
    assert mark_new_days(now=timezone.now()) == 0


def test_the_day_begins_at_the_districts_own_midnight(bay: Cast) -> None:
    evening = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)  # 11 pm on the 22nd in Los Angeles
    computed(bay, at=evening)
    assert mark_new_days(now=evening + timedelta(minutes=59)) == 0
    assert mark_new_days(now=evening + timedelta(minutes=61)) == 1
    assert marks(bay) == 1


def test_one_run_answers_many_marks(bay: Cast) -> None:
    computed(bay, at=timezone.now() - timedelta(days=2))
    mark_new_days(now=timezone.now())
    mark_new_days(now=timezone.now())
    _settle(bay)
    assert run_unit(unit=Unit(bay.district.pk, "initiative_return")) is Result.NOTHING_TO_DO
    assert mark_new_days(now=timezone.now()) == 0
