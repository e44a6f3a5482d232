"""The budget director at work in a browser: find a figure and its file, code dollars, give them out by keyboard."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from districts.access.permissions import Role
from tests.journeys.browser import Desk, is_drawn
from tests.journeys.site import Place

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]


@pytest.fixture
def page(desk: Desk, bay: Place) -> Iterator[Page]:
    """A page of the budget director's, at the ledger."""
    page = desk.sign_in(place=bay, role=Role.BUDGET_DIRECTOR)
    page.goto(f"/d/{bay.slug}/budget/")
    yield page
    page.context.close()


def test_what_was_spent_on_title_i_and_from_which_file(page: Page) -> None:
    page.get_by_label("Code or title").fill("Title I, Part A")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator(".pagehead__lead")).to_have_text(
        re.compile(
            r"In FY2024 the district spent \$18\.5M on resource codes and titles with “Title I, Part A”\."
        )
    )
    expect(page.locator(".pagehead__note").first).to_contain_text("_A_2023-24_")
    is_drawn(page)
    expect(page.get_by_role("img", name=re.compile("Spending by resource"))).to_be_visible()
    page.get_by_role("link", name=re.compile("^Rows of 3010")).click()
    expect(page.locator(".pagehead__lead")).to_have_text(re.compile(r"98 ledger rows add up to \$11\.4M"))


def test_a_rule_is_seen_before_it_is_saved_and_moved_by_keyboard(page: Page, bay: Place) -> None:
    page.goto(f"/d/{bay.slug}/budget/rules/new/")
    page.get_by_label("Whose dollars they are").select_option(label="Core operations (no initiative)")
    page.get_by_label("Words of a title").press_sequentially("indian education", delay=20)
    page.get_by_role("button", name="Add Resource 4510").click()
    expect(page.get_by_label("Resource")).to_have_value("4510")
    expect(page.locator("#preview-rows")).to_contain_text("FY2024 actual")
    expect(page.locator("#rule-preview")).to_contain_text("This changes figures of")
    page.get_by_label("Name of the rule").fill("Probe of a rule")
    page.get_by_label("Name of the rule").press("Enter")
    page.wait_for_url("**/budget/rules/")
    up = page.get_by_role("button", name="Move Probe of a rule up")
    row = page.get_by_role("row").filter(has_text="Probe of a rule")
    place = int(row.get_by_role("cell").first.inner_text())
    up.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="is now number")).to_contain_text(f"number {place - 1}")
    expect(up).to_be_focused()
    page.get_by_role("link", name="Archive Probe of a rule").click()
    expect(page.get_by_role("main")).to_contain_text("Core operations")
    page.get_by_role("button", name="Archive rule").click()
    expect(page.get_by_role("main")).to_contain_text("“Probe of a rule” is archived")


def test_a_rule_that_cannot_be_kept_is_refused_with_words(page: Page, bay: Place, desk: Desk) -> None:
    page.goto(f"/d/{bay.slug}/budget/rules/new/?resource=3182")
    page.get_by_label("Share, in percent").fill("140")
    expect(page.locator("#rule-preview")).to_contain_text("Give a share above 0% and up to 100%.")
    with desk.watch.expecting("422"):
        page.locator("#rule-form").get_by_role("button", name="Save rule").last.click()
        expect(page.get_by_role("alert")).to_contain_text("Choose whose dollars these are.")


