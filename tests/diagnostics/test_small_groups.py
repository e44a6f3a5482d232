"""Small groups from the tables to pages, exports and the API, on a small district and on San Francisco."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse

from diagnostics.calc.disclosure import protect_district
from diagnostics.calc.pooling import YearValue
from diagnostics.models import Trend
from diagnostics.recompute import trend
from diagnostics.selectors import list_trends
from districts.tenancy import district_scope
from strategy.models import Initiative, InitiativeSchool
from tests.cast import Cast
from tests.data import SHARED, needs_shared
from tests.diagnostics.facts import make_results, make_school
from tests.investments.facts import make_goal, make_initiative, recompute

FILE = SHARED / "san-francisco" / "schools" / "chronic_absenteeism_2016-17_to_2023-24.csv"
ROWS = [
    ("Alamo", "all", 2024, 13, 39),
    ("Bryant", "all", 2024, 1, 60),
    ("Carver", "all", 2024, 3, 8),
    ("Dover", "all", 2024, 5, 21),
    ("Elm", "all", 2024, 40, 90),
    ("Fir", "all", 2024, 0, 70),
]


@pytest.fixture
def tutoring(bay: Cast) -> Initiative:
    with district_scope(bay.district.pk):
        goal = make_goal()
        make_results(goal.metric, ROWS)
        initiative = make_initiative("Tutoring")
        for name in ("Alamo", "Bryant", "Carver", "Dover"):
            InitiativeSchool.objects.create(initiative=initiative, school=make_school(name), source="test")
        recompute(trend)
    return initiative


def signed_in(cast: Cast, client: Client, role: str = "cabinet") -> Client:
    client.force_login(next(one for key, one in cast.people.items() if key.value == role))
    return client


def test_every_level_is_hidden_coded_or_rounded(bay: Cast, tutoring: Initiative) -> None:
    with district_scope(bay.district.pk):
        found = {row.school_name: (row.level_bound, row.level) for row in list_trends(group="all")}
    assert found == {
        "": ("", 21.5),
        "Alamo": ("", 33.3),
        "Bryant": ("under", 5.0),
        "Carver": ("", None),
        "Dover": ("", None),
        "Elm": ("", 44.4),
        "Fir": ("under", 5.0),
    }


def test_page_and_export_say_the_same_of_a_small_group(
    bay: Cast, tutoring: Initiative, client: Client
) -> None:
    address = reverse("diagnostics:initiative-show", args=(bay.district.slug, tutoring.pk))
    signed_in(bay, client)
    body = client.get(address).content.decode()
    assert "under 5%" in body
    assert "33.3333" not in body
    text = client.get(address, {"table": "schools", "export": "csv"}).content.decode("utf-8-sig")
    levels = {row[0]: row[1] for row in csv.reader(io.StringIO(text))}
    assert {name: levels[name] for name in ("Alamo", "Bryant", "Carver", "Dover")} == {
        "Alamo": "33.3",
        "Bryant": "under 5%",
        "Carver": "",
        "Dover": "",
    }


def test_no_kept_row_holds_a_number_of_a_hidden_value(bay: Cast, tutoring: Initiative) -> None:
    with district_scope(bay.district.pk):
        hidden = [point for row in Trend.objects.all() for point in row.points if point["is_suppressed"]]
    assert len(hidden) == 2
    assert all(point[name] is None for point in hidden for name in ("value", "numerator", "students"))


def san_francisco() -> Iterator[tuple[int, dict[tuple[str | None, str], YearValue]]]:
    tables: dict[int, dict[tuple[str | None, str], YearValue]] = defaultdict(dict)
    with FILE.open(encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            year = int(row["academic_year"][5:])
            by = 10 if year >= 2022 else 1
            students = float(row["cohort_enrollment_count"] or 0) / by
            absent = float(row["cohort_absenteeism_count"] or 0) / by
            tables[year][(row["school_code"], row["cohort"] or "all")] = (
                YearValue(year=year, value=100 * absent / students, numerator=absent, students=students)
                if students
                else YearValue(year=year, value=None, is_suppressed=True)
            )
    del tables[2017]
    yield from tables.items()


@needs_shared
@pytest.mark.parametrize("minimum", [10, 20])
def test_san_franciscos_pages_stay_useful(minimum: int) -> None:
    """Under a tenth of the values of large enough groups goes; every year keeps the district's own."""
    for year, cells in san_francisco():
        shown = protect_district(cells=cells, unit="percent", minimum=minimum)
        large = [key for key, one in cells.items() if (one.students or 0) >= minimum]
        gone = [key for key in large if shown[key].is_suppressed]
        schools = [key for key in gone if key[1] == "all"]
        assert len(gone) < 0.1 * len(large), (year, len(gone), len(large))
        assert len(schools) <= 3, (year, schools)
        assert shown[(None, "all")].value is not None
        small = [key for key, one in cells.items() if 0 < (one.students or 0) < minimum]
        assert all(shown[key].is_suppressed for key in small)
