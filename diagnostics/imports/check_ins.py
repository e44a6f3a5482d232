"""Check-ins by file: how well initiatives were delivered, by school and month."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl
from django.db import connection

from diagnostics.imports.check_in_preview import describe_slices
from diagnostics.imports.check_in_rows import COLUMNS, SCHEMA, CheckInRows
from districts.landing.kinds import FileKind, Loaded, MapField, Reading, Source, at_noon, parse_day
from districts.landing.reader import Sample, open_table
from districts.tenancy import current_district_id

NEEDED = ("initiative", "school", "month", "planned", "delivered")


class CheckIns(FileKind):
    """Initiative, school, month, dosage and students; each month of an initiative is a slice of its own."""

    name = "check_ins"
    label = "Check-ins by initiative, school and month"
    explanation = (
        "How much of an initiative was delivered at each school in each month, and how many of the assigned"
        " students reached the least dosage."
    )
    asks_filing_date = True
    family = "check_ins"
    stage = (
        ("slice", "smallint"),
        ("initiative", "uuid"),
        ("school", "uuid"),
        ("month", "date"),
        ("planned", "numeric(10,2)"),
        ("delivered", "numeric(10,2)"),
        ("assigned", "integer"),
        ("reached", "integer"),
        ("note", "text"),
        ("row_number", "integer"),
    )
    changed_inputs = ("check_ins",)

    def recognise(self, sample: Sample) -> float:
        """Nearly certain for a file with the columns as this product names them."""
        found = _guess(sample)
        return 0.95 if set(NEEDED) <= found.keys() else 0.0

    def fields(self, sample: Sample, source: Source) -> tuple[MapField, ...]:
        """Ask for the columns and the date."""
        columns = tuple(
            MapField(name=name, label=label, type="column", is_required=name in NEEDED, help=text)
            for name, label, text, _ in COLUMNS
        )
        day = MapField(
            name="filed_on",
            label="Date of the data",
            type="date",
            help="The day the check-ins were exported. Of two files for one month the later one counts.",
        )
        return (*columns, day)

    def guess(self, sample: Sample, source: Source) -> dict[str, str]:
        """Guess from header words."""
        return _guess(sample)

    def batches(self, reading: Reading) -> Iterator[pl.DataFrame]:
        """Read check-ins; what cannot be read goes to the report with row, column and what to do."""
        source, file_map, report = reading.source, reading.file_map, reading.report
        table = open_table(
            path=source.path, file_name=source.file_name, options=file_map.options, limits=source.limits
        )
        rows = CheckInRows(reading)
        for batch in table.batches(report):
            frame = pl.DataFrame(rows.read(batch), schema=SCHEMA, orient="row")
            report.counts.loaded += frame.height
            if frame.height:
                yield frame
        rows.finish()
        typed = file_map.get("filed_on")
        day = parse_day(typed, label="Date of the data") if typed else source.today
        for one in reading.slice_list():
            one.filed_at = at_noon(day)

    def finish_quality(self, stage: str, reading: Reading) -> None:
        """Put rows and schools by month into the report."""
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT slice, count(*) FROM {stage} GROUP BY 1")
            rows = dict(cursor.fetchall())
        for one in reading.slice_list():
            one.control_totals = {"rows": str(rows.get(one.number, 0))}
            reading.report.control_totals[f"{one.subject}, {one.period}: schools"] = (
                f"{rows.get(one.number, 0):,}"
            )

    def preview(self, stage: str, reading: Reading) -> dict[str, Any]:
        """Compare with the check-ins that count now, those typed by people too."""
        return {"slices": describe_slices(stage=stage, reading=reading, family=self.family)}

    def load(self, stage: str, reading: Reading, filings: Mapping[int, Any], upload_id: Any) -> Loaded:
        """Insert the check-ins beside what is there: what was recorded last counts."""
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO diagnostics_checkin (id, district_id, filing_id, initiative_id, school_id, month,"
                " planned_dosage, delivered_dosage, students_assigned, students_reached, note, recorded_at)"
                " SELECT uuidv7(), %s, f.id, s.initiative, s.school, s.month, s.planned, s.delivered,"
                " s.assigned, s.reached, coalesce(s.note, ''), clock_timestamp()"
                f" FROM {stage} s JOIN unnest(%s::smallint[], %s::uuid[]) AS f (slice, id) USING (slice)",
                [current_district_id(), list(filings), list(filings.values())],
            )
            rows = int(cursor.rowcount)
        return Loaded(rows=rows, changed_inputs=self.changed_inputs)

    def delete_facts(self, filing_ids: Sequence[Any], upload_id: Any) -> None:
        """Delete the check-ins of the filings; those typed by people stay."""
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM diagnostics_checkin WHERE filing_id = ANY(%s)", [list(filing_ids)])


def _guess(sample: Sample) -> dict[str, str]:
    """Name the column of each question, where a header says it."""
    headers = {" ".join(one.lower().replace("_", " ").split()): one for one in sample.columns}
    found = {}
    for name, _, _, words in COLUMNS:
        column = next((headers[word] for word in words if word in headers), "")
        if column:
            found[name] = column
    return found
