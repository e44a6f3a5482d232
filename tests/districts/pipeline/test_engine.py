"""One unit of work: done whole or not at all, once for many marks, visible when it fails."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from districts.models import Attempt, CalculationRun, Department, Mark
from districts.pipeline.engine import GIVE_UP_AFTER, Result, Unit, _lock_key, run_unit
from districts.pipeline.marks import mark
from districts.pipeline.spec import get_pipeline
from districts.pipeline.sweep import list_waiting_units
from districts.tenancy import NoDistrictScope, district_scope
from tests.cast import Cast
from tests.districts.pipeline.machine import RUNS


@pytest.fixture(autouse=True)
def machine(settings: object) -> Iterator[None]:
    """Run the small pipeline in place of the product's."""
    settings.SRM_PIPELINE = "tests.districts.pipeline.machine.PIPELINE"  # type: ignore[attr-defined]
    get_pipeline.cache_clear()
    RUNS.clear()
    yield
    get_pipeline.cache_clear()


def marked(cast: Cast, name: str, ref: str = "") -> Unit:
    with district_scope(cast.district.pk, cause="test"):
        mark(name=name, ref=ref)
    target = get_pipeline().targets_of(name)[0]
    return Unit(cast.district.pk, target, ref)


def departments(cast: Cast) -> list[str]:
    with district_scope(cast.district.pk):
        return list(Department.objects.order_by("name").values_list("name", flat=True))


def rush(unit: Unit) -> None:
    """Let the wait after a failure be over."""
    Attempt.objects.filter(district_id=unit.district_id, target=unit.target, ref=unit.ref).update(
        next_try_at=timezone.now() - timedelta(seconds=1)
    )


def test_a_mark_needs_a_scope(bay: Cast) -> None:
    with pytest.raises(NoDistrictScope):
        mark(name="departments")


def test_many_marks_lead_to_one_run_and_are_gone(bay: Cast) -> None:
    units = {marked(bay, "departments") for _ in range(5)}
    unit = units.pop()
    assert [run_unit(unit=unit), run_unit(unit=unit)] == [Result.DONE, Result.NOTHING_TO_DO]
    assert RUNS == ["count"]
    assert Mark.objects.filter(target="count").count() == 0
    assert Attempt.objects.count() == 0


def test_what_reads_a_changed_result_is_marked(bay: Cast) -> None:
    with district_scope(bay.district.pk, cause="test"):
        Department.objects.create(name="one")
    run_unit(unit=marked(bay, "departments"))
    assert list_waiting_units(older_than=timedelta(0)) == [Unit(bay.district.pk, "follow")]


def test_an_unchanged_result_marks_nothing(bay: Cast) -> None:
    run_unit(unit=marked(bay, "departments"))
    assert list_waiting_units(older_than=timedelta(0)) == []


def test_a_mark_made_during_the_run_is_not_lost(bay: Cast) -> None:
    with district_scope(bay.district.pk, cause="test"):
        Department.objects.create(name="again")
    assert run_unit(unit=marked(bay, "departments")) is Result.DONE
    assert RUNS == ["count", "count"]
    assert Mark.objects.filter(target="count").count() == 0


def test_a_calculation_waits_for_those_it_reads(bay: Cast) -> None:
    follow, count = marked(bay, "plans"), marked(bay, "departments")
    assert run_unit(unit=follow) is Result.BUSY
    assert run_unit(unit=count) is Result.DONE
    assert run_unit(unit=follow) is Result.DONE
    assert RUNS == ["count", "follow"]
    assert Attempt.objects.count() == 0


def test_it_does_not_run_beside_them(bay: Cast) -> None:
    follow = marked(bay, "plans")
    other = connection.copy()
    try:
        with transaction.atomic(), other.cursor() as cursor:
            other.set_autocommit(False)
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [bay.district.pk, _lock_key("count", "")])
            assert run_unit(unit=follow) is Result.BUSY
            other.rollback()
    finally:
        other.close()
    assert run_unit(unit=follow) is Result.DONE


def test_what_it_reads_marked_during_its_run_undoes_it(bay: Cast) -> None:
    with district_scope(bay.district.pk, cause="test"):
        Department.objects.create(name="meanwhile")
    follow = marked(bay, "plans")
    assert run_unit(unit=follow) is Result.BUSY
    assert departments(bay) == ["meanwhile"]
    assert Mark.objects.filter(target="follow").count() == 1


def test_a_failure_leaves_nothing_behind_but_its_trace(bay: Cast) -> None:
    unit = marked(bay, "trouble")
    assert run_unit(unit=unit) is Result.FAILED
    assert departments(bay) == []
    assert Mark.objects.filter(target="fail").count() == 1, "the work is still to be done"
    with district_scope(bay.district.pk):
        failed = CalculationRun.objects.get(calculation="fail")
    assert (failed.state, "division by zero" in failed.error) == ("failed", True)
    assert run_unit(unit=unit) is Result.WAITING, "it backs off"
    assert list_waiting_units(older_than=timedelta(0)) == []


def test_a_failure_in_one_district_blocks_nobody(bay: Cast, valley: Cast) -> None:
    run_unit(unit=marked(bay, "trouble"))
    assert run_unit(unit=marked(bay, "departments")) is Result.DONE
    assert run_unit(unit=marked(valley, "departments")) is Result.DONE


def test_a_job_that_keeps_failing_is_given_up_and_says_so(bay: Cast) -> None:
    unit = marked(bay, "work", "bad")
    for _ in range(GIVE_UP_AFTER):
        run_unit(unit=unit)
        rush(unit)
        if not Mark.objects.filter(target="work").exists():
            break
    assert Mark.objects.filter(target="work").count() == 0
    assert [name.partition(":")[0] for name in departments(bay)] == ["gave up bad"]


def test_a_job_is_done_for_each_reference(bay: Cast) -> None:
    for ref in ("a", "b"):
        assert run_unit(unit=marked(bay, "work", ref)) is Result.DONE
    assert RUNS == ["work a", "work b"]
