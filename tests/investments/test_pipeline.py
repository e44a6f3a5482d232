"""The calculations are listed, found by what they read, and run by the engine on a mark."""

from __future__ import annotations

from decimal import Decimal

from districts.models import CalculationRun, Mark
from districts.pipeline.engine import Result, Unit, run_unit
from districts.pipeline.marks import mark
from districts.pipeline.spec import get_pipeline
from districts.tenancy import district_scope
from investments.models import LedgerCost
from tests.cast import Cast
from tests.investments.facts import make_filing, make_initiative, make_rule


def test_an_input_leads_to_what_reads_it() -> None:
    pipeline = get_pipeline()
    assert pipeline.targets_of("ledger") == ("ledger_cost",)
    assert pipeline.targets_of("coding_rules") == ("ledger_cost",)
    assert pipeline.targets_of("ledger_cost") == ("initiative_return",)
    assert pipeline.targets_of("results") == ("trend", "effect")
    assert pipeline.targets_of("trend") == ("effect", "initiative_return")
    assert pipeline.targets_of("effect") == ("initiative_return",)
    assert pipeline.read_by("initiative_return") == ("ledger_cost", "trend", "effect")
    assert pipeline.read_by("trend") == ()


def test_a_marked_ledger_becomes_costs_and_then_returns(bay: Cast) -> None:
    district_id = bay.district.pk
    with district_scope(district_id):
        make_filing([("01", "3010", "1110", "1100", "70.25")], fiscal_year=2024)
        make_rule(make_initiative("Title I"), resource="3010")
        mark(name="ledger")
    assert run_unit(unit=Unit(district_id, "ledger_cost")) is Result.DONE
    assert run_unit(unit=Unit(district_id, "initiative_return")) is Result.DONE
    assert run_unit(unit=Unit(district_id, "ledger_cost")) is Result.NOTHING_TO_DO
    with district_scope(district_id):
        assert [row.counted for row in LedgerCost.objects.all()] == [Decimal("70.25")]
        assert list(CalculationRun.objects.order_by("started_at").values_list("calculation", flat=True)) == [
            "ledger_cost",
            "initiative_return",
        ]
    assert Mark.objects.filter(district_id=district_id).count() == 0
