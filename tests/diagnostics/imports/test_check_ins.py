"""Check-ins by file: recognised, refused row by row, previewed, imported beside typed ones, undone."""

from __future__ import annotations

from datetime import date

import pytest

from diagnostics.evaluation.selectors import list_counting
from diagnostics.imports.check_in_rows import read_month
from districts.access.permissions import Role
from districts.landing import services
from districts.models import Mark, Upload, UploadProblem
from districts.tenancy import district_scope
from tests.cast import Cast
from tests.diagnostics.evaluation.setting import Setting, make_setting
from tests.districts.landing.files import again, confirm, imported, land, ready, work

HEAD = "Initiative,School,Month,Planned,Delivered,Assigned,Reached,Note\n"
FILE = (
    HEAD
    + "Tutoring,Alamo,2025-10,12,9,24,12,\n"
    + 'tutoring,102,October 2025,12,"10.5",30,20,"Late, but well"\n'
    + "Tutoring,Alamo,11/2025,12,0,,,\n"
)


@pytest.fixture
def setting(bay: Cast) -> Setting:
    return make_setting(bay)


def counting(setting: Setting) -> list[tuple[object, ...]]:
    names = {pk: name for name, pk in setting.schools.items()}
    with district_scope(setting.cast.district.pk):
        return sorted(
            (
                one.month.month,
                names[one.school_id],
                float(one.planned_dosage),
                float(one.delivered_dosage),
                one.students_assigned,
                one.students_reached,
                one.note,
            )
            for one in list_counting(initiative_ids=[setting.initiative])
        )


def checked_in(setting: Setting, delivered: str) -> None:
    client = setting.cast.client(Role.INITIATIVE_LEAD)
    form = client.get(f"{setting.check_in_url}?month=2025-10").context["form"]
    shown = {field.html_name: field.value() for field in form if field.value() is not None}
    alamo = setting.schools["Alamo"]
    typed = {f"planned-{alamo}": "12", f"delivered-{alamo}": delivered}
    response = client.post(setting.check_in_url, {"month": "2025-10"} | shown | typed)
    assert response.status_code == 302


ALL_THREE = [
    (10, "Alamo", 12.0, 9.0, 24, 12, ""),
    (10, "Bryant", 12.0, 10.5, 30, 20, "Late, but well"),
    (11, "Alamo", 12.0, 0.0, None, None, ""),
]


def values(upload: Upload) -> dict[str, dict[str, int]]:
    return {one["label"]: one["values"] for one in upload.preview["slices"]}


def test_a_file_is_recognised_previewed_and_imported(setting: Setting) -> None:
    upload = ready(setting.cast, FILE, "october.csv")
    assert (upload.kind, upload.state) == ("check_ins", "ready")
    fresh = {"changed": 0, "removed": 0, "same": 0}
    assert values(upload) == {
        "Tutoring, October 2025": {"new": 2, **fresh},
        "Tutoring, November 2025": {"new": 1, **fresh},
    }
    assert confirm(setting.cast, upload).state == "imported"
    assert counting(setting) == ALL_THREE
    page = setting.cast.client(Role.CABINET).get(f"{setting.check_in_url}?month=2025-10")
    assert page.context["page"].schools[0].filename == "october.csv"


def test_an_import_marks_what_reads_check_ins(setting: Setting) -> None:
    with district_scope(setting.cast.district.pk):
        Mark.objects.all().delete()
    imported(setting.cast, FILE, "october.csv")
    with district_scope(setting.cast.district.pk):
        assert "effect" in set(Mark.objects.filter(input="check_ins").values_list("target", flat=True))


def test_undo_takes_away_what_the_file_brought_and_no_more(setting: Setting) -> None:
    checked_in(setting, "5")
    upload = imported(setting.cast, FILE, "october.csv")
    assert counting(setting) == ALL_THREE
    with district_scope(setting.cast.district.pk):
        services.undo_upload(upload_id=upload.pk)
    work()
    assert again(setting.cast, upload).state == "undone"
    assert counting(setting) == [(10, "Alamo", 12.0, 5.0, None, None, "")]


