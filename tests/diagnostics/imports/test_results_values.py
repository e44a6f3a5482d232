"""A rate against its own counts: what is refused, in which words, and what is read another way."""

from __future__ import annotations

from decimal import Decimal

import pytest

from diagnostics.imports.results_values import (
    PROPORTION,
    Numbers,
    Rules,
    find_flaw,
    guess_scale,
    in_percent,
)
from diagnostics.models import MetricResult
from districts.landing import selectors, services
from districts.landing.kinds import FileMap, MapIncomplete
from districts.models import ImportRun, Upload
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


def read(bay: Cast, data: str, **answers: str) -> tuple[Upload, list[tuple[int | None, str, str, str]]]:
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


def test_a_file_of_proportions_is_converted(bay: Cast) -> None:
    data = "School Number,School Year,Rate,Tested\n101,2023-24,0.25,40\n102,2023-24,0.5,60\n"
    upload, problems = read(bay, data, scale=PROPORTION)
    assert (upload.state, problems) == (Upload.State.READY, [])
    with district_scope(bay.district.pk):
        services.confirm_upload(by=None, upload_id=upload.pk)
    work()
    with district_scope(bay.district.pk):
        found = MetricResult.objects.order_by("row_number").values_list("value", "is_vouched")
        assert list(found) == [(Decimal(25), False), (Decimal(50), False)]


def confirm(bay: Cast, upload: Upload) -> list[tuple[Decimal | None, ...]]:
    with district_scope(bay.district.pk):
        services.confirm_upload(by=None, upload_id=upload.pk)
    work()
    with district_scope(bay.district.pk):
        found = MetricResult.objects.order_by("row_number")
        return list(found.values_list("value", "numerator", "denominator"))


def test_a_rate_is_made_from_its_counts_when_both_are_there(bay: Cast) -> None:
    data = (
        "School Number,School Year,Rate,Absent count,Tested\n101,2022-23,33,134,400\n101,2023-24,34,134,399\n"
    )
    upload, problems = read(bay, data)
    assert (upload.state, problems) == (Upload.State.READY, [])
    found = confirm(bay, upload)
    assert [row[0] for row in found] == [Decimal("33.500000"), Decimal("33.583960")]


@pytest.mark.parametrize(
    ("rows", "scale"),
    [
        ([("0.4", "2", "500"), ("0.5", "3", "600")], "percent"),
        ([("0.25", "10", "40"), ("0.5", "30", "60")], PROPORTION),
        ([("25", "", "40"), ("0.5", "", "60")], "percent"),
        ([("0.25", "", "40"), ("0.5", "", "60")], ""),
        ([("1", "", "40"), ("0", "", "60")], ""),
        ([("*", "", "40")], ""),
        ([("0.4%", "", "40")], "percent"),
    ],
)
def test_a_scale_is_guessed_only_where_counts_or_size_confirm_it(
    rows: list[tuple[str, str, str]], scale: str
) -> None:
    assert guess_scale(rows=rows) == scale


LOW = "School Number,School Year,Rate,Tested\n101,2023-24,0.4,500\n102,2023-24,0.5,600\n"


def test_low_rates_without_counts_are_asked_about(bay: Cast) -> None:
    with pytest.raises(MapIncomplete) as refused:
        read(bay, LOW)
    assert refused.value.field == "scale"


def test_an_answer_of_percent_is_final(bay: Cast) -> None:
    upload, problems = read(bay, LOW, scale="percent")
    assert (upload.state, problems) == (Upload.State.READY, [])
    assert [row[0] for row in confirm(bay, upload)] == [Decimal("0.4"), Decimal("0.5")]
    with district_scope(bay.district.pk):
        report = ImportRun.objects.get().quality_report
    assert ("Every rate is under 1", "warn") in {(check["name"], check["status"]) for check in report}


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