def test_allocations_are_entered_by_keyboard_alone(page: Page, bay: Place, desk: Desk) -> None:
    page.goto(f"/d/{bay.slug}/budget/allocations/?sources=all&source=3182")
    first, second = page.locator("input.grid__input").nth(0), page.locator("input.grid__input").nth(1)
    remaining = page.locator("tfoot tr").last
    first.focus()
    with desk.watch.expecting("422"):  # two refusals; the browser may tell of each a moment later
        page.keyboard.type("99,000,000")
        page.keyboard.press("Enter")
        expect(second).to_be_focused()
        expect(page.locator(".cellproblem")).to_contain_text("$99,000,000.00 is more than the")
        page.get_by_role("button", name="Save it all the same").press("Enter")
        expect(page.locator(".cellproblem")).to_have_count(0)
        expect(remaining).to_contain_text("Over by $")
        expect(page.locator("#grid-status")).to_contain_text("more is given out of 3182 than this budget has")
        expect(first).to_have_class(re.compile("is-saved"))
        page.keyboard.press("ArrowUp")
        expect(first).to_be_focused()
        page.keyboard.type("lots")
        page.keyboard.press("Tab")
        expect(page.locator("#grid-status")).to_contain_text("Not saved.")
        expect(first).to_have_attribute("aria-invalid", "true")
        expect(page.locator(".cellproblem")).to_contain_text("Give an amount in dollars")
        first.focus()
        page.keyboard.press("Escape")
        expect(page.locator(".cellproblem")).to_have_count(0)
        expect(first).to_have_value("99,000,000")
        page.get_by_role("button", name="Undo my last change").click()
        expect(page.locator("#grid-status")).to_contain_text("is nothing again")
        expect(first).to_have_value("")
        expect(page.locator("tfoot tr").last).not_to_contain_text("Over by")
        desk.settle()


def test_reading_and_one_allocation_need_no_javascript(desk: Desk, bay: Place, page: Page) -> None:
    context = desk.context(java_script_enabled=False, storage_state=page.context.storage_state())
    plain = context.new_page()
    for path in ("", "?year=all", "variance/", "rows/", "files/", "uncoded/", "rules/", "allocations/"):
        plain.goto(f"/d/{bay.slug}/budget/{path}")
        expect(plain.get_by_role("table").first).to_be_visible()
    plain.get_by_text("Enter one allocation, with a note").click()
    plain.get_by_label("Funding source", exact=True).select_option("3182")
    plain.get_by_role("main").get_by_label("Initiative", exact=True).last.select_option(index=1)
    plain.get_by_label("Amount in dollars").fill("1,000")
    plain.get_by_role("button", name="Save allocation").click()
    expect(plain.get_by_role("main")).to_contain_text("The allocation is saved.")
    plain.get_by_role("button", name="Undo my last change").click()
    expect(plain.get_by_role("main")).to_contain_text("is nothing again")
    context.close()


def test_on_a_phone_amounts_are_entered_and_undone_without_scrolling_sideways(page: Page, bay: Place) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"/d/{bay.slug}/budget/allocations/")
    assert _overflow(page) == [], "the grid fits a phone"
    assert _overflow(page, forced=True) != [], "a table that does not fit would be noticed"
    page.goto(f"/d/{bay.slug}/budget/allocations/")
    skip = page.get_by_role("link", name="Skip to the first amount")
    skip.focus()
    page.keyboard.press("Enter")
    first = page.locator("input.grid__input:visible").first
    expect(first).to_be_focused()
    before = first.input_value()
    page.keyboard.press("Control+a")
    page.keyboard.type("1,234")
    page.keyboard.press("Enter")
    expect(page.locator("#grid-status")).to_contain_text("$1,234.00")
    expect(first).not_to_be_focused()
    page.keyboard.press("Control+z")
    expect(page.locator("#grid-status")).to_contain_text("Undone: ")
    expect(first).to_be_focused()
    expect(first).to_have_value(before)
    source = page.get_by_label("Funding source to enter amounts of")
    name = source.locator("option").nth(1).inner_text()
    source.select_option(index=1)
    expect(page.locator("input.grid__input:visible").first).to_have_attribute(
        "aria-label", re.compile(rf" from {re.escape(name)}, dollars$")
    )


def test_the_ledger_of_every_year_fits_a_phone(page: Page, bay: Place) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"/d/{bay.slug}/budget/?year=all")
    is_drawn(page)
    assert _overflow(page) == []


def _overflow(page: Page, *, forced: bool = False) -> list[str]:
    """Name what is wider than its window, every closed part opened; forced makes one wide row first."""
    found: list[str] = page.evaluate(
        """(forced) => {
          document.querySelectorAll("main details").forEach((one) => { one.open = true; });
          if (forced) document.querySelector(".tablescroll table").style.minWidth = "900px";
          return [document.documentElement, ...document.querySelectorAll(".tablescroll")]
            .filter((one) => one.scrollWidth > one.clientWidth + 1)
            .map((one) => `${one.className}: ${one.scrollWidth} in ${one.clientWidth}`);
        }""",
        forced,
    )
    return found
