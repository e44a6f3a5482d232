"""Unfinished uploads on home: for those who may finish them, under the name the file was given."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.utils import timezone

from diagnostics.home.selectors.changes import _read_upload
from districts.access.permissions import Role
from tests.cast import Cast
from tests.districts.landing.files import land

HOME = "/d/bay/"


@pytest.mark.parametrize(
    ("role", "is_shown"), [(Role.CABINET, False), (Role.BUDGET_DIRECTOR, True), (Role.DATA_MANAGER, True)]
)
def test_an_unfinished_upload_is_shown_to_those_who_may_finish_it(
    bay: Cast, role: Role, *, is_shown: bool
) -> None:
    land(bay, "Fund,Amount\n01,5\n", "scrap.csv")
    words = [need.words for need in bay.client(role).get(HOME).context["needs"]]
    assert any(one.startswith("scrap.csv: ") for one in words) is is_shown


def test_a_file_is_named_as_it_is_written() -> None:
    event = {"state": "rejected", "filename": "x.xlsx", "at": timezone.now(), "row_id": str(uuid4())}
    change = _read_upload(event, who="")
    assert change is not None
    assert change.words == "“x.xlsx” has problems and was not imported"
    assert change.words[:1].upper() + change.words[1:] == change.words
