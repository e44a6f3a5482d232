"""A real browser that writes down what goes wrong on any page: policy violations, errors, failed answers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, Response

from districts.access.permissions import Role
from tests.data import chromium
from tests.journeys.site import Place

WIDE, NARROW = 1280, 390
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_REPORT_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) => {
  window.srmTrouble(`policy: ${event.violatedDirective} blocked ${event.blockedURI} ${event.sample} on ${location.pathname}`);
});
"""


class Watch:
    """Everything that went wrong on any page since it was last looked at."""

    def __init__(self) -> None:
        self.troubles: list[str] = []

    def attach(self, context: BrowserContext) -> None:
        """Watch every page of a context from its first line on."""
        context.expose_binding("srmTrouble", lambda _source, words: self.troubles.append(str(words)))
        context.add_init_script(_REPORT_VIOLATIONS)
        context.on("console", self._hear)
        context.on("weberror", lambda error: self.troubles.append(f"error: {error.error}"))
        context.on("response", self._see)

    def take(self) -> list[str]:
        """Return what went wrong so far and forget it."""
        found, self.troubles = self.troubles, []
        return found

    @contextmanager
    def expecting(self, pattern: str) -> Iterator[None]:
        """Allow troubles that match, and insist on at least one."""
        before = self.take()
        yield
        met = self.take()
        assert any(re.search(pattern, one) for one in met), f"no trouble like {pattern!r} in {met}"
        self.troubles = before + [one for one in met if not re.search(pattern, one)]

    def _hear(self, message: ConsoleMessage) -> None:
        is_policy = "Content Security Policy" in message.text
        if message.type == "error" or is_policy:
            where = message.location.get("url", "") if message.location else ""
            self.troubles.append(f"console: {message.text} ({where})")

    def _see(self, response: Response) -> None:
        if response.status >= 500:
            self.troubles.append(f"answer: {response.status} {response.url}")


class Desk:
    """The browser, with a context for each person who sits down at it."""

    def __init__(self, *, playwright: Playwright, url: str, watch: Watch) -> None:
        self.url, self.watch = url, watch
        self._browser: Browser = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))

    def context(self, *, width: int = WIDE, **options: Any) -> BrowserContext:
        """Open a context of its own: nobody is signed in."""
        context = self._browser.new_context(
            base_url=self.url, viewport={"width": width, "height": 900}, reduced_motion="reduce", **options
        )
        context.set_default_timeout(20_000)
        self.watch.attach(context)
        return context

    def sign_in(self, *, place: Place, role: Role) -> Page:
        """Sign in the person of a role through the sign-in page; returns the page they land on."""
        page = self.context().new_page()
        page.goto("/accounts/login/")
        page.get_by_label("Email").fill(place.email(role))
        page.get_by_label("Password", exact=True).fill(place.password)
        page.get_by_role("main").get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"**/d/{place.slug}/**")
        return page

    def settle(self) -> None:
        """Let every open page say what it has to say."""
        for context in self._browser.contexts:
            for page in context.pages:
                page.evaluate("0")

    def close(self) -> None:
        self._browser.close()


def is_drawn(page: Page) -> None:
    """Wait until charts are drawn and htmx rests."""
    page.wait_for_load_state("load")
    page.wait_for_function(
        "() => !document.querySelector('[data-chart]:not([data-drawn=yes])')"
        " && !document.querySelector('.htmx-request, .htmx-settling, .htmx-swapping')"
    )
