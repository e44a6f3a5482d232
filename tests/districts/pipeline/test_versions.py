"""After an upgrade, what an older method computed is computed anew, once."""

from __future__ import annotations

from districts.models import CalculationRun, Mark
from districts.pipeline.engine import Result, Unit, run_unit
from districts.pipeline.marks import mark
from districts.pipeline.spec import get_pipeline
from districts.pipeline.versions import mark_new_versions
from districts.tenancy import district_scope
from tests.cast import Cast


def computed(cast: Cast, *names: str) -> None:
    for name in names:
        with district_scope(cast.district.pk, cause="test"):
            mark(name={"trend": "results", "ledger_cost": "ledger"}[name])
        assert run_unit(unit=Unit(cast.district.pk, name)) is Result.DONE


def marked(cast: Cast) -> list[str]:
    return sorted(
        Mark.objects.filter(district=cast.district, input="version").values_list("target", flat=True)
    )


def test_what_never_ran_or_is_of_this_version_is_left_alone(bay: Cast) -> None:
    assert mark_new_versions() == 0
    computed(bay, "trend", "ledger_cost")
    assert mark_new_versions() == 0
    assert marked(bay) == []


def test_an_older_version_is_computed_anew_once(bay: Cast, valley: Cast) -> None:
    computed(bay, "trend", "ledger_cost")
    computed(valley, "trend")
    with district_scope(bay.district.pk, cause="test"):
        CalculationRun.objects.filter(calculation="trend").update(version="0")
    assert (mark_new_versions(), mark_new_versions()) == (1, 1)
    assert (marked(bay), marked(valley)) == (["trend", "trend"], [])
    unit = Unit(bay.district.pk, "trend")
    assert [run_unit(unit=unit), run_unit(unit=unit)] == [Result.DONE, Result.NOTHING_TO_DO]
    assert mark_new_versions() == 0
    with district_scope(bay.district.pk, cause="test"):
        newest = CalculationRun.objects.filter(calculation="trend").order_by("-finished_at").first()
        assert newest is not None
        assert newest.version == get_pipeline().find("trend").version
