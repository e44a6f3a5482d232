"""Allocations: saved cell by cell, never out of a budget unnoticed."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from districts.models import Filing
from investments.models import Allocation, FundingSource
from investments.selectors import get_allocation_grid
from investments.services import AllocationRefused, NotThere, SavedAllocation, save_allocation
from tests.cast import Cast
from tests.investments.facts import make_filing, make_initiative

ROWS = [
    ("01", "3010", "1110", "1100", "700.00"),
    ("01", "3010", "1110", "7310", "50.50"),
    ("01", "3010", "0000", "8290", "999.00"),
    ("12", "6053", "0001", "4300", "20.00"),
]


@pytest.fixture
def budget(in_bay: Cast) -> Filing:
    make_filing(ROWS, fiscal_year=2024)
    return make_filing(ROWS, fiscal_year=2025, kind="budget")


def test_an_allocation_is_saved_with_what_is_left_of_its_source(budget: Filing) -> None:
    initiative = make_initiative("Tutoring")
    saved = save_allocation(
        filing_id=budget.pk, initiative_id=initiative.pk, source="3010", amount=Decimal("500.25")
    )
    assert saved == SavedAllocation(
        amount=Decimal("500.25"),
        budget=Decimal("750.50"),
        allocated=Decimal("500.25"),
        remaining=Decimal("250.25"),
        warning="",
    )


def test_more_than_the_budget_has_is_saved_with_a_warning(budget: Filing) -> None:
    one, two = make_initiative("One"), make_initiative("Two")
    save_allocation(filing_id=budget.pk, initiative_id=one.pk, source="3010", amount=Decimal(700))
    saved = save_allocation(filing_id=budget.pk, initiative_id=two.pk, source="3010", amount=Decimal(51))
    assert saved.remaining == Decimal("-0.50")
    assert saved.warning == "Saved. $0.50 more is given out of 3010 than this budget has."
    assert Allocation.objects.count() == 2


def test_saving_again_replaces_and_nothing_takes_away(budget: Filing) -> None:
    pk = make_initiative("Tutoring").pk
    for amount in (Decimal(5), Decimal(6), Decimal(6)):
        save_allocation(filing_id=budget.pk, initiative_id=pk, source="6053", amount=amount, note="for books")
    assert list(Allocation.objects.values_list("amount", "note")) == [(Decimal(6), "for books")]
    assert FundingSource.objects.count() == 1
    saved = save_allocation(filing_id=budget.pk, initiative_id=pk, source="6053", amount=None)
    assert (saved.remaining, Allocation.objects.count()) == (Decimal("20.00"), 0)


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        (
            {"amount": Decimal(-1)},
            {"amount": "An allocation cannot be negative. Lower another one instead."},
        ),
        ({"amount": Decimal("0.001")}, {"amount": "Give an amount in dollars and cents, such as 125000.00."}),
        ({"amount": Decimal("NaN")}, {"amount": "Give an amount in dollars and cents, such as 125000.00."}),
        ({"amount": Decimal("1E15")}, {"amount": "Give an amount in dollars and cents, such as 125000.00."}),
        ({"source": "9999"}, {"source": "No money in this budget comes from “9999”."}),
    ],
)
def test_a_wrong_allocation_is_refused(
    budget: Filing, fields: dict[str, Any], errors: dict[str, str]
) -> None:
    pk = make_initiative("Tutoring").pk
    with pytest.raises(AllocationRefused) as caught:
        save_allocation(
            **{"filing_id": budget.pk, "initiative_id": pk, "source": "3010", "amount": Decimal(1), **fields}
        )
    assert caught.value.errors == errors
    assert Allocation.objects.count() == 0


def test_only_a_budget_and_an_initiative_in_use_take_allocations(budget: Filing) -> None:
    actual = Filing.objects.get(subject="actual")
    kept = make_initiative("Tutoring")
    gone = make_initiative("Old", archived_at=datetime(2026, 1, 1, tzinfo=UTC))
    for filing_id, initiative_id in ((actual.pk, kept.pk), (uuid4(), kept.pk), (budget.pk, gone.pk)):
        with pytest.raises(NotThere):
            save_allocation(
                filing_id=filing_id, initiative_id=initiative_id, source="3010", amount=Decimal(1)
            )


def test_the_grid_shows_each_source_with_what_is_left(budget: Filing) -> None:
    tutoring, arts = make_initiative("Tutoring"), make_initiative("Arts")
    save_allocation(filing_id=budget.pk, initiative_id=tutoring.pk, source="3010", amount=Decimal(100))
    save_allocation(filing_id=budget.pk, initiative_id=arts.pk, source="3010", amount=Decimal("0.50"))
    with CaptureQueriesContext(connection) as queries:
        grid = get_allocation_grid()
    assert len(queries) == 8
    assert grid.filing is not None
    assert (grid.filing.id, grid.filing.fiscal_year) == (budget.pk, 2025)
    assert [(one.source, one.budget, one.allocated, one.remaining) for one in grid.sources] == [
        ("3010", Decimal("750.50"), Decimal("100.50"), Decimal("650.00")),
        ("6053", Decimal("20.00"), Decimal(0), Decimal("20.00")),
    ]
    assert [(row.name, [cell.amount for cell in row.cells], row.total) for row in grid.rows] == [
        ("Arts", [Decimal("0.50"), None], Decimal("0.50")),
        ("Tutoring", [Decimal("100.00"), None], Decimal("100.00")),
    ]


def test_a_district_without_a_budget_has_an_empty_grid(in_bay: Cast) -> None:
    assert get_allocation_grid().filing is None
    assert get_allocation_grid(filing_id=uuid4()).rows == ()
