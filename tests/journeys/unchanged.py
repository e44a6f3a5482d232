"""A reader can change nothing: no form or link on the page leads to a write, and every write is refused past it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping

from playwright.sync_api import FilePayload, Page

from districts.access.permissions import Role, can
from tests.architecture.routes import Kind, guard_of, list_routes
from tests.journeys import sanfrancisco
from tests.journeys.site import Place, Site

_WRITTEN = (
    "districts_auditevent",
    "districts_upload",
    "districts_mark",
    "districts_filing",
    "diagnostics_decision",
    "diagnostics_reallocation",
)


def nothing_changes_by_page(*, site: Site, place: Place, page: Page, made: Mapping[str, str]) -> None:
    """Look at the page a board member has open, then try every page that writes. made: keys that URLs name."""
    forms = page.locator("form[method=post]").all()
    assert [form.get_attribute("action") for form in forms] == ["/accounts/logout/"]
    links = {one.get_attribute("href") or "" for one in page.locator("a[href]").all()}
    for link in sorted(one for one in links if one.startswith("/")):
        assert page.context.request.get(link).status == 200, link
    before = _written(site, place)
    headers = json.loads(page.locator("body").get_attribute("hx-headers") or "") | {"Referer": page.url}
    refused = 0
    for route in list_routes():
        guard = guard_of(route)
        if guard.kind is not Kind.DISTRICT_PAGE or guard.write is None or can(Role.BOARD_MEMBER, guard.write):
            continue
        answer = page.context.request.post(
            route.url({name: _key(place, made, name) for name in route.kwargs}),
            headers=headers,
            form={"name": "changed by a board member"},
            max_redirects=0,
        )
        assert answer.status == 403, f"{route.name}: {answer.status}"
        refused += 1
    assert refused > 60, "the URLconf has lost its write routes"
    assert _written(site, place) == before


def nothing_changes_by_api(*, site: Site, place: Place, page: Page, made: Mapping[str, str]) -> None:
    """Try every address of the API with every method that writes, as a board member's program."""
    before = _written(site, place)
    key = {"Authorization": f"Bearer {place.keys[Role.BOARD_MEMBER]}"}
    file = FilePayload(name="ledger.dat", mimeType="text/plain", buffer=sanfrancisco.ledger())
    request = page.context.request
    answer = request.post(f"/api/v1/d/{place.slug}/uploads/", headers=key, multipart={"file": file})
    assert answer.status == 403
    for route in list_routes():
        if guard_of(route).kind is not Kind.API:
            continue
        address = route.url({name: _key(place, made, name) for name in route.kwargs})
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            status = request.fetch(address, method=method, headers=key, data={}).status
            assert status in (403, 405), f"{method} {route.name}: {status}"
    assert _written(site, place) == before


def _key(place: Place, made: Mapping[str, str], name: str) -> str:
    if name == "slug":
        return place.slug
    return made.get(name) or ("1" if name == "event_id" else str(uuid.UUID(int=7)))


def _written(site: Site, place: Place) -> list[int]:
    """Count what a write would leave behind."""
    return [site.count(table, place) for table in _WRITTEN]
