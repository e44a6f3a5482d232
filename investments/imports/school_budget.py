"""School budgets in wide workbooks: a row a school, a column a line item or a named initiative."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from districts.landing.kinds import FileMap, Loaded, MapField, Reading, ShownRows, Source
from districts.landing.reader import Sample, open_table
from investments.imports import school_budget_map as mapping
from investments.imports.canonical import SEGMENT_LABELS
from investments.imports.filing_dates import date_slices
from investments.imports.ledger_kind import LedgerKind
from investments.imports.school_budget_controls import (
    check_categories,
    check_cells,
    check_schools,
    check_totals,
)
from investments.imports.school_budget_rows import SchoolRows
from investments.imports.school_budget_schools import (
    forget_titles,
    link_schools,
    list_initiatives,
    save_titles,
)
from investments.models import AmountKind, LocalSegment

LABELS = {"local_1": "Line item", "local_2": "Budget category", "local_3": "Named initiative"}
_ROWS = "rows of schools"


class SchoolBudget(LedgerKind):
    """A budget by school: line items are loaded; categories and totals are the same dollars again, as controls."""

    name = "school_budget"
    label = "School budgets (a column for each line item)"
    explanation = (
        "A workbook or table with a row for each school and a column for each line item, under one or two rows of"
        " names. Totals and categories are compared, never loaded."
    )
    intros = mapping.INTROS
    asks_filing_date = True
    is_state_ledger = False
    subject = AmountKind.BUDGET.value
    segments: tuple[str, ...] = ("local_1", "local_2")
    changed_inputs = ("ledger", "initiatives")

    def recognise(self, sample: Sample) -> float:
        """Likely for an id of a school beside many columns of dollars."""
        return 0.0 if mapping.is_earmark_sheet(sample) else mapping.score(sample)

    def fields(self, sample: Sample, source: Source) -> tuple[MapField, ...]:
        """Ask for school, year, what is no dollars, controls, and whose initiative a column is."""
        return mapping.fields(
            sample,
            is_earmark=self.subject == AmountKind.EARMARK,
            initiatives=list_initiatives(),
        )

    def guess(self, sample: Sample, source: Source) -> dict[str, str]:
        """Guess from the names of columns and sheets, and the file's name."""
        return mapping.guess(sample, initiatives=list_initiatives())

    def needs_person(self, sample: Sample, file_map: FileMap, source: Source) -> bool:
        """A person looks at every guessed map once: it also says which school has which initiative."""
        return True

    def check_map(self, sample: Sample, file_map: FileMap, source: Source) -> None:
        """Raise MapIncomplete when school, year, names or dollars are not settled."""
        super().check_map(sample, file_map, source)
        mapping.check(file_map, sample)

    def amount_columns(self, file_map: FileMap) -> tuple[str, ...]:
        """Name the column of totals, by which rows left out are measured."""
        return (file_map.get("total"),) if file_map.get("total") else ()

    def read_rows(self, reading: Reading) -> Iterator[pl.DataFrame]:
        """Read every cell of dollars; what is no number is reported, none is dropped silently."""
        source, file_map = reading.source, reading.file_map
        table = open_table(
            path=source.path, file_name=source.file_name, options=file_map.options, limits=source.limits
        )
        self.check_map(table.sample, file_map, source)
        rows = SchoolRows(reading, table, subject=self.subject)
        reading.notes[_ROWS] = rows
        for batch in table.batches(reading.report):
            yield from rows.read(batch)
        date_slices(reading)

    def show_rows(self, frame: pl.DataFrame, reading: Reading) -> ShownRows:
        """Show rows with the names that school budgets give the district's own segments."""
        shown = super().show_rows(frame, reading)
        names = {SEGMENT_LABELS[segment]: label for segment, label in LABELS.items()}
        return ShownRows(columns=tuple(names.get(name, name) for name in shown.columns), rows=shown.rows)

    def finish_quality(self, stage: str, reading: Reading) -> None:
        """Add the controls to the report: line items, categories and totals agree, or where they do not."""
        super().finish_quality(stage, reading)
        rows: SchoolRows = reading.notes[_ROWS]
        check_totals(reading=reading, rows=rows)
        check_categories(reading=reading, rows=rows)
        check_cells(reading=reading, rows=rows)
        check_schools(reading=reading, rows=rows)

    def load(self, stage: str, reading: Reading, filings: Mapping[int, Any], upload_id: Any) -> Loaded:
        """Insert the entries, the titles of codes, and the schools of the initiatives a person linked."""
        loaded = super().load(stage, reading, filings, upload_id)
        rows: SchoolRows = reading.notes[_ROWS]
        for segment in self.segments:
            LocalSegment.objects.get_or_create(segment=segment, defaults={"label": LABELS[segment]})
        save_titles(upload_id=upload_id, titles=self._titles(rows))
        link_schools(without=())
        return loaded

    def _titles(self, rows: SchoolRows) -> dict[str, dict[str, str]]:
        return {
            "location": rows.schools,
            "local_1": {one.code: one.name for one in rows.items},
            "local_2": {one.category_code: one.category for one in rows.items if one.category},
        }

    def delete_facts(self, filing_ids: Sequence[Any], upload_id: Any) -> None:
        """Delete entries and titles, and the schools that only these filings gave an initiative."""
        super().delete_facts(filing_ids, upload_id)
        forget_titles(upload_id=upload_id)
        link_schools(without=filing_ids)


class SchoolEarmark(SchoolBudget):
    """Dollars by school and named initiative that are part of a budget: shown apart, never added to it."""

    name = "school_earmark"
    label = "Earmarks by school (a column for each named initiative)"
    explanation = (
        "A table with a row for each school and a column for each named initiative, of dollars that a budget holds"
        " already. They are shown apart, never added to it, and say which school has which initiative."
    )
    subject = AmountKind.EARMARK.value
    segments = ("local_3",)

    def recognise(self, sample: Sample) -> float:
        """Likely where the sheet's name says at-risk or earmark."""
        return mapping.score(sample) if mapping.is_earmark_sheet(sample) else 0.0

    def _titles(self, rows: SchoolRows) -> dict[str, dict[str, str]]:
        return {"location": rows.schools, "local_3": {one.code: one.name for one in rows.items}}
