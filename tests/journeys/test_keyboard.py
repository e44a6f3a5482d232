"""The budget director's way with the keyboard alone: sign in, skip, navigate, open, enter dollars."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, Request

from districts.access.permissions import Role
from tests.journeys.browser import Desk, is_drawn
from tests.journeys.people import wait_for_text
from tests.journeys.site import Place

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]

MOST_STOPS = 200
_FOCUSED = """() => {
  const one = document.activeElement, style = getComputedStyle(one), box = one.getBoundingClientRect();
  return {
    name: (one.getAttribute("aria-label") || one.labels?.[0]?.textContent || one.textContent).trim().replace(/\\s+/g, " "),
    tag: one.tagName.toLowerCase(), id: one.id,
    isOutlined: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    isInView: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight,
    isInMain: document.querySelector("main")?.contains(one) ?? false,
    value: one.value,
  };
}"""


def test_work_with_the_keyboard_alone(desk: Desk, bay: Place) -> None:
    page = desk.context().new_page()
    page.goto("/accounts/login/")
    _sign_in(page, bay)
    _skip_to_the_content(page)
    _tab_to(page, "Title I schools", tag="a")
    page.keyboard.press("Enter")
    page.wait_for_url("**/initiatives/**")
    is_drawn(page)
    _tab_to(page, "Budget", tag="a")
    page.keyboard.press("Enter")
    page.wait_for_url("**/budget/")
    _tab_to(page, "Allocations", tag="a")
    page.keyboard.press("Enter")
    page.wait_for_url("**/allocations/**")
    _enter_dollars(page)
    page.context.close()


def test_judge_with_the_keyboard_alone(desk: Desk, bay: Place) -> None:
    """A month of check-ins is typed and saved; a plan is locked, a decision opened, all by Tab and Enter."""
    page = desk.sign_in(place=bay, role=Role.CABINET)
    locked = bay.objects["diagnostics:plan-replace.initiative_id"][0]
    drafted = bay.objects["diagnostics:plan-lock.initiative_id"][0]
    page.goto(f"/d/{bay.slug}/initiatives/{locked}/check-ins/?month=2023-12")
    for name, value in (("Planned", "12"), ("Delivered", "9")):
        _tab_to(page, rf"{name}, .*", tag="input")
        page.keyboard.type(value)
    page.keyboard.press("Enter")  # of sixty schools, five cells each: Enter saves from any of them
    page.get_by_text("Check-ins of December 2023: 1 saved.").wait_for()
    page.goto(f"/d/{bay.slug}/initiatives/{drafted}/plan/lock/")
    _tab_to(page, "Lock the plan", tag="button")
    page.goto(f"/d/{bay.slug}/decisions/")
    _tab_to(page, "Title I schools", tag="a")
    page.keyboard.press("Enter")
    page.wait_for_url("**/decisions/*-*/")
    page.context.close()


def test_a_lost_outline_would_be_noticed(desk: Desk) -> None:
    """A mutant: a page whose focus cannot be seen."""
    page = desk.context().new_page()
    page.goto("/accounts/login/")
    page.evaluate(
        """() => {
          const sheet = new CSSStyleSheet();
          sheet.replaceSync("*:focus { outline: none !important }");
          document.adoptedStyleSheets = [sheet];
        }"""
    )
    with pytest.raises(AssertionError, match="no visible focus"):
        _tab_to(page, "Password", tag="input")
    page.context.close()


def _sign_in(page: Page, place: Place) -> None:
    _tab_to(page, "Email", tag="input")
    page.keyboard.type(place.email(Role.BUDGET_DIRECTOR))
    _tab_to(page, "Password", tag="input")
    page.keyboard.type(place.password)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/d/{place.slug}/")
    is_drawn(page)


def _skip_to_the_content(page: Page) -> None:
    page.keyboard.press("Tab")
    assert _focused(page)["name"] == "Skip to the content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert _focused(page)["isInMain"]


def _enter_dollars(page: Page) -> None:
    """Arrows and Enter move between cells and save what changed; Escape puts back what was there."""
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
    grid = page.locator("table[data-grid]")
    cells = grid.locator("tbody tr").nth(0).locator("input.grid__input").count()
    assert cells > 1
    _tab_to(page, r".*, dollars", tag="input")
    first = _focused(page)["name"]
    page.keyboard.press("ArrowDown")
    below = _focused(page)
    assert below["name"].partition(" from ")[2] == first.partition(" from ")[2]
    assert below["name"] != first
    page.keyboard.press("Control+a")
    page.keyboard.type("123456.78")
    page.keyboard.press("Escape")
    assert _focused(page)["value"] == below["value"]
    page.keyboard.press("ArrowUp")
    assert _focused(page)["name"] == first
    assert sent == []
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Control+a")
    page.keyboard.type("123,456.78")
    page.keyboard.press("Enter")
    wait_for_text(page, "#grid-status", "$123,456.78")
    assert len(sent) == 1
    assert _focused(page)["name"] not in (first, below["name"])
    page.keyboard.press("ArrowUp")
    assert _focused(page)["value"] == "123,456.78"
    page.keyboard.press("End")
    page.keyboard.press("ArrowRight")
    beside = _focused(page)["name"]
    assert beside.partition(" from ")[0] == below["name"].partition(" from ")[0] and beside != below["name"]
    page.keyboard.press("Home")
    page.keyboard.press("ArrowLeft")
    assert _focused(page)["name"] == below["name"]
    page.keyboard.press("Control+a")
    page.keyboard.type(below["value"]) if below["value"] else page.keyboard.press("Delete")
    page.keyboard.press("ArrowDown")
    wait_for_text(page, "#grid-status", f"${below['value']}" if below["value"] else "nothing")
    assert len(sent) == 2


def _tab_to(page: Page, name: str, *, tag: str) -> None:
    """Press Tab until a thing of that name has the focus, which must be seen at every stop."""
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        focused = _focused(page)
        if focused["tag"] == "body":
            continue
        assert focused["isOutlined"] and focused["isInView"], f"no visible focus on {focused}"
        if focused["tag"] == tag and re.fullmatch(name, focused["name"]):
            return
    raise AssertionError(f"{name!r} cannot be reached with the Tab key on {page.url}")


def _focused(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate(_FOCUSED)
    return found
