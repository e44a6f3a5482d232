"""The audit names things as people do: budgets, sources and initiatives, maps without brackets, long texts whole."""

from __future__ import annotations

from decimal import Decimal

import pytest
from pytest_django.asserts import assertContains

from districts.access.permissions import Role
from districts.models import AuditEvent, SavedMap
from districts.selectors import audit
from districts.selectors.audit_words import named, parts_that_differ, plain
from districts.tenancy import district_scope
from investments.models import Allocation, FundingSource
from tests.cast import Cast
from tests.investments.facts import make_filing
from tests.strategy.decided import an_initiative


def rows_of(table: str) -> tuple[audit.AuditRow, ...]:
    return audit.list_audit(only=audit.AuditFilter(table=table)).rows


def make_allocation() -> Allocation:
    filing = make_filing([("01", "0000", "1110", "1100", "700000")], fiscal_year=2026, kind="budget")
    source = FundingSource.objects.create(code="0000", title="Unrestricted")
    made: Allocation = Allocation.objects.create(
        filing=filing,
        initiative_id=an_initiative(),
        funding_source=source,
        amount=Decimal("1000000000.00"),
    )
    return made


def test_an_allocation_is_named_by_its_budget_initiative_and_source(bay: Cast) -> None:
    with district_scope(bay.district.pk, actor_id=bay.people[Role.BUDGET_DIRECTOR].pk):
        make_allocation()
        (row,) = rows_of("investments_allocation")
    assert row.name == "budget FY2026, Attendance teams, 0000 Unrestricted"
    said = {change.field: change.after for change in row.changes}
    assert (said["Filing"], said["Initiative"], said["Funding source"], said["Amount"]) == (
        "budget FY2026",
        "Attendance teams",
        "0000 Unrestricted",
        "1,000,000,000",
    )


def test_what_is_gone_keeps_the_name_it_was_last_written_with(bay: Cast) -> None:
    with district_scope(bay.district.pk, actor_id=bay.people[Role.BUDGET_DIRECTOR].pk):
        allocation = make_allocation()
        source = allocation.funding_source
        allocation.delete()
        source.delete()
        deleted = rows_of("investments_allocation")[0]
    assert (deleted.action, deleted.name) == ("deleted", "budget FY2026, Attendance teams, 0000 Unrestricted")


def test_a_map_is_said_without_brackets_and_only_where_it_differs(bay: Cast) -> None:
    mapping = {"options": {"sheet": ""}, "values": {"fund": "Fund", "amount": "Amount"}}
    with district_scope(bay.district.pk):
        made = SavedMap.objects.create(kind="generic_ledger", name="Ledger", header_hash="a", mapping=mapping)
        made.mapping = {**mapping, "values": {"fund": "Fund", "amount": "Balance"}}
        made.save()
        changed, created = rows_of("districts_savedmap")
    said = {change.field: (change.before, change.after) for change in (*created.changes, *changed.changes)}
    assert {change.field: change.after for change in created.changes}[
        "Mapping"
    ] == "Fund: Fund; Amount: Amount"
    assert said["Mapping"] == ("Amount: Amount", "Amount: Balance")


def test_a_long_text_is_cut_in_the_list_and_whole_on_its_own_page(bay: Cast) -> None:
    long = "Go on only if absence fell by two points more than elsewhere. " * 8
    with district_scope(bay.district.pk):
        an_initiative(review_rule=long)
        event = AuditEvent.objects.get(table_name="strategy_initiative")
    client = bay.client(Role.DISTRICT_ADMIN)
    listed = client.get("/d/bay/admin/audit/?table=strategy_initiative").context["table"].rows[0].cells[4]
    address = f"/d/bay/admin/audit/{event.pk}/"
    assert (listed.text.endswith(" … (read all of it)"), listed.href) == (True, address)
    assertContains(client.get(address), long.strip())


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({}, "nothing"),
        ({"a": {}, "b": [], "c": ""}, "nothing"),
        ({"first_page": {"is_read": True}, "rows": [1, 2]}, "First page is read: yes; Rows: 1, 2"),
        ([{"name": "x"}, {"name": "y"}], "Name: x, Name: y"),
        (None, "nothing"),
    ],
)
def test_stored_values_are_said_plainly(value: object, words: str) -> None:
    assert plain(value) == words


def test_parts_and_names_on_their_own() -> None:
    assert parts_that_differ({"a": 1, "b": {"c": 2, "d": 3}}, {"a": 1, "b": {"c": 2, "d": 4}}) == (
        {"b": {"d": 3}},
        {"b": {"d": 4}},
    )
    assert named({"subject": "estimated_actual", "fiscal_year": 2024}) == "estimated actual FY2024"
    assert named({"id": "x"}) == ""
