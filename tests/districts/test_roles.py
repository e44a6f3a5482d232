"""Who may do what: the enum, the one function, and the table in the docs."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from districts.access.permissions import ROLE_PERMISSIONS, Permission, Role, can
from districts.management.commands import roles_table
from tests.data import ROOT


def test_docs_say_what_the_code_says() -> None:
    assert (ROOT / "docs" / "roles.md").read_text() == roles_table.roles_document(), (
        "run manage.py roles_table"
    )


def test_check_fails_when_a_right_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    changed = ROLE_PERMISSIONS | {Role.BOARD_MEMBER: frozenset(Permission)}
    monkeypatch.setattr(roles_table, "ROLE_PERMISSIONS", changed)
    with pytest.raises(CommandError):
        call_command("roles_table", "--check", stdout=StringIO())


def test_board_member_only_reads_the_board() -> None:
    assert [p for p in Permission if can(Role.BOARD_MEMBER, p)] == [Permission.VIEW_BOARD]


def test_only_data_manager_and_budget_director_upload() -> None:
    assert {r for r in Role if can(r, Permission.UPLOAD)} == {Role.DATA_MANAGER, Role.BUDGET_DIRECTOR}


def test_unknown_role_may_nothing() -> None:
    assert [p for p in Permission if can("superintendent", p)] == []
