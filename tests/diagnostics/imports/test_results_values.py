"""A rate against its own counts: what is refused, in which words, and what is read another way."""

from __future__ import annotations

from decimal import Decimal

import pytest

from diagnostics.imports.results_values import (
    PROPORTION,
    Numbers,
    Rules,
    are_proportions,
    find_flaw,
    in_percent,
)
from diagnostics.models import MetricResult
from districts.landing import selectors, services
from districts.landing.kinds import FileMap, MapIncomplete
from districts.models import Upload
from districts.tenancy import district_scope
from strategy.models import Metric
from tests.cast import Cast
from tests.diagnostics.imports.test_results import make_schools
from tests.districts.landing.files import again, land, work

PERCENT = Rules(unit="percent")


def numbers(counted: str, students: str, value: str) -> Numbers:
    made = [Decimal(text) if text else None for text in (counted, students, value)]
    return Numbers(counted=made[0], students=made[1], value=made[2])


@pytest.mark.parametrize(
    ("row", "rules", "why"),
    [
        (("10", "40", "25"), PERCENT, None),
        (("1", "3", "33"), PERCENT, None),
        (("1", "3", "33.3"), PERCENT, None),
        (("10", "40", "0.25"), PERCENT, "is not the 25.0% that 10 of 40 students are"),
        (("10", "40", "0.25"), Rules(unit="percent", scale=PROPORTION), None),
        (("10", "40", "26"), PERCENT, "is not the 25.0% that 10 of 40 students are"),
        (("41", "40", ""), PERCENT, "is more than the 40 students in all"),
        (("", "40", "100.1"), PERCENT, "is over 100%, and no rate of students is"),
        (("", "40", "-1"), PERCENT, "is under 0, and no rate of students is"),
        (("", "40", "1.5"), Rules(unit="percent", scale=PROPORTION), "is over 1, and no proportion is"),
        (("", "40", "2405"), Rules(unit="points"), None),
        (("", "", "12"), Rules(unit="count"), None),
        (("", "", "-2"), Rules(unit="count"), "is under 0, and no count is"),
        (("", "", "31"), PERCENT, "has no number of students behind it"),
        (("", "", "31"), Rules(unit="percent", is_vouched=True), None),
    ],
)
def test_a_row_is_checked_against_itself(row: tuple[str, str, str], rules: Rules, why: str | None) -> None:
    flaw = find_flaw(numbers=numbers(*row), rules=rules)
    assert (flaw.why if flaw else None) == why


def test_a_proportion_is_read_as_percent_only_when_the_map_says_so() -> None:
    assert in_percent(value=Decimal("0.25"), rules=Rules(unit="percent", scale=PROPORTION)) == 25
    assert in_percent(value=Decimal("0.25"), rules=PERCENT) == Decimal("0.25")
    assert in_percent(value=Decimal("0.25"), rules=Rules(unit="points", scale=PROPORTION)) == Decimal("0.25")


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (["0.25", "0.5", "1"], True),
        (["0", "1"], False),
        (["0.5", "12"], False),
        (["*", "0.4"], True),
        ([], False),
    ],
)
def test_a_column_of_proportions_is_recognised_as_a_whole(column: list[str], expected: bool) -> None:
    assert are_proportions(values=column) is expected


def read(bay: Cast, data: str, **answers: str) -> tuple[Upload, list[tuple[int, str, str, str]]]:
    make_schools(bay, ("101", "0000101"), ("102", "0000102"), ("103", "0000103"))
    with district_scope(bay.district.pk):
        Metric.objects.create(name="Reading on grade", slug="reading", direction="up")
    upload = land(bay, data, "reading.csv").upload
    with district_scope(bay.district.pk):
        values = {
            **selectors.get_map_page(upload_id=upload.pk).file_map.values,
            "metric": "reading",
            **answers,
        }
        services.save_map(by=None, upload_id=upload.pk, file_map=FileMap(values=values))
    work()
    with district_scope(bay.district.pk):
        problems = selectors.list_problems(upload_id=upload.pk).rows
    return again(bay, upload), [(one.row, one.column, one.value, one.why) for one in problems]


def test_a_file_of_proportions_is_recognised_and_converted(bay: Cast) -> None:
    data = "School Number,School Year,Rate,Tested\n101,2023-24,0.25,40\n102,2023-24,0.5,60\n"
    upload, problems = read(bay, data)
    assert (upload.state, problems) == (Upload.State.READY, [])
    with district_scope(bay.district.pk):
        services.confirm_upload(by=None, upload_id=upload.pk)
    work()
    with district_scope(bay.district.pk):
        found = MetricResult.objects.order_by("row_number").values_list("value", "is_vouched")
        assert list(found) == [(Decimal(25), False), (Decimal(50), False)]


def test_proportions_read_as_percent_are_refused_as_a_whole(bay: Cast) -> None:
    data = "School Number,School Year,Rate,Tested\n101,2023-24,0.25,40\n102,2023-24,0.5,60\n"
    upload, problems = read(bay, data, scale="percent")
    assert upload.state == Upload.State.REJECTED
    why = "is under 1 like every rate of the file, as if 0.25 were written for 25%"
    assert problems == [(2, "Rate", "0.25", why)]


def test_marks_in_place_of_numbers_are_hidden_and_no_errors(bay: Cast) -> None:
    data = (
        "School Number,School Year,Rate,Tested\n101,2023-24,25,n<25\n102,2023-24,*,fewer than 10\n"
        "103,2023-24,<5%,≤10\n"
    )
    upload, problems = read(bay, data)
    assert (upload.state, problems) == (Upload.State.READY, [])
    with district_scope(bay.district.pk):
        services.confirm_upload(by=None, upload_id=upload.pk)
    work()
    with district_scope(bay.district.pk):
        assert list(MetricResult.objects.values_list("value", "is_suppressed")) == [(None, True)] * 3


def test_a_rate_without_its_students_needs_a_statement_which_stays_in_the_provenance(bay: Cast) -> None:
    data = "School Number,School Year,Rate\n101,2023-24,25\n102,2023-24,40\n"
    with pytest.raises(MapIncomplete) as refused:
        read(bay, data)
    assert refused.value.field == "source_hides"
    with district_scope(bay.district.pk):
        upload = Upload.objects.get()
        values = {**selectors.get_map_page(upload_id=upload.pk).file_map.values, "metric": "reading"}
        vouched = FileMap(values=values | {"source_hides": "yes"})
        services.save_map(by=None, upload_id=upload.pk, file_map=vouched)
    work()
    with district_scope(bay.district.pk):
        services.confirm_upload(by=None, upload_id=upload.pk)
    work()
    with district_scope(bay.district.pk):
        assert list(MetricResult.objects.values_list("is_vouched", flat=True)) == [True, True]
        provenance = selectors.get_upload(upload_id=upload.pk).provenance
        said = (
            "Rates without a number of students: 2 rows. A person stated that the source already hides small"
            " groups; they are shown on its word."
        )
        assert [line for line in provenance if "stated" in line] == [said]
