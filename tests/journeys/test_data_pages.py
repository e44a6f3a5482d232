"""A person and the data pages in a real browser: odd ledgers, keyboard only, no JavaScript, a worker away."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from districts.access.permissions import Role
from tests.data import ROOT
from tests.journeys.browser import NARROW, WIDE, Desk
from tests.journeys.layouts import LAYOUTS, Layout
from tests.journeys.site import Place, Site

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
AXE = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text()
LEDGER = "Fund,Function,Object,School,Fiscal Year,Type,Amount\n01,1000,1100,009,{year},Actual,1200.50\n"


@pytest.fixture(scope="module")
def place(site: Site) -> Place:
    return site.place("data")


@pytest.fixture(scope="module")
def manager(desk: Desk, place: Place) -> Iterator[Page]:
    page = desk.sign_in(place=place, role=Role.DATA_MANAGER)
    yield page
    page.context.close()


def home(place: Place) -> str:
    return f"/d/{place.slug}/data/"


def send(page: Page, place: Place, *files: tuple[str, bytes]) -> None:
    page.goto(home(place))
    page.get_by_label("Files to upload").set_input_files(
        [{"name": name, "mimeType": "text/csv", "buffer": content} for name, content in files]
    )
    with page.expect_navigation():
        page.get_by_role("button", name="Upload", exact=True).click()


def answer(page: Page, name: str, value: str) -> None:
    field = page.locator(f"[name='q-{name}']")
    if not field.is_visible():
        page.locator("details", has=field).locator("summary").click()
    if field.evaluate("e => e.tagName") == "SELECT":
        field.select_option(value)
    else:
        field.fill(value)


def is_ready(page: Page) -> None:
    expect(page).to_have_title(re.compile("Ready to confirm"), timeout=60_000)


def has_no_axe_violation(page: Page) -> None:
    for width in (WIDE, NARROW):
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate(AXE)
        found = page.evaluate(
            "async () => (await axe.run()).violations.map(v => v.id + ': ' + v.nodes[0].html)"
        )
        assert found == [], f"{width} px of {page.url}"
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.set_viewport_size({"width": WIDE, "height": 900})


@pytest.mark.parametrize("make", LAYOUTS, ids=lambda make: make.__name__)
def test_an_odd_ledger_loads_through_the_mapping_page_alone(
    manager: Page, place: Place, make: Callable[[], Layout]
) -> None:
    layout, page = make(), manager
    send(page, place, (layout.filename, layout.content))
    if layout.is_asked_for_kind:
        has_no_axe_violation(page)
        page.get_by_text("Ledger or budget (any layout)", exact=True).click()
        page.get_by_role("button", name="Go on").click()
    has_no_axe_violation(page)
    for name, value in layout.answers.items():
        answer(page, name, value)
    expect(page.locator("#reading")).to_contain_text("No problem in the first")
    expect(page.locator("#reading")).to_contain_text("The first rows, as they would be loaded")
    has_no_axe_violation(page)
    page.get_by_role("button", name="Save and read the file").click()
    is_ready(page)
    has_no_axe_violation(page)
    shown = {
        part.locator("h3").inner_text(): Decimal(re.sub("[^0-9.]", "", part.locator("dd").first.inner_text()))
        for part in page.locator(".slice").all()
    }
    assert shown == layout.sums
    page.get_by_role("button", name="Confirm and import").dblclick()
    expect(page).to_have_title(re.compile("Imported"), timeout=60_000)
    has_no_axe_violation(page)


def test_a_refused_map_says_what_is_missing_beside_the_question(
    manager: Page, place: Place, desk: Desk
) -> None:
    page = manager
    send(page, place, ("no year.csv", b"Fund,Object,Amount\n01,1100,5.00\n01,1200,6.00\n"))
    with desk.watch.expecting("status of 422"):
        page.get_by_role("button", name="Save and read the file").click()
        expect(page.locator("[data-error-summary]")).to_be_focused()
    link = page.locator("[data-error-summary] a").first
    link.click()
    expect(page.locator("[name='q-fiscal_year_value']")).to_be_focused()
    has_no_axe_violation(page)


def test_a_character_changed_cuts_the_account_anew(manager: Page, place: Place) -> None:
    page = manager
    send(
        page,
        place,
        ("cut.csv", b"Account,FY,Type,Amount\n01-1000.1100,2024,Actual,5\n01-2000.4300,2024,Actual,6\n"),
    )
    answer(page, "account_delimiter", "-")
    expect(page.get_by_label("Part 2: 1000.1100, 2000.4300")).to_be_visible()
    answer(page, "account_delimiter", ".")
    expect(page.get_by_label("Part 1: 01-1000, 01-2000")).to_be_visible()
    answer(page, "account_parts-1", "function")
    answer(page, "account_parts-2", "object")
    expect(page.locator("#reading tbody tr").first).to_contain_text("01-1000")


def test_files_are_dropped_and_each_lands(manager: Page, place: Place) -> None:
    page = manager
    page.goto(home(place))
    data = page.evaluate_handle(
        """() => { const data = new DataTransfer();
        data.items.add(new File(["Code,Title\\n01,General\\n"], "funds.csv"));
        data.items.add(new File(["colour,shape\\nred,round\\n"], "shapes.csv"));
        return data; }"""
    )
    page.dispatch_event(".dropzone", "drop", {"dataTransfer": data})
    expect(page.locator("[data-chosen] li")).to_have_count(2)
    with page.expect_navigation():
        page.get_by_role("button", name="Upload", exact=True).click()
    expect(page.get_by_role("status").first).to_contain_text("2 files are here.")
    expect(page.get_by_role("link", name="Say what it is: shapes.csv")).to_be_visible()
    has_no_axe_violation(page)


def test_a_ledger_goes_in_by_keyboard_alone(manager: Page, place: Place, tmp_path: Path) -> None:
    page = manager
    page.goto(home(place))
    page.get_by_label("Files to upload").set_input_files(
        [{"name": "keys.csv", "mimeType": "text/csv", "buffer": LEDGER.format(year=2019).encode()}]
    )
    press(page, "Upload")
    page.wait_for_url("**/map/")
    press(page, "Save and read the file")
    is_ready(page)
    press(page, "Confirm and import")
    expect(page).to_have_title(re.compile("Imported"), timeout=60_000)
    press(page, "Undo this import")
    page.wait_for_url("**/undo/")
    press(page, "Undo this import")
    expect(page).to_have_title(re.compile("Undone"))


def press(page: Page, label: str) -> None:
    """Reach a button or link by Tab, and press Enter on it."""
    page.wait_for_load_state()
    for _ in range(150):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.innerText?.trim()") == label:
            page.keyboard.press("Enter")
            return
    raise AssertionError(f"“{label}” cannot be reached by Tab on {page.url}")


def test_everything_works_without_javascript(desk: Desk, place: Place, manager: Page, site: Site) -> None:
    context = desk.context(java_script_enabled=False, storage_state=manager.context.storage_state())
    page = context.new_page()
    send(page, place, ("plain.csv", b"Fund,Object,Amount\n01,1100,5.00\n01,1200,6.00\n"))
    page.locator("[name='q-fiscal_year_value']").fill("2018")
    page.locator("[name='q-kind_value']").select_option("budget")
    page.get_by_role("button", name="Show how it is read").click()
    expect(page.locator("#reading")).to_contain_text("No problem in the first 2 rows.")
    page.get_by_role("button", name="Save and read the file").click()
    site.wait_until_quiet(place)
    page.reload()
    is_ready(page)
    page.get_by_role("button", name="Confirm and import").click()
    site.wait_until_quiet(place)
    page.reload()
    expect(page.get_by_text("2 amounts are loaded and checked.")).to_be_visible()
    context.close()


def test_a_file_waits_for_a_worker_and_goes_on_by_itself(manager: Page, place: Place, site: Site) -> None:
    page, own = manager, LEDGER.replace("School", "Site")
    send(page, place, ("first.csv", own.format(year=2017).encode()))
    page.get_by_role("button", name="Save and read the file").click()
    is_ready(page)
    site.pause_worker()
    try:
        send(page, place, ("second.csv", own.format(year=2016).encode()))
        expect(page.get_by_text("The file is here and is being read.")).to_be_visible()
        has_no_axe_violation(page)
    finally:
        site.resume_worker()
    is_ready(page)
    expect(page.get_by_text("was replayed, so nobody had to map them again")).to_be_visible()


def test_lists_hold_no_axe_violation(manager: Page, place: Place) -> None:
    for name in ("", "feeds/", "problems/", "maps/"):
        manager.goto(home(place) + name)
        has_no_axe_violation(manager)
