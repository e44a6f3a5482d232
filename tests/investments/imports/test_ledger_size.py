"""Dollars at both sides of what can be added up exactly: refused with a word, or costed to the cent."""

from __future__ import annotations

from decimal import Decimal

import pytest

from districts.landing.services import confirm_upload
from districts.models import UploadProblem
from districts.tenancy import district_scope
from investments.models import LedgerEntry
from investments.recompute import ledger_cost
from investments.selectors import list_initiative_costs
from tests.cast import Cast
from tests.districts.landing.files import land, mapped, work
from tests.investments.facts import make_initiative, make_rule, recompute

HEADER = "Fund,Resource,Object,Fiscal Year,Type,Amount\n"
MOST = "999999999999.99"


def ledger(*amounts: str, year: int = 2024) -> str:
    return HEADER + "".join(f"01,3010,{1100 + n},{year},Actual,{one}\n" for n, one in enumerate(amounts))


def test_amount_of_a_trillion_is_refused_with_its_row(bay: Cast) -> None:
    landed = land(bay, ledger("5.00", "1000000000000.00")).upload
    work()
    upload = mapped(bay, landed)
    assert upload.state == "rejected"
    with district_scope(bay.district.pk):
        (problem,) = UploadProblem.objects.all()
        assert (problem.row, problem.column, problem.value) == (3, "Amount", "1000000000000.00")
        assert problem.what_to_do == (
            "Check the cell in the source system; an amount must be below 1 trillion dollars (12 digits)."
        )


@pytest.mark.parametrize("last", ["0.02", "-0.02"])
def test_year_that_comes_to_more_than_a_trillion_is_refused(bay: Cast, last: str) -> None:
    landed = land(bay, ledger(MOST, last)).upload
    work()
    upload = mapped(bay, landed)
    assert upload.state == "rejected"
    assert upload.message.startswith(
        "The amounts of actual FY2024 come to $1,000,000,000,000.01 without their signs; at most"
        " $1,000,000,000,000.00"
    )
    with district_scope(bay.district.pk):
        assert not LedgerEntry.objects.exists()


def test_most_dollars_of_many_years_are_loaded_and_costed_to_the_cent(bay: Cast) -> None:
    text = HEADER + "".join(
        f"01,3010,1100,{year},{kind},{MOST}\n01,3010,1200,{year},{kind},0.01\n"
        for year in (2022, 2023, 2024)
        for kind in ("Actual", "Budget")
    )
    landed = land(bay, text).upload
    work()
    upload = mapped(bay, landed)
    with district_scope(bay.district.pk, cause="test"):
        confirm_upload(by=None, upload_id=upload.pk)
    work()
    with district_scope(bay.district.pk, cause="test"):
        title_one = make_initiative("Title I")
        make_rule(title_one, resource="3010")
        recompute(ledger_cost)
        costs = list_initiative_costs()[title_one.pk].costs
        assert [one.counted for one in costs] == [Decimal("1000000000000.00")] * 6
