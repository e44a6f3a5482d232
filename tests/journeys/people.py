"""What people of the loop do on pages, each at a browser of their own. Judges nothing by itself."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import openpyxl  # type: ignore[import-untyped]
from playwright.sync_api import FilePayload, Locator, Page

from tests.journeys.browser import is_drawn
from tests.journeys.site import wait_for

TableRows = list[list[str]]


class Unreloaded:
    """A page that must stay the same document however its figures change."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.documents = 0
        self.badges = page.locator("#freshness")
        page.evaluate("window.srmOpenedAt = performance.timeOrigin")
        page.on("domcontentloaded", self._count)

    def assert_same(self) -> None:
        """Fail when the document was loaded again since."""
        assert self.page.evaluate("window.srmOpenedAt === performance.timeOrigin"), "the page was reloaded"
        assert self.documents == 0, "the page was reloaded"

    def _count(self, _page: Page) -> None:
        self.documents += 1


def upload(page: Page, *, slug: str, filename: str, content: bytes) -> None:
    """Upload a file in the browser and wait for the preview of what it would change."""
    page.goto(f"/d/{slug}/data/")
    page.locator("input[type=file]").set_input_files(
        FilePayload(name=filename, mimeType="application/octet-stream", buffer=content)
    )
    page.get_by_role("button", name="Upload", exact=True).click()
    page.wait_for_url("**/data/uploads/**")
    page.get_by_role("button", name="Confirm and import").wait_for(timeout=90_000)


def confirm(page: Page) -> None:
    page.get_by_role("button", name="Confirm and import").click()


def wait_until_imported(page: Page) -> None:
    """Wait for the page to say by itself that the import is done."""
    page.get_by_role("heading", name="Where it counts").wait_for(timeout=120_000)


def fill(page: Page, values: dict[str, str]) -> None:
    """Fill the fields of the page's form by their labels; a list is chosen from by its words."""
    for label, value in values.items():
        found = page.locator("main").get_by_label(label, exact=True)
        if found.evaluate("one => one.tagName") == "SELECT":
            found.select_option(label=value)
        else:
            found.fill(value)


def cost_rows(page: Page) -> list[tuple[str, str, Decimal, Decimal, Decimal, Decimal]]:
    """Read the table of ledger cost as it stands on an initiative's page, every figure exact."""
    rows = []
    for row in page.locator("#cost-years tbody tr").all():
        year, kind = (words(cell) for cell in row.locator("th, td").all()[:2])
        direct, indirect, total, elsewhere = (exact(cell) for cell in row.locator("data.money").all())
        rows.append((year, kind, direct, indirect, total, elsewhere))
    return rows


def words(cell: Locator) -> str:
    """Return a cell's words without its notes and marks."""
    return str(
        cell.evaluate(
            """one => {
              const copy = one.cloneNode(true);
              for (const note of copy.querySelectorAll(".cellnote, .forecastmark")) note.remove();
              return copy.textContent.trim();
            }"""
        )
    )


def exact(money: Locator) -> Decimal:
    return Decimal(money.get_attribute("value") or "")


def exported_csv(page: Page, *, caption: str) -> TableRows:
    """Return the rows of a table's CSV, by the link on the page."""
    answer = page.context.request.get(_link(page, f"Download CSV: {caption}"))
    assert answer.status == 200
    return list(csv.reader(io.StringIO(answer.body().decode("utf-8-sig"))))[1:]


def exported_xlsx(page: Page, *, caption: str) -> list[list[object]]:
    """Return the rows of a table's workbook, by the link on the page."""
    answer = page.context.request.get(_link(page, f"Download XLSX: {caption}"))
    assert answer.status == 200
    book = openpyxl.load_workbook(io.BytesIO(answer.body()))
    return [list(row) for row in book.worksheets[0].iter_rows(min_row=2, values_only=True)]


def _link(page: Page, label: str) -> str:
    return page.locator(f'a[aria-label="{label}"]').get_attribute("href") or ""


def wait_for_text(page: Page, selector: str, text: str, *, seconds: float = 60) -> None:
    """Wait until a part of the page holds a text, without touching the page."""
    wait_for(
        lambda: text in (page.locator(selector).first.text_content() or ""),
        what=f"{text!r} in {selector}",
        seconds=seconds,
        hint=lambda: (page.locator(selector).first.text_content() or "")[:400],
    )
    is_drawn(page)
