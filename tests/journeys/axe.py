"""What a page must keep for everyone: axe-core's rules, a heading, a title, no sideways scrolling.

axe is brought in through the debugger, which the page's security policy does not and need not allow.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from playwright.sync_api import Page

from tests.data import ROOT
from tests.journeys.browser import NARROW, WIDE, is_drawn

SCRIPT = ROOT / "node_modules" / "axe-core" / "axe.min.js"
REQUIRED = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
ADVICE = "best-practice"
_RUN = """async (tags) => {
  const found = await axe.run(document, {runOnly: {type: "tag", values: tags}, resultTypes: ["violations"]});
  return found.violations.map((one) => ({
    id: one.id, tags: one.tags, help: one.help, count: one.nodes.length,
    nodes: one.nodes.slice(0, 3).map((node) => `${node.target.join(" ")}: ${node.failureSummary}`),
  }));
}"""
_LOOK = """() => ({
  headings: document.querySelectorAll("h1").length,
  title: document.title,
  mains: document.querySelectorAll("main").length,
  language: document.documentElement.lang,
  sideways: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  widest: [...document.querySelectorAll("body *")].filter((one) => {
    const box = one.getBoundingClientRect();
    return box.width && box.right > document.documentElement.clientWidth + 1 && !one.closest(".tablescroll");
  }).slice(0, 3).map((one) => `${one.tagName.toLowerCase()}.${one.className}`),
})"""
_OPEN = """() => {
  for (const one of document.querySelectorAll("details:not([data-menu]):not([open])")) one.open = true;
}"""


@dataclass(frozen=True)
class Problem:
    """One thing wrong with one page at one width."""

    page: str
    width: int
    what: str

    def __str__(self) -> str:
        return f"{self.page} at {self.width} px: {self.what}"


@cache
def axe_script() -> str:
    return SCRIPT.read_text(encoding="utf-8")


def audit(page: Page, *, name: str, widths: tuple[int, ...] = (WIDE, NARROW)) -> list[Problem]:
    """Look at the page as it stands, at each width in turn, every disclosure open."""
    page.evaluate(axe_script())
    problems = []
    for width in widths:
        if page.viewport_size and page.viewport_size["width"] != width:
            page.set_viewport_size({"width": width, "height": 900})
        page.evaluate(_OPEN)
        is_drawn(page)
        problems += [Problem(name, width, what) for what in _look(page)]
        for one in run_axe(page, tags=REQUIRED):
            what = f"axe {one['id']} ({one['help']}), {one['count']} times: {one['nodes']}"
            problems.append(Problem(name, width, what))
    return problems


def run_axe(page: Page, *, tags: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return axe's violations of the rules with one of the tags."""
    found: list[dict[str, Any]] = page.evaluate(_RUN, list(tags))
    return found


def _look(page: Page) -> list[str]:
    seen = page.evaluate(_LOOK)
    problems = []
    if seen["headings"] != 1:
        problems.append(f"{seen['headings']} headings of level one")
    if not seen["title"].strip() or seen["title"].startswith("·"):
        problems.append(f"no title of its own: {seen['title']!r}")
    if seen["mains"] != 1 or seen["language"] != "en":
        problems.append(f"{seen['mains']} main parts, language {seen['language']!r}")
    if seen["sideways"] > 0:
        problems.append(f"scrolls sideways by {seen['sideways']} px: {seen['widest']}")
    return problems