def test_what_was_said_last_counts_and_the_preview_compares_with_it(setting: Setting) -> None:
    imported(setting.cast, FILE, "october.csv")
    checked_in(setting, "7")
    assert counting(setting)[0] == (10, "Alamo", 12.0, 7.0, 24, 12, "")
    later = HEAD + "Tutoring,Alamo,2025-10,12,9,24,12,\n"
    upload = ready(setting.cast, later, "later.csv", filed_on="2099-01-01")
    assert values(upload) == {"Tutoring, October 2025": {"new": 0, "changed": 1, "removed": 1, "same": 0}}
    confirm(setting.cast, upload)
    assert counting(setting) == [ALL_THREE[0], ALL_THREE[2]]


def test_a_row_that_came_by_file_is_not_emptied_by_hand(setting: Setting) -> None:
    imported(setting.cast, FILE, "october.csv")
    given = {"month": "2025-10", f"planned-{setting.schools['Alamo']}": "12"}
    response = setting.cast.client(Role.CABINET).post(setting.check_in_url, given)
    assert response.status_code == 422
    key = f"delivered-{setting.schools['Alamo']}"
    assert response.context["form"].errors[key] == [
        "This row came with a file. Write 0 if nothing was delivered, or undo the file."
    ]


def test_every_problem_is_told_with_row_column_value_and_what_to_do(setting: Setting) -> None:
    rows = (
        "Nothing,Alamo,2025-10,12,9,24,12,\n"
        "Tutoring,Nowhere,2025-10,12,9,24,12,\n"
        "Tutoring,,2025-10,12,9,24,12,\n"
        "Tutoring,Alamo,soon,12,9,24,12,\n"
        "Tutoring,Alamo,2099-10,12,9,24,12,\n"
        "Tutoring,Alamo,2025-10,,9,24,12,\n"
        "Tutoring,Alamo,2025-10,12,-1,24,12,\n"
        "Tutoring,Alamo,2025-10,12,9,2.5,2,\n"
        "Tutoring,Alamo,2025-10,12,9,,12,\n"
        "Tutoring,Alamo,2025-10,12,9,10,12,\n"
        "Tutoring,Bryant,2025-10,12,9,10,2,\n"
        "Tutoring,Bryant,2025-10,12,9,10,2,\n"
    )
    upload = ready(setting.cast, HEAD + rows, "wrong.csv")
    assert upload.state == "rejected"
    with district_scope(setting.cast.district.pk):
        found = [
            (one.row, one.column, one.value, one.why)
            for one in UploadProblem.objects.filter(upload=upload).order_by("row")
        ]
    assert found == [
        (2, "Initiative", "Nothing", "is no initiative in use"),
        (3, "School", "Nowhere", "is no school of this district"),
        (4, "School", "", "names no school"),
        (5, "Month", "soon", "is no month"),
        (6, "Month", "2099-10", "has not begun yet"),
        (7, "Planned", "", "is empty"),
        (8, "Delivered", "-1", "is no number from 0 with at most two decimals"),
        (9, "Assigned", "2.5", "is no number of students"),
        (10, "Assigned", "", "is empty, though students reached it"),
        (11, "Reached", "12", "is more than were assigned"),
        (13, "School", "Bryant", "comes twice for this initiative and month"),
    ]
    assert counting(setting) == []


def test_the_same_file_twice_is_one(setting: Setting) -> None:
    imported(setting.cast, FILE, "october.csv")
    assert land(setting.cast, FILE, "october.csv").is_new is False
    assert counting(setting) == ALL_THREE


@pytest.mark.parametrize(
    "text",
    ["2025-10", "2025-10-01", "2025-10-31 00:00:00", "10/2025", "10/31/2025", "Oct 2025", "october 2025"],
)
def test_a_month_is_read_as_people_write_it(text: str) -> None:
    assert read_month(text) == date(2025, 10, 1)


@pytest.mark.parametrize("text", ["", "10", "2025", "2025-13", "13/2025", "Oktober 2025", "1850-10"])
def test_what_is_no_month_is_not_guessed(text: str) -> None:
    assert read_month(text) is None
