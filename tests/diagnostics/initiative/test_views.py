"""An initiative as a page: what it costs, who may see it, its exports, its past days."""

from __future__ import annotations

import csv
import html
import io

import pytest
from django.test import Client

from diagnostics.models import MetricResult
from districts.access.permissions import Role
from districts.tenancy import district_scope
from strategy.models import Goal, Initiative
from tests.cast import Cast
from tests.diagnostics.scene import NOVEMBER, Scene, compute, make_scene, own_queries
from tests.investments.facts import make_filing


@pytest.fixture
def scene(bay: Cast) -> Scene:
    with district_scope(bay.district.pk, cause="test"):
        return make_scene(bay)


@pytest.fixture
def page(scene: Scene) -> str:
    return f"/d/bay/initiatives/{scene.tutoring}/"


def rows_of(client: Client, address: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(client.get(address).content.decode("utf-8-sig"))))


def test_initiative_show_asks_the_database_at_most_four_times(bay: Cast, page: str) -> None:
    assert len(own_queries(bay.client(Role.CABINET), page)) <= 4


def test_initiative_show_says_the_verdict_first(bay: Cast, page: str) -> None:
    text = bay.client(Role.CABINET).get(page).content.decode()
    verdict = text.index("We cannot tell yet if Tutoring lowered chronic absenteeism.")
    assert verdict < text.index("What it costs")


def test_initiative_show_exports_cost_with_its_kinds(bay: Cast, page: str) -> None:
    rows = rows_of(bay.client(Role.CABINET), f"{page}?table=cost&export=csv")
    assert [row[:5] for row in rows[1:]] == [
        ["FY2024", "Actual", "600000.25", "50000.00", "650000.25"],
        ["FY2024", "Estimated actual", "780000.30", "0.00", "780000.30"],
        ["FY2025", "Budget", "700000.00", "0.00", "700000.00"],
    ]


def test_initiative_show_dates_files_by_the_districts_clock(bay: Cast, page: str) -> None:
    client = bay.client(Role.CABINET)
    rows = rows_of(client, f"{page}?table=files&export=csv")
    assert rows[1][3] == "2024-12-31", "midnight of Jan 1, 2025 in UTC is the day before in California"
    assert "Dec 31, 2024; " in client.get(page).content.decode()


def test_initiative_show_exports_its_schools(bay: Cast, page: str) -> None:
    rows = rows_of(bay.client(Role.CABINET), f"{page}?table=schools&export=csv")
    assert [(row[0], row[1], row[7]) for row in rows[1:]] == [
        ("Alamo", "20.0", "List of March"),
        ("Bryant", "40.0", "List of March"),
    ]


def test_initiative_show_of_another_district_is_not_there(bay: Cast, valley: Cast, scene: Scene) -> None:
    with district_scope(bay.district.pk):
        assert scene.tutoring
    assert valley.client(Role.CABINET).get(f"/d/valley/initiatives/{scene.tutoring}/").status_code == 404


def test_initiative_show_hides_links_a_lead_may_not_follow(bay: Cast, page: str) -> None:
    text = bay.client(Role.INITIATIVE_LEAD).get(page).content.decode()
    assert "actual_2024.dat" in text
    assert 'href="/d/bay/data/' not in text
    assert 'href="/d/bay/budget/' not in text
    assert "/edit/" not in text


def test_initiative_show_of_a_past_day_does_not_poll(bay: Cast, page: str) -> None:
    text = bay.client(Role.CABINET).get(f"{page}?as_of=2026-09-01").content.decode()
    assert "Figures as they were shown on Sep 1, 2026" in text
    assert 'id="freshness"' not in text


def test_initiative_show_with_a_day_that_is_none_shows_now(bay: Cast, page: str) -> None:
    response = bay.client(Role.CABINET).get(f"{page}?as_of=yesterday")
    assert response.context["as_of_day"] is None


def test_initiative_show_of_a_group_that_no_results_name_says_so(bay: Cast, scene: Scene, page: str) -> None:
    with district_scope(bay.district.pk, cause="test"):
        Goal.objects.filter(pk=scene.goal).update(group="nobody")
    text = bay.client(Role.CABINET).get(page).content.decode()
    assert "No results name the group “nobody”" in text
    assert "Groups with results: all." in text
    assert "No results of this metric have arrived" not in text


def test_initiative_show_names_the_only_group_with_results(bay: Cast, scene: Scene, page: str) -> None:
    with district_scope(bay.district.pk, cause="test"):
        MetricResult.objects.update(group="foster")
        compute(NOVEMBER)
    text = bay.client(Role.CABINET).get(page).content.decode()
    assert "No results name the group “all”" in text
    assert "Groups with results: foster." in text


def test_initiative_show_marks_a_jump_and_names_funds_and_the_source_of_its_schools(
    bay: Cast, scene: Scene, page: str
) -> None:
    with district_scope(bay.district.pk, cause="test"):
        make_filing([("01", "3010", "1110", "1100", "400000")], fiscal_year=2023)
        make_filing(
            [("01", "3010", "1110", "1100", "600000"), ("12", "3010", "1110", "1100", "60000")],
            fiscal_year=2024,
            name="corrected.dat",
        )
        Initiative.objects.filter(pk=scene.tutoring).update(grades="K-12")
        compute(NOVEMBER)
    text = html.unescape(bay.client(Role.CABINET).get(page).content.decode())
    assert "+65% from FY2023: check coding." in text
    assert "fund 01 $600K, fund 12 $60,000" in text
    assert "By: List of March." in text
