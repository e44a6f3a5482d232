"""San Francisco's filed ledgers through the whole path, to the cent of the printed state form."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import pytest
from django.db.models import Sum

from districts.landing import selectors, services
from districts.models import Filing, ImportRun, Upload
from districts.tenancy import district_scope
from investments.models import Account, CodeTitle, LedgerEntry
from tests.cast import Cast
from tests.data import SHARED, needs_shared
from tests.districts.landing.files import again, land, work

pytestmark = needs_shared
LEDGER = SHARED / "san-francisco" / "ledger"


def files() -> list[Path]:
    return [*sorted(LEDGER.glob("*.dat")), *sorted(LEDGER.glob("sfusd_usergl_*.csv"))]


def import_all(cast: Cast, paths: list[Path]) -> dict[str, Upload]:
    uploads = {}
    for path in paths:
        upload = land(cast, path.read_bytes(), path.name, auto_confirm=True).upload
        work()
        uploads[path.name] = again(cast, upload)
        assert uploads[path.name].state == Upload.State.IMPORTED, uploads[path.name].message
    return uploads


def amount(kind: str, fiscal_year: int, low: str, high: str, **account: str) -> Decimal | None:
    accounts = Account.objects.filter(object__gte=low, object__lte=high, object__regex=r"^\d{4}$", **account)
    return LedgerEntry.objects.filter(
        filing__is_current=True,
        filing__subject=kind,
        filing__fiscal_year=fiscal_year,
        account_id__in=accounts.values("id"),
    ).aggregate(s=Sum("amount"))["s"]


@contextmanager
def everything(cast: Cast) -> Iterator[dict[str, Upload]]:
    uploads = import_all(cast, files())
    with district_scope(cast.district.pk):
        yield uploads


def test_six_years_tie_to_the_state_form_and_to_their_own_controls(bay: Cast) -> None:
    with everything(bay) as uploads:
        assert amount("actual", 2024, "1000", "7499", fund="01") == Decimal("1208902664.92")
        assert amount("actual", 2024, "8000", "8799", fund="01") == Decimal("1268003978.34")
        assert amount("actual", 2024, "1000", "1999", fund="01") == Decimal("475700243.87")
        assert amount("actual", 2023, "1000", "7499", fund="01") == Decimal("1103832473.69")
        for fiscal_year in (2021, 2022, 2023, 2024):
            title_one = {"resource__in": ["3010", "3150"]}
            spent = amount("actual", fiscal_year, "1000", "7499", **title_one)
            assert spent == amount("actual", fiscal_year, "8000", "8799", **title_one)
        special = amount("actual", 2024, "1000", "7499", fund="01", goal__startswith="5")
        assert special == Decimal("268265539.50")

        checks = [check for run in ImportRun.objects.order_by("finished_at") for check in run.quality_report]
        totals = [c for c in checks if "EXPENDITURES.TOTAL" in c["name"]]
        assert len(totals) == 12
        assert {c["status"] for c in totals} == {"ok"}
        rolls = [c for c in checks if "roll-forward" in c["name"]]
        assert {c["name"] for c in rolls} >= {
            f"Fund balance roll-forward of actual FY{year}, fund 01" for year in (2021, 2022, 2023)
        }
        assert {c["status"] for c in rolls} == {"ok"}
        assert {c["status"] for c in checks if c["name"].startswith("Contributions")} == {"ok"}
        sections = [c for c in checks if c["name"].startswith("Rows of section") and c["status"] == "ok"]
        assert len(sections) >= 12

        budgets = Filing.objects.filter(subject="budget").order_by("fiscal_year", "filed_at")
        assert [(f.fiscal_year, f.filed_at.date().isoformat(), f.is_current) for f in budgets] == [
            (2023, "2022-07-02", True),
            (2024, "2023-06-29", False),
            (2024, "2023-10-04", True),
            (2025, "2024-06-25", False),
            (2025, "2024-10-01", True),
            (2026, "2025-06-23", True),
        ]
        assert len(uploads) == 8
        feeds = {(f.subject, f.first_year, f.last_year) for f in selectors.list_feeds()}
        assert feeds == {("actual", 2021, 2024), ("budget", 2023, 2026), ("estimated_actual", 2022, 2025)}


def test_budget_filed_twice_counts_once_in_either_order(bay: Cast, valley: Cast) -> None:
    valley.district.state_code = "3868478"
    valley.district.save()
    june = next(LEDGER.glob("*BS1_2023-24*.dat"))
    october = next(LEDGER.glob("*_A_2022-23*.dat"))
    import_all(bay, [june, october])
    import_all(valley, [october, june])
    for cast in (bay, valley):
        with district_scope(cast.district.pk):
            current = Filing.objects.get(subject="budget", fiscal_year=2024, is_current=True)
            assert current.upload.filename == october.name
            assert amount("budget", 2024, "1000", "7499", fund="01") == Decimal("1168440416.41")


def test_undoing_the_newer_budget_brings_back_the_older(bay: Cast) -> None:
    june = next(LEDGER.glob("*BS1_2023-24*.dat"))
    october = next(LEDGER.glob("*_A_2022-23*.dat"))
    uploads = import_all(bay, [june, october])
    with district_scope(bay.district.pk):
        services.undo_upload(upload_id=uploads[october.name].pk)
        current = Filing.objects.get(subject="budget", fiscal_year=2024)
        assert (current.upload.filename, current.is_current) == (june.name, True)
        assert not Filing.objects.filter(subject="actual").exists()


def test_rows_of_another_district_are_counted_not_loaded(valley: Cast) -> None:
    path = next(LEDGER.glob("*_A_2022-23*.dat"))
    upload = land(valley, path.read_bytes(), path.name, auto_confirm=True).upload
    work()
    upload = again(valley, upload)
    assert upload.state == Upload.State.REJECTED
    assert upload.preview["counts"]["other_district"] == 9441
    with district_scope(valley.district.pk):
        assert LedgerEntry.objects.count() == 0


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (lambda data: data[: len(data) // 3], "opens a section (2022-23 A BA) that never closes"),
        (lambda data: data.replace(b'"BA","5634"', b'"BA","5635"'), "says the section"),
        (lambda data: data[: data.rindex(b'"-1","EOF"')], "the closing line of the file is missing"),
        (lambda data: data.replace(b'"296420263.00"', b'"6.56E+189"'), "is in scientific notation"),
        (lambda data: data.replace(b'"296420263.00"', b'"NaN"'), "is not a number"),
        (lambda data: data.replace(b"0100000000000008011", b"01000000000000080 1"), "is not an account"),
        (lambda data: data.replace(b'"296420263.00"', b'"29\x0063"'), "is not a ledger row"),
    ],
)
def test_damaged_export_is_refused_with_the_row(bay: Cast, damage: object, why: str) -> None:
    path = next(LEDGER.glob("*_A_2022-23*.dat"))
    upload = land(bay, damage(path.read_bytes()), path.name, auto_confirm=True).upload  # type: ignore[operator]
    work()
    upload = again(bay, upload)
    assert upload.state == Upload.State.REJECTED
    with district_scope(bay.district.pk):
        problems = selectors.list_problems(upload_id=upload.pk).rows
        assert any(problem.why.startswith(why) for problem in problems), problems
        assert LedgerEntry.objects.count() == 0


def test_code_lists_land_with_segment_and_year_from_their_names(bay: Cast) -> None:
    for path in sorted((LEDGER / "codes").glob("*.csv")):
        upload = land(bay, path.read_bytes(), path.name, auto_confirm=True).upload
        work()
        assert again(bay, upload).state == Upload.State.IMPORTED
    with district_scope(bay.district.pk):
        assert CodeTitle.objects.get(segment="resource", code="3010", fiscal_year=2022).title.startswith(
            "ESSA: Title I"
        )
        assert CodeTitle.objects.filter(segment="goal", code="0000").count() == 2
        assert CodeTitle.objects.filter(segment="fund", code="01").count() == 1, "same bytes both years"
        assert not CodeTitle.objects.filter(code__contains=" ").exists()


def test_rows_of_a_damaged_export_cannot_be_left_out_to_load_the_rest(bay: Cast) -> None:
    path = next(LEDGER.glob("*_A_2022-23*.dat"))
    data = path.read_bytes()
    upload = land(bay, data[: len(data) // 2], path.name).upload
    work()
    with district_scope(bay.district.pk):
        detail = selectors.get_upload(upload_id=upload.pk)
        assert (detail.upload.state, detail.can_leave_rows_out) == (Upload.State.REJECTED, False)
        rows = services.list_error_rows(upload_id=upload.pk)
        assert rows
        with pytest.raises(services.RowsNotNamed):
            services.leave_rows_out(upload_id=upload.pk, rows=rows)
