"""What a results file will make of the district's rate, before anybody confirms it: small groups stay hidden."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from django.test import Client
from django.urls import reverse

from diagnostics.models import Trend
from diagnostics.recompute import trend
from districts.access.permissions import Role
from districts.models import District, Upload
from districts.tenancy import district_scope
from strategy.models import Metric
from tests.cast import Cast
from tests.diagnostics.imports.test_results import make_schools
from tests.districts.landing.files import confirm, ready
from tests.investments.facts import recompute

HEAD = "School Number,School Year,Student Group,Proficient,Tested\n"
FIRST = "101,2022-23,,30,60\n102,2022-23,,50,100\n101,2023-24,,20,60\n102,2023-24,,50,100\n"
SECOND = "101,2022-23,,30,60\n102,2022-23,,58,100\n101,2023-24,,20,60\n102,2023-24,,*,8\n"


@pytest.fixture
def reading(bay: Cast) -> Cast:
    make_schools(bay, ("101", "0000101"), ("102", "0000102"), ("103", "0000103"))
    with district_scope(bay.district.pk):
        Metric.objects.create(name="Reading on grade", slug="reading", direction="up")
    return bay


def previewed(cast: Cast, rows: str, name: str, **answers: str) -> Upload:
    return ready(cast, HEAD + rows, name, metric="reading", **answers)


def rates(upload: Upload) -> list[tuple[int, list[Sequence[str]]]]:
    return [
        (one["fiscal_year"], [(r["of"], r["before"], r["after"], r["change"]) for r in one["rates"]])
        for one in sorted(upload.preview["slices"], key=lambda one: one["fiscal_year"])
    ]


def test_a_first_file_has_no_rate_before(reading: Cast) -> None:
    assert rates(previewed(reading, FIRST, "first.csv")) == [
        (2023, [("All students", "no value", "50.0%", "")]),
        (2024, [("All students", "no value", "43.8%", "")]),
    ]


def test_a_second_file_shows_before_after_and_difference_and_hides_a_small_group(reading: Cast) -> None:
    confirm(reading, previewed(reading, FIRST, "first.csv", filed_on="2024-09-01"))
    assert rates(previewed(reading, SECOND, "second.csv", filed_on="2024-10-01")) == [
        (2023, [("All students", "50.0%", "55.0%", "+5.0 points")]),
        (2024, [("All students", "43.8%", "hidden", "")]),
    ]


def test_the_rate_after_is_the_one_pages_show_once_imported(reading: Cast) -> None:
    confirm(reading, previewed(reading, FIRST, "first.csv", filed_on="2024-09-01"))
    upload = previewed(reading, SECOND, "second.csv", filed_on="2024-10-01")
    confirm(reading, upload)
    with district_scope(reading.district.pk):
        recompute(trend)
        points = Trend.objects.get(school=None, group="all", shown_until=None).points
    assert [(one["year"], one["value"], one["is_suppressed"]) for one in points] == [
        (2023, 55.0, False),
        (2024, None, True),
    ]


def test_a_rate_beyond_a_cut_is_not_told_and_has_no_difference(reading: Cast) -> None:
    rows = "101,2023-24,,0,60\n102,2023-24,,1,100\n"
    confirm(reading, previewed(reading, FIRST, "first.csv", filed_on="2024-09-01"))
    assert rates(previewed(reading, rows, "low.csv", filed_on="2024-10-01")) == [
        (2024, [("All students", "43.8%", "under 2%", "")])
    ]


def test_a_file_of_groups_only_shows_each_group(reading: Cast) -> None:
    rows = "".join(f"{school},2023-24,{group},{n},50\n" for school in (101, 102) for group, n in GROUPS)
    assert rates(previewed(reading, rows, "groups.csv")) == [
        (
            2024,
            [
                ("English learners", "no value", "20.0%", ""),
                ("Foster youth", "no value", "30.0%", ""),
            ],
        )
    ]


GROUPS = (("English learners", 10), ("Foster youth", 15))


def test_an_older_file_says_that_it_will_not_count(reading: Cast) -> None:
    confirm(reading, previewed(reading, FIRST, "first.csv", filed_on="2024-09-01"))
    upload = previewed(reading, SECOND, "older.csv", filed_on="2024-08-01")
    assert [one["becomes_current"] for one in upload.preview["slices"]] == [False, False]


def table_of(client: Client, cast: Cast, upload: Upload) -> list[list[str]]:
    client.force_login(cast.people[Role.DATA_MANAGER])
    page = client.get(reverse("landing:upload-show", args=(cast.district.slug, upload.pk))).content.decode()
    found = re.search(r'<table[^>]*id="rates".*?</table>|id="rates".*?</table>', page, re.DOTALL)
    if found is None:
        return []
    rows = re.findall(r"<tr.*?</tr>", found.group(0), re.DOTALL)[1:]
    words = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows]
    return [[" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in row] for row in words]


def test_the_page_shows_the_table_until_the_minimum_is_raised(reading: Cast, client: Client) -> None:
    confirm(reading, previewed(reading, FIRST, "first.csv", filed_on="2024-09-01"))
    upload = previewed(reading, SECOND, "second.csv", filed_on="2024-10-01")
    assert table_of(client, reading, upload) == [
        ["Reading on grade", "2022–23", "All students", "50.0%", "55.0%", "+5.0 points"],
        ["Reading on grade", "2023–24", "All students", "43.8%", "hidden", "–"],
    ]
    District.objects.filter(pk=reading.district.pk).update(minimum_group=20)
    assert table_of(client, reading, upload) == []
