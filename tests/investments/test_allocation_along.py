"""An upload of a budget is undone: its allocations come along to the filing that counts again, and go back in one step."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from districts.access.permissions import Role
from districts.landing import selectors
from districts.landing.services import WrongState, undo_upload
from districts.models import AuditEvent, Filing, Upload
from districts.tenancy import district_scope
from investments.imports.ledger_load import BudgetInUse
from investments.models import Allocation
from investments.selectors import get_allocation_grid
from investments.selectors.allocation_carry import find_earlier_allocations
from investments.selectors.allocation_changes import find_last_change
from investments.services import Moved, save_allocation, take_along_back
from strategy.models import Initiative
from tests.cast import Cast
from tests.investments.facts import make_filing, make_initiative
from tests.investments.test_allocation_carry import AGAIN, FIRST, give, held


def file_budget(name: str, *, month: int, rows: list[tuple[str, str, str, str, str]]) -> Filing:
    """File the FY2027 budget in a month of 2026, through an upload that can be undone."""
    filing = make_filing(
        rows, fiscal_year=2027, kind="budget", filed_at=datetime(2026, month, 1, 20, tzinfo=UTC), name=name
    )
    Upload.objects.filter(pk=filing.upload_id).update(kind="generic_ledger")
    return filing


def file_twice() -> tuple[Filing, Filing, Initiative, Initiative]:
    """Give Tutoring 500 and Arts 30 of a first budget; of the one that replaces it Arts 50 and Music 20."""
    first = file_budget("first.csv", month=6, rows=FIRST)
    tutoring, arts, music = make_initiative("Tutoring"), make_initiative("Arts"), make_initiative("Music")
    give(first, tutoring, "3010", "500.00")
    give(first, arts, "3010", "30.00")
    again = file_budget("again.csv", month=9, rows=AGAIN)
    give(again, arts, "3010", "50.00")
    give(again, music, "3010", "20.00")
    return first, again, arts, music


def stamp(filing: Filing) -> str:
    """What the undo page showed of the allocations, for the form to send back."""
    return selectors.find_resting(upload_id=filing.upload_id).stamp


def test_the_newest_earlier_filing_with_allocations_is_offered_over_one_without(in_bay: Cast) -> None:
    first = file_budget("first.csv", month=5, rows=FIRST)
    tutoring = make_initiative("Tutoring")
    give(first, tutoring, "3010", "5.00")
    second = file_budget("second.csv", month=6, rows=FIRST)
    give(second, tutoring, "3010", "7.00")
    file_budget("empty.csv", month=7, rows=FIRST)
    file_budget("current.csv", month=8, rows=AGAIN)
    grid = get_allocation_grid()
    assert grid.filing is not None
    earlier = find_earlier_allocations(filing=grid.filing)
    assert earlier is not None
    assert (earlier.filing.filename, earlier.filing.filed_at, earlier.amount) == (
        "second.csv",
        datetime(2026, 6, 1, 20, tzinfo=UTC),
        Decimal("7.00"),
    )


def test_of_two_earlier_filings_of_one_day_the_one_that_came_last_is_offered(in_bay: Cast) -> None:
    tutoring = make_initiative("Tutoring")
    for name, amount in (("a.csv", "5.00"), ("b.csv", "7.00")):
        give(file_budget(name, month=6, rows=FIRST), tutoring, "3010", amount)
    file_budget("current.csv", month=8, rows=AGAIN)
    Filing.objects.filter(upload__filename="a.csv").update(created_at=datetime(2026, 6, 9, tzinfo=UTC))
    Filing.objects.filter(upload__filename="b.csv").update(created_at=datetime(2026, 6, 8, tzinfo=UTC))
    grid = get_allocation_grid()
    assert grid.filing is not None
    earlier = find_earlier_allocations(filing=grid.filing)
    assert earlier is not None
    assert earlier.filing.filename == "a.csv"


def test_undo_takes_allocations_along_to_the_filing_that_counts_again(in_bay: Cast) -> None:
    first, again, _arts, _music = file_twice()
    undo_upload(upload_id=again.upload_id, take_along=stamp(again))
    first.refresh_from_db()
    assert first.is_current
    assert held(first) == [
        ("Arts", "3010", Decimal("50.00")),
        ("Music", "3010", Decimal("20.00")),
        ("Tutoring", "3010", Decimal("500.00")),
    ]
    assert not Filing.objects.filter(pk=again.pk).exists()
    written = AuditEvent.objects.filter(table_name="investments_allocation", cause__contains="taken along")
    assert sorted(written.values_list("action", flat=True)) == ["delete", "delete", "insert", "update"]


def test_what_came_along_goes_back_in_one_step_but_not_what_was_changed_since(in_bay: Cast) -> None:
    first, again, _arts, _music = file_twice()
    undo_upload(upload_id=again.upload_id, take_along=stamp(again))
    assert find_last_change(filing_id=first.pk, by=None) is None, "no cell of it is a step of its own"
    assert take_along_back(filing_id=first.pk) == Moved(count=2, amount=Decimal("70.00"))
    assert held(first) == [("Arts", "3010", Decimal("30.00")), ("Tutoring", "3010", Decimal("500.00"))]
    assert take_along_back(filing_id=first.pk) == Moved(count=0, amount=Decimal(0))


def test_a_cell_changed_after_it_came_along_stays(in_bay: Cast) -> None:
    first, again, arts, _music = file_twice()
    undo_upload(upload_id=again.upload_id, take_along=stamp(again))
    first.refresh_from_db()
    give(first, arts, "3010", "61.00")
    assert take_along_back(filing_id=first.pk) == Moved(count=1, amount=Decimal("20.00"))
    assert held(first) == [("Arts", "3010", Decimal("61.00")), ("Tutoring", "3010", Decimal("500.00"))]


def test_allocations_of_archived_initiatives_come_along_too(in_bay: Cast) -> None:
    first, again, _arts, music = file_twice()
    Initiative.objects.filter(pk=music.pk).update(archived_at=timezone.now())
    undo_upload(upload_id=again.upload_id, take_along=stamp(again))
    assert sum(amount for _, _, amount in held(first)) == Decimal("570.00")


def test_nothing_is_undone_when_the_allocations_are_others_than_were_seen(in_bay: Cast) -> None:
    _first, again, arts, _music = file_twice()
    seen = stamp(again)
    give(again, arts, "3010", "51.00")
    with pytest.raises(WrongState):
        undo_upload(upload_id=again.upload_id, take_along=seen)
    assert Filing.objects.get(is_current=True).pk == again.pk
    assert Allocation.objects.filter(filing=again).count() == 2


def test_nothing_comes_along_where_no_filing_counts_again(in_bay: Cast) -> None:
    only = file_budget("only.csv", month=6, rows=FIRST)
    save_allocation(
        filing_id=only.pk, initiative_id=make_initiative("Arts").pk, source="3010", amount=Decimal(5)
    )
    resting = selectors.find_resting(upload_id=only.upload_id)
    assert (resting.can_come_along, [one.words for one in resting.lines]) == (
        False,
        ["FY2027 budget: 1 allocation, $5.00 in all"],
    )
    with pytest.raises(BudgetInUse):
        undo_upload(upload_id=only.upload_id, take_along=resting.stamp)


def test_budget_director_is_told_and_takes_them_along_on_the_undo_page(bay: Cast) -> None:
    with district_scope(bay.district.pk, cause="test"):
        first, again, _, _ = file_twice()
    undo = reverse("landing:upload-undo", kwargs={"slug": bay.slug, "upload_id": again.upload_id})
    client = bay.client(Role.BUDGET_DIRECTOR)
    page = client.get(undo)
    text = page.content.decode()
    assert "FY2027 budget: 2 allocations, $70.00 in all" in text
    assert "first.csv" in text
    assert "filed Jun 1, 2026" in text
    unticked = client.post(undo, {"seen": page.context["form"]["seen"].value()})
    assert unticked.status_code == 422
    assert "Say that the allocations shall come along" in unticked.content.decode()
    sent = {"seen": page.context["form"]["seen"].value(), "take_along": "on"}
    done = client.post(undo, sent, follow=True).content.decode()
    assert "2 allocations, $70.00 in all, came along to “first.csv”" in done.replace("\n", " ")
    base = f"/d/{bay.slug}/budget/allocations/"
    grid = client.get(base)
    assert "Take back what came along" in grid.content.decode()
    back = client.post(f"{base}along/back/", {"filing": str(first.pk)}, follow=True).content.decode()
    assert "Taken back: 2 allocations, $70.00 in all." in back
    with district_scope(bay.district.pk):
        assert held(first) == [("Arts", "3010", Decimal("30.00")), ("Tutoring", "3010", Decimal("500.00"))]
    assert bay.client(Role.CABINET).post(f"{base}along/back/", {"filing": str(first.pk)}).status_code == 403


def test_data_manager_is_told_who_can_take_them_along(bay: Cast) -> None:
    with district_scope(bay.district.pk, cause="test"):
        _first, again, _, _ = file_twice()
    undo = reverse("landing:upload-undo", kwargs={"slug": bay.slug, "upload_id": again.upload_id})
    client = bay.client(Role.DATA_MANAGER)
    text = client.get(undo).content.decode()
    assert "FY2027 budget: 2 allocations, $70.00 in all" in text
    assert "The budget director can undo this upload" in text
    with district_scope(bay.district.pk):
        seen = stamp(again)
    assert client.post(undo, {"seen": seen, "take_along": "on"}).status_code == 403
    with district_scope(bay.district.pk):
        assert Filing.objects.get(is_current=True).pk == again.pk
        assert len(held(again)) == 2
