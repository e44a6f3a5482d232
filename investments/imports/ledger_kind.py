"""What every ledger file has in common: canonical rows, preview, load, undo. Reads no file itself."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

import polars as pl

from districts.access.permissions import Permission
from districts.landing.amounts import format_amount
from districts.landing.kinds import FileKind, Loaded, Reading, Resting, ShownRows
from investments.imports import ledger_load, ledger_size
from investments.imports.canonical import KIND_LABELS, SEGMENT_LABELS, SEPARATOR, STAGE
from investments.imports.ledger_stage import number_accounts, stage_accounts
from investments.segments import SEGMENTS
from investments.selectors.allocation_along import list_given
from investments.services.allocation_along import take_allocations_along


class LedgerKind(FileKind):
    """A file of amounts on accounts. Subclasses read it into canonical rows."""

    family = "ledger"
    stage = STAGE
    changed_inputs: tuple[str, ...] = ("ledger",)
    is_state_ledger = True
    resting_name = "allocations"
    resting_permission = Permission.ENTER_ALLOCATIONS.value
    resting_way_out = (
        "Or open Budget, Allocations, choose this budget and take its allocations away;"
        " the audit keeps each of them."
    )

    @abstractmethod
    def read_rows(self, reading: Reading) -> Iterator[pl.DataFrame]:
        """Yield rows of slice, account, amount, row_number; report everything else."""

    def batches(self, reading: Reading) -> Iterator[pl.DataFrame]:
        """Yield the canonical rows and count them."""
        counts = reading.report.counts
        for frame in self.read_rows(reading):
            counts.loaded += frame.height
            ledger_size.note_size(frame=frame, reading=reading)
            if frame.height:
                yield number_accounts(frame=frame, reading=reading)
        if not counts.loaded and reading.report.is_clean:
            reading.report.problem(
                row=0,
                why="no row of the file can be loaded"
                + (": all are another district's" if counts.other_district else ""),
                what_to_do="Check that this is your district's file, and that its layout is mapped.",
            )

    def show_rows(self, frame: pl.DataFrame, reading: Reading) -> ShownRows:
        """Show year, kind, the segments in use and the amount of some rows."""
        slices = {one.number: one for one in reading.slice_list()}
        keys = [account.split(SEPARATOR) for account in frame["account"]]
        used = [n for n in range(len(SEGMENTS)) if any(key[n] for key in keys)]
        named = [
            (reading.file_map.get(SEGMENTS[n]) if SEGMENTS[n].startswith("local") else "")
            or SEGMENT_LABELS[SEGMENTS[n]]
            for n in used
        ]
        rows = zip(keys, frame.select("slice", "amount", "row_number").iter_rows(), strict=True)
        return ShownRows(
            columns=("Row", "Fiscal year", "Kind of amount", *named, "Amount"),
            rows=tuple(
                (
                    f"{number:,}",
                    f"FY{slices[one].fiscal_year}",
                    KIND_LABELS[slices[one].subject],
                    *(key[n] for n in used),
                    _grouped(amount),
                )
                for key, (one, amount, number) in rows
            ),
        )

    def preview(self, stage: str, reading: Reading) -> dict[str, Any]:
        """Compare each slice, as `finish_quality` added it up, with the current filing of the same slice."""
        return ledger_load.preview(reading=reading, family=self.family)

    def finish_quality(self, stage: str, reading: Reading) -> None:
        """Add the state ledger's checks, which need the rows staged and the years around them."""
        stage_accounts(stage=stage, reading=reading)
        ledger_size.check_size(stage=stage, reading=reading, family=self.family)
        ledger_load.note_totals(reading=reading)
        ledger_load.check_spending_objects(reading=reading)
        if self.is_state_ledger:
            ledger_load.check_state_ledger(stage=stage, reading=reading, family=self.family)

    def load(self, stage: str, reading: Reading, filings: Mapping[int, Any], upload_id: Any) -> Loaded:
        """Insert accounts not seen before and every entry."""
        rows = ledger_load.insert_entries(stage=stage, filings=filings)
        return Loaded(rows=rows, changed_inputs=self.changed_inputs)

    def delete_facts(self, filing_ids: Sequence[Any], upload_id: Any) -> None:
        """Delete the entries of the filings; refused while allocations rest on one."""
        ledger_load.delete_entries(filing_ids=filing_ids)

    def list_resting(self, filing_ids: Sequence[UUID]) -> tuple[Resting, ...]:
        """List the allocations of budgets, filing by filing."""
        return tuple(
            Resting(filing_id=one.filing_id, words=one.words, stamp=one.stamp)
            for one in list_given(filing_ids=filing_ids)
        )

    def take_along(self, moves: Mapping[UUID, UUID]) -> None:
        """Move the allocations of budgets to the budgets that count again."""
        take_allocations_along(moves=moves)


def _grouped(amount: Decimal) -> str:
    """Write an exact amount with its thousands apart."""
    whole, _, cents = format_amount(amount).partition(".")
    return f"{int(whole.lstrip('-')):,}.{cents}" if amount >= 0 else f"-{int(whole.lstrip('-')):,}.{cents}"
