"""The main navigation leads each role only where it may go, and every entry leads somewhere."""

from __future__ import annotations

import pytest
from django.urls import reverse

from districts.access.permissions import Role
from srm.navigation import ACCOUNT, MAIN, main_navigation

ALL = ["Home", "Initiatives", "Outcomes", "Reviews", "Budget", "Data", "Board"]
SEEN = {
    Role.DISTRICT_ADMIN: [*ALL, "Admin"],
    Role.CABINET: ALL,
    Role.BUDGET_DIRECTOR: ALL,
    Role.DATA_MANAGER: ALL,
    Role.INITIATIVE_LEAD: ["Home", "Initiatives", "Outcomes", "Reviews", "Board"],
    Role.BOARD_MEMBER: ["Board"],
}


@pytest.mark.parametrize("role", Role)
def test_a_role_sees_the_entries_it_may_open(role: Role) -> None:
    items = main_navigation(slug="oak", role=role, path="/d/oak/")
    assert [item.label for item in items] == SEEN[role]


@pytest.mark.parametrize("entry", MAIN, ids=lambda entry: entry.label)
def test_every_entry_leads_to_a_page_and_is_current_there(entry: object) -> None:
    url = reverse(entry.name, kwargs={"slug": "oak"})  # type: ignore[attr-defined]
    items = main_navigation(slug="oak", role=Role.DISTRICT_ADMIN, path=url)
    assert [item.label for item in items if item.is_current] == [entry.label]  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", [name for _, name in ACCOUNT])
def test_every_entry_of_the_account_menu_leads_to_a_page(name: str) -> None:
    assert reverse(name).startswith("/")
