"""One running installation and one browser for every journey; a trouble on any page fails its test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import sync_playwright

from tests.data import chromium
from tests.journeys.browser import Desk, Watch
from tests.journeys.site import Place, Site


@pytest.fixture(scope="package")
def site() -> Iterator[Site]:
    """The product running: web, worker, beat, empty of districts."""
    chromium()  # skips before anything is started where there is no browser
    site = Site()
    try:
        site.start()
        yield site
    finally:
        site.stop()


@pytest.fixture(scope="package")
def desk(site: Site) -> Iterator[Desk]:
    """The browser."""
    with sync_playwright() as playwright:
        desk = Desk(playwright=playwright, url=site.url, watch=Watch())
        yield desk
        desk.close()


@pytest.fixture(scope="package")
def bay(site: Site) -> Place:
    """Bay Unified with San Francisco's files: two years of actuals, budgets, results, initiatives, allocations."""
    return site.place("bay")


@pytest.fixture(autouse=True)
def no_trouble(desk: Desk) -> Iterator[None]:
    """Fail a test on whose pages the security policy was violated, or an error was met."""
    desk.watch.take()
    yield
    desk.settle()
    assert desk.watch.take() == []
