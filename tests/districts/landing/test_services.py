"""A file from landing to facts and back, on a generic ledger."""

from __future__ import annotations

from decimal import Decimal

import pytest

from districts.errors import DomainError
from districts.landing import selectors, services
from districts.landing.services import RowsNotNamed, WrongState
from districts.models import Filing, ImportRun, Mark, SavedMap, Upload
from districts.tenancy import district_scope
from investments.models import Account, LedgerEntry
from tests.cast import Cast
from tests.districts.landing.files import (
    LEDGER,
    again,
    imported,
    imported_again,
    land,
    mapped,
    total,
    work,
)


def test_new_layout_asks_for_its_map_with_a_guess(bay: Cast) -> None:
    upload = land(bay, LEDGER).upload
    assert upload.state == Upload.State.NEEDS_MAP
    with district_scope(bay.district.pk):
        page = selectors.get_map_page(upload_id=upload.pk)
    assert page.kind == "generic_ledger"
    assert {
        name: page.file_map.get(name)
        for name in ("fund", "resource", "function", "object", "location", "fiscal_year", "kind", "amount")
    } == {
        "fund": "Fund",
        "resource": "Resource",
        "function": "Function",
        "object": "Object",
        "location": "School",
        "fiscal_year": "Fiscal Year",
        "kind": "Type",
        "amount": "Amount",
    }


def test_preview_shows_the_difference_and_writes_no_facts(bay: Cast) -> None:
    upload = mapped(bay, land(bay, LEDGER).upload)
    assert upload.state == Upload.State.READY
    with district_scope(bay.district.pk):
        detail = selectors.get_upload(upload_id=upload.pk)
        assert (LedgerEntry.objects.count(), Account.objects.count(), Filing.objects.count()) == (0, 0, 0)
    assert [(one["label"], one["rows"], one["amount"], one["accounts"]) for one in detail.slices] == [
        ("Actual FY2024", 2, "1000.25", {"new": 2, "changed": 0, "removed": 0, "same": 0}),
        ("Budget FY2024", 1, "75.00", {"new": 1, "changed": 0, "removed": 0, "same": 0}),
    ]
    assert detail.slices[0]["by_fund"] == [
        {"fund": "01", "of": "Spending", "before": "0.00", "after": "1000.25", "change": "1000.25"}
    ]
    assert detail.can_confirm


def test_import_keeps_zeros_and_na_and_marks_the_ledger(bay: Cast) -> None:
    upload = imported(bay)
    assert upload.state == Upload.State.IMPORTED
    with district_scope(bay.district.pk):
        assert sorted(Account.objects.values_list("fund", "resource", "location")) == [
            ("01", "0000", "NA"),
            ("01", "3010", "009"),
            ("12", "6053", "010"),
        ]
        assert ImportRun.objects.get().rows_loaded == 3
        assert set(Mark.objects.filter(district=bay.district).values_list("input", flat=True)) == {"ledger"}
        assert [(e.amount, e.row_number) for e in LedgerEntry.objects.order_by("row_number")] == [
            (Decimal("1200.50"), 2),
            (Decimal("-200.25"), 3),
            (Decimal(75), 4),
        ]


def test_the_other_district_sees_nothing_of_it(bay: Cast, valley: Cast) -> None:
    upload = imported(bay)
    with district_scope(bay.district.pk):
        assert LedgerEntry.objects.count() == 3
    with district_scope(valley.district.pk):
        assert (Upload.objects.count(), LedgerEntry.objects.count(), Account.objects.count()) == (0, 0, 0)
        with pytest.raises(services.NoSuchUpload):
            selectors.get_upload(upload_id=upload.pk)
        with pytest.raises(services.NoSuchUpload):
            services.undo_upload(upload_id=upload.pk)
    other = land(valley, LEDGER)
    assert other.is_new


def test_same_bytes_again_have_one_effect(bay: Cast) -> None:
    first = imported(bay)
    for number in range(10):
        landed = land(bay, LEDGER, f"copy {number}.csv", auto_confirm=True)
        assert (landed.upload.pk, landed.is_new) == (first.pk, False)
        work()
    assert total(bay) == Decimal("1075.25")
    with district_scope(bay.district.pk):
        assert (Upload.objects.count(), Filing.objects.count()) == (1, 2)


def test_saved_map_is_replayed_for_the_same_header(bay: Cast) -> None:
    imported(bay)
    upload = land(bay, LEDGER.replace("75.00", "80.00"), "next month.csv").upload
    assert upload.state == Upload.State.LANDED
    work()
    assert again(bay, upload).state == Upload.State.READY
    with district_scope(bay.district.pk):
        detail = selectors.get_upload(upload_id=upload.pk)
        assert SavedMap.objects.count() == 1
    assert [one["accounts"] for one in detail.slices] == [
        {"new": 0, "changed": 0, "removed": 0, "same": 2},
        {"new": 0, "changed": 1, "removed": 0, "same": 0},
    ]


