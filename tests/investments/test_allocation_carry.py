"""A budget filed again: its allocations are shown, carried over once, and never lost silently."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from districts.access.permissions import Role
from districts.landing.services import undo_upload
from districts.models import AuditEvent, Filing, Upload
from districts.tenancy import district_scope
from investments.imports.ledger_load import BudgetInUse, delete_entries
from investments.models import Allocation
from investments.selectors import get_allocation_grid
from investments.selectors.allocation_carry import find_earlier_allocations
from investments.services import (
    AllocationRefused,
    Moved,
    carry_over_allocations,
    clear_allocations,
    save_allocation,
)
from strategy.models import Initiative
from tests.cast import Cast
from tests.investments.facts import make_filing, make_initiative

FIRST = [("01", "3010", "1110", "1100", "700.00"), ("01", "6053", "0001", "4300", "20.00")]
AGAIN = [("01", "3010", "1110", "1100", "400.00")]


def give(filing: Filing, initiative: Initiative, source: str, amount: str) -> None:
    save_allocation(
        filing_id=filing.pk, initiative_id=initiative.pk, source=source, amount=Decimal(amount), note="agreed"
    )


def file_twice() -> tuple[Filing, Filing, Initiative, Initiative]:
    """Give 500 + 20 to Tutoring and 30 to Arts, then file the budget again and give 50 of it to Arts."""
    first = make_filing(FIRST, fiscal_year=2027, kind="budget", filed_at=datetime(2026, 6, 1, tzinfo=UTC))
    tutoring, arts = make_initiative("Tutoring"), make_initiative("Arts")
    give(first, tutoring, "3010", "500.00")
    give(first, tutoring, "6053", "20.00")
    give(first, arts, "3010", "30.00")
    again = make_filing(AGAIN, fiscal_year=2027, kind="budget", filed_at=datetime(2026, 9, 1, tzinfo=UTC))
    first.refresh_from_db()
    give(again, arts, "3010", "50.00")
    return first, again, tutoring, arts


def held(filing: Filing) -> list[tuple[str, str, Decimal]]:
    rows = Allocation.objects.filter(filing=filing).order_by("initiative__name", "funding_source__code")
    return list(rows.values_list("initiative__name", "funding_source__code", "amount"))


def test_page_says_what_an_earlier_filing_holds_by_source(in_bay: Cast) -> None:
    first, _, _, _ = file_twice()
    grid = get_allocation_grid()
    assert grid.filing is not None
    earlier = find_earlier_allocations(filing=grid.filing)
    assert earlier is not None
    assert (earlier.filing.id, earlier.count, earlier.amount) == (first.pk, 3, Decimal("550.00"))
    assert earlier.to_copy == 2
    assert [
        (one.source, one.earlier, one.here, one.to_copy, one.budget, one.remaining) for one in earlier.sources
    ] == [
        (
            "3010",
            Decimal("530.00"),
            Decimal("50.00"),
            Decimal("500.00"),
            Decimal("400.00"),
            Decimal("-150.00"),
        ),
        ("6053", Decimal("20.00"), Decimal(0), Decimal("20.00"), Decimal(0), Decimal("-20.00")),
    ]


def test_carrying_over_copies_what_is_missing_once_and_leaves_the_rest(in_bay: Cast) -> None:
    first, again, _, _ = file_twice()
    before = held(first)
    events = AuditEvent.objects.filter(table_name="investments_allocation", action="insert")
    audited = events.count()
    assert carry_over_allocations(filing_id=again.pk, from_filing_id=first.pk) == Moved(
        count=2, amount=Decimal("520.00")
    )
    assert held(again) == [
        ("Arts", "3010", Decimal("50.00")),
        ("Tutoring", "3010", Decimal("500.00")),
        ("Tutoring", "6053", Decimal("20.00")),
    ]
    assert held(first) == before
    assert events.count() == audited + 2
    assert Allocation.objects.filter(filing=again, note="agreed").count() == 3
    again_moved = carry_over_allocations(filing_id=again.pk, from_filing_id=first.pk)
    assert again_moved == Moved(count=0, amount=Decimal(0))


def test_archived_initiative_is_not_carried_over_but_shown(in_bay: Cast) -> None:
    first, again, tutoring, _ = file_twice()
    Initiative.objects.filter(pk=tutoring.pk).update(archived_at=timezone.now())
    grid = get_allocation_grid()
    assert grid.filing is not None
    earlier = find_earlier_allocations(filing=grid.filing)
    assert earlier is not None
    assert (earlier.to_copy, earlier.archived) == (0, Decimal("520.00"))
    assert carry_over_allocations(filing_id=again.pk, from_filing_id=first.pk).count == 0


def test_archived_initiatives_rows_make_the_columns_add_up(in_bay: Cast) -> None:
    budget = make_filing(FIRST, fiscal_year=2027, kind="budget")
    tutoring, arts = make_initiative("Arts, old"), make_initiative("Tutoring")
    give(budget, tutoring, "3010", "100.00")
    give(budget, arts, "3010", "11.00")
    make_initiative("Never paid", archived_at=timezone.now())
    Initiative.objects.filter(pk=tutoring.pk).update(archived_at=timezone.now())
    grid = get_allocation_grid()
    assert [(row.name, row.is_archived, row.total) for row in grid.rows] == [
        ("Tutoring", False, Decimal("11.00")),
        ("Arts, old", True, Decimal("100.00")),
    ]
    assert grid.sources[0].allocated == sum(row.total for row in grid.rows)
    save_allocation(filing_id=budget.pk, initiative_id=tutoring.pk, source="3010", amount=None)
    assert [row.name for row in get_allocation_grid().rows] == ["Tutoring"]


def test_only_an_earlier_filing_of_the_same_budget_is_carried_over(in_bay: Cast) -> None:
    first, again, _, _ = file_twice()
    other = make_filing(FIRST, fiscal_year=2026, kind="budget")
    for target, source in ((first, again), (other, first), (again, again)):
        with pytest.raises(AllocationRefused):
            carry_over_allocations(filing_id=target.pk, from_filing_id=source.pk)


def test_replaced_budget_is_readable_and_takes_no_new_allocation(in_bay: Cast) -> None:
    first, _, tutoring, _ = file_twice()
    grid = get_allocation_grid(filing_id=first.pk)
    assert [(row.name, row.total) for row in grid.rows] == [
        ("Arts", Decimal("30.00")),
        ("Tutoring", Decimal("520.00")),
    ]
    with pytest.raises(AllocationRefused) as caught:
        give(first, tutoring, "3010", "1.00")
    assert caught.value.message == (
        "This budget has been filed again. Enter the allocation in the newer filing."
    )


def test_undo_says_the_ways_out_and_taking_away_is_kept_in_the_audit(in_bay: Cast) -> None:
    first, again, _, _ = file_twice()
    with pytest.raises(BudgetInUse) as caught:
        delete_entries(filing_ids=[first.pk, again.pk])
    assert "4 allocations of $600.00 on the FY2027 budget" in caught.value.message
    assert "take all its allocations away" in caught.value.message
    assert clear_allocations(filing_id=again.pk, seen="1 50.00") == Moved(count=1, amount=Decimal("50.00"))
    assert clear_allocations(filing_id=first.pk, seen="3 550.00") == Moved(count=3, amount=Decimal("550.00"))
    gone = AuditEvent.objects.filter(table_name="investments_allocation", action="delete")
    assert sorted(Decimal(str(one.before["amount"])) for one in gone if one.before) == [20, 30, 50, 500]
    delete_entries(filing_ids=[first.pk, again.pk])


def test_budget_director_carries_over_and_clears_on_the_page(bay: Cast) -> None:
    with district_scope(bay.district.pk, cause="test"):
        first, again, _, _ = file_twice()
    client, base = bay.client(Role.BUDGET_DIRECTOR), "/d/bay/budget/allocations/"
    page = client.get(base).content.decode()
    assert "3 allocations, $550.00 in all, are on" in page
    sheet = client.get(f"{base}?table=carry&export=csv").content.decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(sheet)))[1][:3] == ["3010", "", "530.00"]
    both = {"filing": str(again.pk), "earlier": str(first.pk)}
    assert bay.client(Role.CABINET).post(f"{base}carry/", both).status_code == 403
    done = client.post(f"{base}carry/", both, follow=True).content.decode()
    assert "Carried over: 2 allocations, $520.00 in all." in done
    assert "nothing of it is left to carry over" in done
    earlier = client.get(f"{base}?filing={first.pk}").content.decode()
    assert "This budget has been filed again." in earlier
    assert 'class="usa-input grid__input"' not in earlier
    refused = client.post(f"{base}clear/", {"filing": str(first.pk)}, follow=True).content.decode()
    assert "tick the box" in refused
    assert 'name="seen" value="3 550.00"' in earlier
    sure = {"filing": str(first.pk), "sure": "yes"}
    stale = client.post(f"{base}clear/", sure | {"seen": "2 520.00"}, follow=True).content.decode()
    assert "have changed since you opened the page" in stale
    with district_scope(bay.district.pk):
        assert len(held(first)) == 3
    client.post(f"{base}clear/", sure | {"seen": "3 550.00"})
    with district_scope(bay.district.pk):
        assert (len(held(first)), len(held(again))) == (0, 3)


def test_a_carry_over_is_taken_back_as_one_step_and_leaves_what_was_changed(bay: Cast) -> None:
    with district_scope(bay.district.pk, cause="test"):
        first, again, tutoring, _ = file_twice()
    client = bay.client(Role.BUDGET_DIRECTOR)
    base = f"/d/{bay.slug}/budget/allocations/"
    client.post(f"{base}carry/", {"filing": str(again.pk), "earlier": str(first.pk)})
    page = client.get(base)
    assert (len(page.context["carried"].ids), page.context["carried"].amount) == (2, Decimal("520.00"))
    assert "Take the carry-over back" in page.content.decode()
    assert "Undo my last change" not in page.content.decode(), (
        "one cell of a carry-over is no step of its own"
    )
    with district_scope(bay.district.pk, cause="test"):
        give(again, tutoring, "6053", "7.00")
    answer = client.post(f"{base}carry/back/", {"filing": str(again.pk)}, follow=True)
    assert "Taken back: 1 allocation, $500.00 in all." in answer.content.decode()
    with district_scope(bay.district.pk, cause="test"):
        assert held(again) == [("Arts", "3010", Decimal("50.00")), ("Tutoring", "6053", Decimal("7.00"))]
        assert len(held(first)) == 3
    again_page = client.get(base).context
    assert (again_page["carried"].ids, again_page["carried"].changed) == ((), 1)
    assert bay.client(Role.CABINET).post(f"{base}carry/back/", {"filing": str(again.pk)}).status_code == 403


def test_undo_locks_the_filings_before_it_counts_their_allocations(in_bay: Cast) -> None:
    budget = make_filing(FIRST, fiscal_year=2027, kind="budget")
    Upload.objects.filter(pk=budget.upload_id).update(kind="generic_ledger")
    with CaptureQueriesContext(connection) as queries:
        undo_upload(upload_id=budget.upload_id)
    texts = [one["sql"] for one in queries.captured_queries]
    locked = [at for at, text in enumerate(texts) if '"districts_filing"' in text and "FOR UPDATE" in text]
    counted = [at for at, text in enumerate(texts) if "FROM investments_allocation a" in text]
    assert locked, "a new allocation locks the same row, so it waits and is then told that the budget is gone"
    assert locked[0] < counted[0]
    assert not Filing.objects.filter(pk=budget.pk).exists()
