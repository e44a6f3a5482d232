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
    with desk.watch.expecting("422"):
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
    with desk.watch.expecting("422"):
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
    expect(page.get_by_role("main")).to_contain_text("is nothing again")
    expect(page.locator("tfoot tr").last).not_to_contain_text("Over by")


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