def test_errors_reject_the_file_whole_and_list_every_row(bay: Cast) -> None:
    bad = LEDGER + "01,1,1000,1100,009,2024,Actual,abc\n01,1,1000\n=1+1,1,1000,1100,009,2024,Actual,5\n"
    upload = mapped(bay, land(bay, bad).upload)
    assert (upload.state, upload.error_count) == (Upload.State.REJECTED, 3)
    with district_scope(bay.district.pk):
        page = selectors.list_problems(upload_id=upload.pk)
        assert [(p.row, p.column, p.why) for p in page.rows] == [
            (5, "Amount", "is not an amount"),
            (6, "", "has 3 cells where the header has 8"),
            (7, "Fund", "is a formula, not a code"),
        ]
        assert all(p.what_to_do for p in page.rows)
        lines = b"".join(selectors.stream_problems(upload_id=upload.pk)).decode().splitlines()
        assert len(lines) == 4
        assert LedgerEntry.objects.count() == 0
        with pytest.raises(WrongState):
            services.confirm_upload(by=None, upload_id=upload.pk)


def test_rows_left_out_are_named_counted_and_nothing_else(bay: Cast) -> None:
    bad = LEDGER + "01,1,1000,1100,009,2024,Actual,abc\n"
    upload = mapped(bay, land(bay, bad).upload)
    with district_scope(bay.district.pk):
        with pytest.raises(RowsNotNamed):
            services.leave_rows_out(upload_id=upload.pk, rows=[2])
        services.leave_rows_out(upload_id=upload.pk, rows=[5])
    work()
    with district_scope(bay.district.pk):
        services.confirm_upload(by=None, upload_id=upload.pk)
    work()
    upload = again(bay, upload)
    assert (upload.state, upload.left_out_rows) == (Upload.State.IMPORTED, [5])
    with district_scope(bay.district.pk):
        run = ImportRun.objects.get()
        assert (run.rows_read, run.rows_loaded, run.rows_left_out) == (4, 3, 1)


def test_newest_filing_counts_in_either_order(bay: Cast, valley: Cast) -> None:
    first, second = LEDGER, LEDGER.replace("75.00", "80.00")
    imported(bay, first, filed_on="2024-06-30")
    imported_again(bay, second, "2024-09-30")
    imported(valley, second, filed_on="2024-09-30")
    imported_again(valley, first, "2024-06-30")
    assert total(bay) == total(valley) == Decimal("1080.25")
    for cast in (bay, valley):
        with district_scope(cast.district.pk):
            assert Filing.objects.count() == 4
            assert LedgerEntry.objects.count() == 6


def test_undo_brings_back_what_was_replaced_and_frees_the_bytes(bay: Cast) -> None:
    imported(bay, LEDGER, filed_on="2024-06-30")
    upload = imported_again(bay, LEDGER.replace("75.00", "80.00"), "2024-09-30")
    with district_scope(bay.district.pk):
        services.undo_upload(upload_id=upload.pk)
    assert total(bay) == Decimal("1075.25")
    assert again(bay, upload).state == Upload.State.UNDONE
    landed = land(bay, LEDGER.replace("75.00", "80.00"), "again.csv", auto_confirm=True)
    assert landed.is_new
    work()
    assert again(bay, landed.upload).state == Upload.State.IMPORTED


def test_jobs_run_twice_have_one_effect(bay: Cast) -> None:
    from districts.landing import jobs

    upload = imported(bay)
    with district_scope(bay.district.pk):
        jobs.import_upload(str(upload.pk))
        jobs.read_upload(str(upload.pk))
    assert total(bay) == Decimal("1075.25")


def test_unknown_table_asks_for_its_kind(bay: Cast) -> None:
    upload = land(bay, "Colour,Shape\nred,round\n", "toys.csv").upload
    assert upload.state == Upload.State.NEEDS_KIND
    with district_scope(bay.district.pk):
        chosen = services.choose_kind(upload_id=upload.pk, kind="code_list")
    assert chosen.state == Upload.State.NEEDS_MAP


def test_file_that_is_no_table_is_rejected_with_the_reason(bay: Cast) -> None:
    upload = land(bay, b"%PDF-1.7 ...", "budget.pdf").upload
    assert upload.state == Upload.State.REJECTED
    assert upload.message == "This is a PDF, not a table. Save it as CSV or XLSX and upload that file."


def test_too_large_a_file_is_refused_and_leaves_nothing(bay: Cast, settings: object) -> None:
    settings.MAX_UPLOAD = 50  # type: ignore[attr-defined]
    with pytest.raises(DomainError) as refused:
        land(bay, LEDGER)
    assert refused.value.status == 413
    with district_scope(bay.district.pk):
        assert Upload.objects.count() == 0
    from districts.landing.store import district_folder

    with district_scope(bay.district.pk):
        assert list(district_folder().glob("arriving-*")) == []


def test_a_ledger_without_spending_objects_says_so(bay: Cast) -> None:
    ledger = LEDGER.replace(",1100,", ",110,").replace(",1300,", ",51100,").replace(",4300,", ",,")
    upload = land(bay, ledger, kind="generic_ledger").upload
    work()
    with district_scope(bay.district.pk):
        detail = selectors.get_upload(upload_id=upload.pk)
        if detail.upload.state == Upload.State.NEEDS_MAP:
            page = selectors.get_map_page(upload_id=upload.pk)
            services.save_map(by=None, upload_id=upload.pk, file_map=page.file_map)
    work()
    with district_scope(bay.district.pk):
        detail = selectors.get_upload(upload_id=upload.pk)
    (check,) = [one for one in detail.checks if one.name == "Rows that count as spending"]
    assert (check.status, check.found) == ("warn", "0 of 3 rows")
