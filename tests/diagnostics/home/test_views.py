"""Home as a page: who may see it, what it costs, its badge, its export."""

from __future__ import annotations

import csv
import io

import pytest
from django.test import Client

from districts.access.permissions import Role
from districts.models import AuditEvent, CalculationRun, SavedView
from districts.pipeline.marks import mark
from districts.tenancy import district_scope
from tests.cast import Cast
from tests.diagnostics.scene import NOVEMBER, Scene, make_scene, own_queries

HOME = "/d/bay/"
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def scene(bay: Cast) -> Scene:
    with district_scope(bay.district.pk, cause="test"):
        return make_scene(bay)


@pytest.fixture
def cabinet(bay: Cast, scene: Scene) -> Client:
    return bay.client(Role.CABINET)


def test_home_show_asks_the_database_four_times(cabinet: Client) -> None:
    assert len(own_queries(cabinet, HOME)) <= 4


def test_home_show_says_the_answer_first(cabinet: Client) -> None:
    page = cabinet.get(HOME).content.decode()
    answer = page.index("is tied to strategic goals through 2 initiatives")
    assert answer < page.index("Strategic goals and the dollars behind them")


def test_home_show_board_member_is_refused(bay: Cast, scene: Scene) -> None:
    assert bay.client(Role.BOARD_MEMBER).get(HOME).status_code == 403


def test_home_show_of_another_district_is_not_there(valley: Cast, scene: Scene) -> None:
    assert valley.client(Role.CABINET).get(HOME).status_code == 404


def test_home_show_exports_the_rows_of_the_page_with_exact_dollars(cabinet: Client) -> None:
    response = cabinet.get(f"{HOME}?q=tutor&export=csv")
    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert [row[:4] for row in rows] == [
        ["Initiative", "Strategic goal", "Spent (FY2024)", "Budget (FY2025, forecast)"],
        ["Tutoring", "Every student comes to school", "650000.25", "700000.00"],
    ]


def test_home_show_poll_answers_nothing_while_nothing_changed(cabinet: Client) -> None:
    token = cabinet.get(HOME).context["freshness"].token
    assert cabinet.get(f"{HOME}?seen={token}", **HTMX).status_code == 204


def test_home_show_poll_tells_of_pending_work_without_a_refresh(bay: Cast, cabinet: Client) -> None:
    token = cabinet.get(HOME).context["freshness"].token
    with district_scope(bay.district.pk):
        mark(name="goals")
    response = cabinet.get(f"{HOME}?seen={token}", **HTMX)
    assert "Updating…" in response.content.decode()
    assert "HX-Trigger-After-Settle" not in response.headers


def test_home_show_poll_sends_word_when_numbers_changed(bay: Cast, cabinet: Client) -> None:
    token = cabinet.get(HOME).context["freshness"].token
    with district_scope(bay.district.pk):
        CalculationRun.objects.create(
            calculation="trend", version="1", state="done", started_at=NOVEMBER, finished_at=NOVEMBER
        )
    response = cabinet.get(f"{HOME}?seen={token}", **HTMX)
    assert response.headers["HX-Trigger-After-Settle"] == '{"numbers-changed": {}}'


def test_home_show_reading_writes_nothing(bay: Cast, cabinet: Client) -> None:
    cabinet.get(HOME)
    with district_scope(bay.district.pk):
        before = AuditEvent.objects.count()
        assert SavedView.objects.count() == 0
    cabinet.get(HOME)
    with district_scope(bay.district.pk):
        assert (AuditEvent.objects.count(), SavedView.objects.count()) == (before, 0)


def test_home_seen_records_the_visit(bay: Cast, cabinet: Client) -> None:
    assert cabinet.get("/d/bay/seen/").status_code == 405
    assert cabinet.post("/d/bay/seen/").status_code == 204
    with district_scope(bay.district.pk):
        assert SavedView.objects.get().user == bay.people[Role.CABINET]
