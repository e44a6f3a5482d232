"""The board's page: goals and initiatives in words, never a school, and nothing to change."""

from __future__ import annotations

import html
import re
from datetime import date

import pytest

from diagnostics.models import MetricResult
from districts.access.permissions import Role
from districts.models import School
from districts.tenancy import district_scope
from strategy.models import Initiative, InitiativeSchool
from tests.cast import Cast
from tests.diagnostics.facts import make_enrollment
from tests.diagnostics.scene import NOVEMBER, Scene, compute, make_scene, own_queries

BOARD = "/d/bay/board/"


@pytest.fixture
def scene(bay: Cast) -> Scene:
    with district_scope(bay.district.pk, cause="test"):
        return make_scene(bay)


def test_board_show_answers_in_one_sentence(bay: Cast, scene: Scene) -> None:
    page = bay.client(Role.BOARD_MEMBER).get(BOARD)
    assert page.context["board"].answer == (
        "The district spent $2.0M in FY2024; $650K of it is tied to its 1 strategic goal."
    )


def test_board_show_bands_add_up_to_all_spending(bay: Cast, scene: Scene) -> None:
    page = bay.client(Role.BOARD_MEMBER).get(BOARD)
    (trace,) = page.context["chart"].panels[0].plotly["data"]
    assert sum(trace["x"]) == pytest.approx(1_950_000.25)


def test_board_show_names_no_school(bay: Cast, scene: Scene) -> None:
    text = bay.client(Role.BOARD_MEMBER).get(BOARD).content.decode()
    assert "Tutoring" in text
    for school in ("Alamo", "Bryant", "Clarendon"):
        assert school not in text


def test_board_show_offers_nothing_to_change(bay: Cast, scene: Scene) -> None:
    text = bay.client(Role.BOARD_MEMBER).get(BOARD).content.decode()
    main = text[text.index("<main") : text.index("</main>")]
    assert "<form" not in main
    assert bay.client(Role.BOARD_MEMBER).get(f"/d/bay/initiatives/{scene.tutoring}/").status_code == 403


def test_board_show_asks_the_database_at_most_five_times(bay: Cast, scene: Scene) -> None:
    assert len(own_queries(bay.client(Role.BOARD_MEMBER), BOARD)) <= 5


def test_board_show_says_cost_per_student_as_the_initiative_page_does(bay: Cast, scene: Scene) -> None:
    text = html.unescape(re.sub("<[^>]+>", "", bay.client(Role.BOARD_MEMBER).get(BOARD).content.decode()))
    assert (
        "$3,250 per student with a result in Chronic absenteeism at its schools (200 students at 2"
        " schools in 2023–24; no enrollment of them has arrived"
    ) in text
    assert "No cost per student: There is no spending to divide." in text
    page = bay.client(Role.CABINET).get(f"/d/bay/initiatives/{scene.tutoring}/").content.decode()
    assert "Cost per student with a result in Chronic absenteeism at its schools" in page
    assert "$3,250" in page
    with district_scope(bay.district.pk, cause="test"):
        make_enrollment([("Alamo", 2024, 300), ("Bryant", 2024, 200)])
        compute(NOVEMBER)
    text = html.unescape(re.sub("<[^>]+>", "", bay.client(Role.BOARD_MEMBER).get(BOARD).content.decode()))
    assert "$1,300 per student enrolled at its schools (500 students at 2 schools in 2023–24;" in text


def test_board_show_calls_a_hidden_level_hidden(bay: Cast, scene: Scene) -> None:
    with district_scope(bay.district.pk, cause="test"):
        MetricResult.objects.update(is_suppressed=True, value=None, numerator=None, denominator=None)
        compute(NOVEMBER)
    page = bay.client(Role.BOARD_MEMBER).get(BOARD)
    assert page.context["table"].rows[0].cells[2].text == "Hidden"
    with district_scope(bay.district.pk, cause="test"):
        MetricResult.objects.all().delete()
        compute(NOVEMBER)
    page = bay.client(Role.BOARD_MEMBER).get(BOARD)
    assert page.context["table"].rows[0].cells[2].text == "No results"


def test_board_show_gives_no_cost_per_student_where_a_school_is_not_counted(bay: Cast, scene: Scene) -> None:
    with district_scope(bay.district.pk, cause="test"):
        dover = School.objects.create(name="Dover")
        InitiativeSchool.objects.create(initiative_id=scene.tutoring, school=dover, source="later")
    text = html.unescape(bay.client(Role.BOARD_MEMBER).get(BOARD).content.decode())
    assert "at its schools (" not in text
    assert "No cost per student: 1 of its 3 schools has no count of students in 2023–24." in text


def test_board_show_says_that_a_review_is_overdue(bay: Cast, scene: Scene) -> None:
    with district_scope(bay.district.pk, cause="test"):
        Initiative.objects.filter(pk=scene.tutoring).update(review_on=date(2024, 9, 1))
        Initiative.objects.filter(pk=scene.clubs).update(review_on=date(2099, 9, 1))
    text = bay.client(Role.BOARD_MEMBER).get(BOARD).content.decode()
    assert "<strong>Overdue:</strong> its review was due on Sep 1, 2024." in text
    assert "Review on Sep 1, 2099." in text
    assert text.count("Overdue:") == 2  # among the decisions due, and with the initiative
