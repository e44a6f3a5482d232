"""Every page of the URLconf, for each role that may see it; what two roles see alike is visited once."""

from __future__ import annotations

import hashlib
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import Page

from districts.access.permissions import Role, can
from tests.architecture.routes import Kind, Route, find_route, guard_of, list_routes
from tests.journeys.axe import Problem, audit
from tests.journeys.browser import NARROW, WIDE, Desk, is_drawn
from tests.journeys.site import Place

NOT_PAGES = {
    "health": "JSON for a load balancer",
    "api-schema": "OpenAPI, not HTML",
    "landing:upload-file": "the file as it arrived",
    "landing:upload-problems": "a CSV of problems",
    "landing:upload-accounts": "a CSV of accounts",
    "mfa_download_recovery_codes": "a text file",
    "landing:upload-progress": "a part of the upload page, which test_loop sees",
    "investments:ledger-history": "a part of the ledger page, seen there",
    "investments:code-list": "a part of the rule form",
    "investments:rule-preview": "a part of the rule form, which test_loop sees",
    "landing:upload-confirm": "takes POST only",
    "landing:upload-again": "takes POST only",
    "diagnostics:home-seen": "takes POST only",
    "strategy:initiative-restore": "takes POST only",
    "strategy:goal-restore": "takes POST only",
    "investments:rule-move": "leads back to the list of rules",
    "investments:rule-restore": "leads back to the list of rules",
    "investments:allocation-undo": "leads back to the grid",
    "investments:allocation-carry": "leads back to the grid",
    "investments:allocation-carry-back": "leads back to the grid",
    "investments:allocation-along-back": "leads back to the grid",
    "investments:allocation-clear": "leads back to the grid",
    "account": "leads to where a person works",
    "account-notices": "leads on where nothing is to be told",
    "account_email_verification_sent": "closed: people have the one address they were invited by",
    "account_confirm_email": "closed: people have the one address they were invited by",
    "account_email": "closed: people have the one address they were invited by",
    "account_set_password": "leads to the change of password: everybody here has one",
    "account_confirm_login_code": "signing in by a code in a mail is not offered",
}
"""Routes that answer GET with no page of their own, and why."""

ELSEWHERE = {
    "mfa_authenticate": "test_axe: signing in with two steps",
    "mfa_reauthenticate": "test_axe: signing in with two steps",
    "mfa_deactivate_totp": "test_axe: signing in with two steps",
    "mfa_view_recovery_codes": "test_axe: signing in with two steps",
    "mfa_generate_recovery_codes": "test_axe: signing in with two steps",
    "mfa_activate_totp": "test_axe: turning two steps on",
}
"""Pages that need a person in a state of their own; the test that sees them."""

QUERIES = {
    "home": ("", "?choose=1"),
    "investments:funding-source-edit": ("?code=3010",),
    "investments:counted-list": ("?initiative={initiative_id}&year=2024&kind=actual", "?band=core&year=2024"),
    "investments:ledger-show": ("", "?fund=01&by=resource", "?q=nothing-has-this-name"),
    "strategy:initiative-list": ("", "?state=archived", "?q=nothing-has-this-name"),
    "strategy:goal-list": ("", "?state=archived"),
    "landing:upload-list": ("", "?state=needs-you"),
    "diagnostics:initiative-show": ("", "?as_of=2020-01-01"),
    "diagnostics:outcome-list": ("", "?q=nothing-has-this-name"),
    "diagnostics:decision-list": ("", "?q=nothing-has-this-name"),
    "diagnostics:check-in-show": ("", "?month=2023-10"),
}
_VARYING = re.compile(r'name="csrfmiddlewaretoken" value="[^"]*"|nonce="[^"]*"|seen=[^"]*"')
_MAIN = re.compile(r"<main\b.*</main>", re.DOTALL)


@dataclass
class Visitor:
    """A person of each role at one browser, and what was seen already."""

    desk: Desk
    place: Place
    pages: dict[Role | None, Page] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    visits: int = 0

    def page(self, role: Role | None) -> Page:
        """Return the page of a role, signed in on first use; None is nobody."""
        if role not in self.pages:
            self.pages[role] = (
                self.desk.sign_in(place=self.place, role=role) if role else self.desk.context().new_page()
            )
        return self.pages[role]

    def visit(self, name: str) -> tuple[int, list[Problem]]:
        """Visit a route in every way; returns how many pages it has and what is wrong with them."""
        route, found, problems = find_route(name), 0, []
        for address in self._addresses(route):
            # What a question in the address changes, it changes alike for every role.
            roles = roles_of(route) if "?" not in address or not found else roles_of(route)[:1]
            for role in roles:
                html = self._read(address, role)
                if not html:
                    continue
                found += 1
                if self._is_new(name, role, html):
                    problems += self.look(address, role)
        return found, problems

    def look(self, address: str, role: Role | None) -> list[Problem]:
        """Open an address as a role and audit it, wide first one time and narrow first the next."""
        page = self.page(role)
        self.visits += 1
        widths = (WIDE, NARROW) if self.visits % 2 else (NARROW, WIDE)
        page.set_viewport_size({"width": widths[0], "height": 900})
        page.goto(address)
        is_drawn(page)
        return audit(page, name=f"{address} as {role.value if role else 'nobody'}", widths=widths)

    def _read(self, address: str, role: Role | None) -> str:
        """Return the document at an address; empty where there is none: a redirect, a file, a part."""
        answer = self.page(role).context.request.get(address, max_redirects=0)
        is_html = answer.headers.get("content-type", "").startswith("text/html")
        text = answer.text() if answer.status == 200 and is_html else ""
        answer.dispose()
        return text if "<html" in text else ""

    def _is_new(self, name: str, role: Role | None, html: str) -> bool:
        main = _MAIN.search(html)
        content = _VARYING.sub("", main[0] if main else html)
        keys = {f"{name} {hashlib.sha256(content.encode()).hexdigest()}", f"header of {role}"}
        is_new = not keys <= self.seen
        self.seen |= keys
        return is_new

    def _addresses(self, route: Route) -> Iterator[str]:
        values = [self._values(route.name, name) for name in route.kwargs]
        for chosen in itertools.product(*values):
            path = route.url(dict(zip(route.kwargs, chosen, strict=True)))
            for query in QUERIES.get(route.name, ("",)):
                yield urlsplit(path).path + query.format(
                    **{name: found[0] for name, found in self.place.objects.items() if found}
                )

    def _values(self, route_name: str, name: str) -> list[str]:
        if name == "slug":
            return [self.place.slug]
        own = self.place.objects.get(f"{route_name}.{name}")
        return own or self.place.objects.get(name) or ["no-such-secret"]


def roles_of(route: Route) -> list[Role | None]:
    """Return who may see a route."""
    guard = guard_of(route)
    if guard.kind is Kind.PUBLIC:
        return [None, Role.CABINET]
    if guard.kind is Kind.SIGNED_IN:
        return [Role.CABINET, Role.BOARD_MEMBER]
    assert guard.read is not None
    return [role for role in Role if can(role, guard.read)]


def page_routes() -> list[str]:
    """Return the name of every route that is not of the API."""
    return list(dict.fromkeys(route.name for route in list_routes() if guard_of(route).kind is not Kind.API))
