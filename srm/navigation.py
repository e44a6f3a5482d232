"""The main navigation: its entries, who sees them, and which one is current.

Must not decide rights itself; `districts.access.permissions.can` answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from districts.access.permissions import Permission, can
from districts.parts import NavItem


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One entry: ``under`` are the paths below ``/d/<slug>`` that make it the current one."""

    label: str
    name: str
    permission: Permission
    under: tuple[str, ...]


MAIN: Final = (
    Entry(label="Home", name="diagnostics:home-show", permission=Permission.VIEW_CABINET, under=("/home/",)),
    Entry(
        label="Initiatives",
        name="strategy:initiative-list",
        permission=Permission.VIEW_CABINET,
        under=("/strategy/", "/initiatives/"),
    ),
    Entry(
        label="Outcomes",
        name="diagnostics:outcome-list",
        permission=Permission.VIEW_CABINET,
        under=("/outcomes/",),
    ),
    Entry(
        label="Reviews",
        name="diagnostics:review-list",
        permission=Permission.VIEW_CABINET,
        under=("/reviews/", "/decisions/"),
    ),
    Entry(
        label="Budget",
        name="investments:ledger-show",
        permission=Permission.VIEW_LEDGER,
        under=("/budget/",),
    ),
    Entry(
        label="Data",
        name="landing:upload-list",
        permission=Permission.VIEW_DATA,
        under=("/data/",),
    ),
    Entry(label="Board", name="diagnostics:board-show", permission=Permission.VIEW_BOARD, under=("/board/",)),
    Entry(
        label="Admin",
        name="districts:admin-show",
        permission=Permission.MANAGE_DISTRICT,
        under=("/admin/", "/districts/admin"),
    ),
)

ACCOUNT: Final = (
    ("Your districts", "home"),
    ("Password", "account_change_password"),
    ("Two-step sign-in", "mfa_index"),
    ("Where you are signed in", "usersessions_list"),
)


def main_navigation(*, slug: str, role: str, path: str) -> tuple[NavItem, ...]:
    """Return what a role sees of the main navigation of one district, the entry of ``path`` current."""
    below = path.removeprefix(f"/d/{slug}")
    items: list[NavItem] = []
    for entry in MAIN:
        if not can(role, entry.permission):
            continue
        try:
            url = reverse(entry.name, kwargs={"slug": slug})
        except NoReverseMatch:
            continue
        items.append(
            NavItem(label=entry.label, url=url, is_current=path == url or below.startswith(entry.under))
        )
    return tuple(items)


def account_navigation(request: HttpRequest) -> tuple[NavItem, ...]:
    """Return the account menu of a signed-in person."""
    if not request.user.is_authenticated:
        return ()
    return tuple(
        NavItem(label=label, url=reverse(name), is_current=request.path == reverse(name))
        for label, name in ACCOUNT
    )
