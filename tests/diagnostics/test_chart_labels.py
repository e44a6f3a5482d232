"""Labels of charts in a real browser: none runs into another or out of the chart, on a phone or a desk."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.template.loader import render_to_string
from playwright.sync_api import Browser, Route, sync_playwright

from districts.charts import PERCENT, Figure, Series, bar_stacked, line_trend
from tests.data import ROOT, chromium
from tests.journeys.browser import FLAGS

ADDRESS = "http://charts.test/"
TITLE_ONE = {
    "FY2019": (21_410_334, 0),
    "FY2020": (18_204_001, 0),
    "FY2021": (17_822_190, 0),
    "FY2022": (16_301_882, 0),
    "FY2023": (18_733_002, 1_204_100),
    "FY2024": (19_012_345, 2_404_100),
    "FY2025 estimate": (19_112_345, 2_400_100),
    "FY2026 budget": (18_912_345, 2_300_100),
}
_COLLISIONS = """() => {
  const chart = document.querySelector("[data-chart]");
  const outer = chart.getBoundingClientRect();
  const boxes = [...chart.querySelectorAll("svg text")]
    .filter((one) => one.textContent.trim() && !one.closest(".hoverlayer"))
    .map((one) => ({ text: one.textContent, box: one.getBoundingClientRect() }))
    .filter(({ box }) => box.width > 0);
  const found = [];
  for (const [place, one] of boxes.entries()) {
    if (one.box.left < outer.left - 1 || one.box.right > outer.right + 1) found.push(`${one.text} leaves the chart`);
    for (const other of boxes.slice(place + 1)) {
      const apart = one.box.right <= other.box.left || other.box.right <= one.box.left
        || one.box.bottom <= other.box.top + 2 || other.box.bottom <= one.box.top + 2;
      if (!apart) found.push(`${one.text} runs into ${other.text}`);
    }
  }
  return found;
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = chromium()
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield opened
        opened.close()


def cost_figure(years: int) -> Figure:
    names = list(TITLE_ONE)[-years:]
    sources = (
        "3010 ESSA: Title I, Part A, Basic Grants Low-Income",
        "3150 ESSA: Title I, Schoolwide Programs",
    )
    return bar_stacked(
        key="cost",
        label="Ledger cost",
        caption="",
        x=names,
        series=[
            Series(name=source, values=tuple(Decimal(TITLE_ONE[name][n]) for name in names))
            for n, source in enumerate(sources)
        ],
        forecast=[name for name in names if " " in name],
    )


def draw(browser: Browser, *, figure: Figure, width: int) -> list[str]:
    """Draw a chart as a page does; return which of its labels collide or leave it."""
    chart = render_to_string("components/chart.html", {"figure": figure})
    style = (ROOT / "static/build/css/srm.css").read_text()
    html = (
        f'<!doctype html><style>{style}</style><body><main class="usa-layout page">{chart}</main>'
        f'<script src="/charts.js" data-plotly="/plotly.js"></script></body>'
    )
    files = {
        "charts.js": (ROOT / "static/src/js/charts.js").read_text(),
        "plotly.js": (ROOT / "static/build/vendor/plotly-basic.min.js").read_text(),
        "": html,
    }

    def answer(route: Route) -> None:
        name = route.request.url.removeprefix(ADDRESS)
        kind = "text/javascript" if name.endswith(".js") else "text/html"
        route.fulfill(body=files.get(name, ""), content_type=f"{kind}; charset=utf-8")

    page = browser.new_page(viewport={"width": width, "height": 900})
    page.route("**/*", answer)
    page.goto(ADDRESS)
    page.wait_for_selector("[data-drawn=yes]")
    page.wait_for_timeout(200)
    found: list[str] = page.evaluate(_COLLISIONS)
    page.close()
    return found


@pytest.mark.parametrize("width", [320, 390, 640, 700, 1280])
@pytest.mark.parametrize("years", [1, 2, 4, 6, 8])
def test_labels_of_a_cost_chart_keep_apart(browser: Browser, years: int, width: int) -> None:
    assert draw(browser, figure=cost_figure(years), width=width) == []


@pytest.mark.parametrize("width", [320, 390, 700, 1280])
def test_labels_of_an_outcome_chart_keep_apart(browser: Browser, width: int) -> None:
    years = tuple(f"20{n}–{n + 1}" for n in range(16, 24))
    figure = line_trend(
        key="outcome",
        label="Chronic absenteeism",
        caption="",
        x=years,
        series=[
            Series(name="Schools it serves", values=(18.1, 19.0, 20.2, None, 31.4, 36.0, 34.2, 30.1)),
            Series(name="District", values=(15.1, 15.2, 17.2, None, 28.4, 29.0, 27.2, 24.1), colour=7),
        ],
        unit=PERCENT,
        target=18.0,
    )
    assert draw(browser, figure=figure, width=width) == []
