"""How many queries the pages of plans and check-ins take, however many schools and months there are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.db import connection
from django.test.utils import CaptureQueriesContext

from diagnostics.evaluation.selectors import (
    get_check_in_page,
    get_plan_page,
    list_due_check_ins,
    read_delivery,
)
from districts.access.permissions import Role
from districts.tenancy import district_scope
from tests.diagnostics.evaluation.setting import SERVED, Setting

TODAY = date(2026, 7, 1)


def queries(run: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as captured:
        run()
    return len(captured)


def test_pages_take_a_fixed_number_of_queries(setting: Setting) -> None:
    setting.save(baseline_year="2025", first_year="2026", outcome_year="2026")
    setting.lock()
    client = setting.cast.client(Role.CABINET)
    for month in ("2025-09", "2025-10"):
        rows = {
            f"{name}-{setting.schools[school]}": value
            for school in SERVED
            for name, value in (("planned", "12"), ("delivered", "9"))
        }
        assert client.post(setting.check_in_url, {"month": month} | rows).status_code == 302
    pk = setting.initiative
    with district_scope(setting.cast.district.pk):
        assert queries(lambda: get_plan_page(initiative_id=pk)) == 9
        assert queries(lambda: get_check_in_page(initiative_id=pk, month=None, as_of=TODAY, minimum=10)) == 6
        assert queries(lambda: read_delivery(initiative_ids=[pk], as_of=TODAY)) == 5
        assert queries(lambda: list_due_check_ins(owner_id=None, as_of=TODAY)) == 6


def test_a_page_of_nothing_is_none(setting: Setting) -> None:
    with district_scope(setting.cast.district.pk):
        nobody = setting.metric
        assert get_plan_page(initiative_id=nobody) is None
        assert get_check_in_page(initiative_id=nobody, month=None, as_of=TODAY, minimum=None) is None
