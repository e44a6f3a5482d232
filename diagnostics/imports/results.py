"""Results by school, year and group of students: a rate with its counts, or a mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl
from django.db import connection

from diagnostics.imports import results_fields, results_map, results_rows, results_sheets
from diagnostics.imports.results_gap import check_district_rows
from diagnostics.imports.results_preview import describe_slice
from diagnostics.imports.results_tally import Tally
from districts.landing.kinds import (
    FileKind,
    FileMap,
    Loaded,
    MapField,
    MapIncomplete,
    Reading,
    Source,
    at_noon,
    parse_day,
)
from districts.landing.reader import Sample, Table, open_table
from districts.landing.schools import SchoolFinder
from districts.models import District
from districts.tenancy import current_district_id
from strategy.models import Metric
from strategy.services.metrics import MetricInput, create_metric


class Results(FileKind):
    """A metric for schools and groups; each school year is a slice of its own."""

    name = "results"
    label = "Results by school, year and group"
    explanation = (
        "A rate with its count, a mean, a count or the students at each level, for each school, school year,"
        " grade and group of students: attendance, test scores, surveys, enrollment."
    )
    intros = results_fields.INTROS
    reads_more = True
    asks_filing_date = True
    family = "results"
    stage = (
        ("slice", "smallint"),
        ("school", "uuid"),
        ("student_group", "text"),
        ("grade", "text"),
        ("numerator", "numeric(14,4)"),
        ("denominator", "numeric(14,4)"),
        ("value", "numeric(14,6)"),
        ("levels", "jsonb"),
        ("is_suppressed", "boolean"),
        ("is_vouched", "boolean"),
        ("row_number", "integer"),
    )
    changed_inputs = ("results",)

    def recognise(self, sample: Sample) -> float:
        """Certain for the derived absenteeism file; likely for a school, a year and a value."""
        if results_map.is_derived_absenteeism(sample.columns):
            return 1.0
        guess = results_map.guess(sample)
        has_value = "value" in guess or {"numerator", "denominator"} <= guess.keys()
        return 0.55 if {"year", "school"} <= guess.keys() and has_value else 0.0

    def fields(self, sample: Sample, source: Source) -> tuple[MapField, ...]:
        """Ask for metric, columns, repairs and date."""
        return results_fields.fields(sample)

    def guess(self, sample: Sample, source: Source) -> dict[str, str]:
        """Guess from header words; the derived absenteeism file brings its repairs."""
        return results_map.guess(sample)

    def needs_person(self, sample: Sample, file_map: FileMap, source: Source) -> bool:
        """A person looks at every map once, unless the file is the known one."""
        return not results_map.is_derived_absenteeism(sample.columns)

    def check_map(self, sample: Sample, file_map: FileMap, source: Source) -> None:
        """Raise MapIncomplete when values or repairs are not settled, in any reading of the file."""
        readings = file_map.readings()
        for number, one in enumerate(readings, start=1):
            try:
                head = sample if number == 1 else _open(source, one).sample
                super().check_map(head, one, source)
                results_map.check(one)
                results_map.check_scale(head, one)
            except MapIncomplete as error:
                if len(readings) == 1:
                    raise
                raise MapIncomplete(f"Reading {number}: {error.message}", field=error.field) from error

    def describe_reading(self, file_map: FileMap) -> str:
        """Name the metric of a reading and the sheet it reads."""
        slug = file_map.get("metric")
        name = (
            Metric.objects.filter(slug=slug).values_list("name", flat=True).first() or slug or "No metric yet"
        )
        return f"{name}, sheet {file_map.options.sheet}" if file_map.options.sheet else str(name)

    def batches(self, reading: Reading) -> Iterator[pl.DataFrame]:
        """Read values, as often as the map says; repairs are steps with names, counted in the report."""
        report, readings = reading.report, reading.file_map.readings()
        tally, read = Tally(report), set[str]()
        typed = ",".join(one.get("district_row") for one in readings)
        finder = SchoolFinder(of_district=typed.split(","))
        are_several = len({one.options.sheet for one in readings}) > 1
        for one in readings:
            rows = results_rows.ResultRows(reading=reading, file_map=one, finder=finder, tally=tally)
            for sheet in results_sheets.list_tables(source=reading.source, file_map=one):
                rows.enter(sheet=sheet.table.sample.sheet)
                report.has_sheets = are_several or report.has_sheets or sheet.is_one_of_several
                for batch in results_sheets.draw(sheet, report=report, read=read):
                    frame = rows.read(batch)
                    report.counts.loaded += frame.height
                    if frame.height:
                        yield frame
            rows.finish()
        tally.finish()
        results_sheets.merge_checks(report)
        if not reading.slices and report.is_clean:
            report.problem(
                row=0,
                column=reading.file_map.get("school"),
                why="no row names a school of this district",
                what_to_do="Add the schools with their codes first, or map another column.",
            )
        typed_day = reading.file_map.get("filed_on")
        day = parse_day(typed_day, label="Date of the data") if typed_day else reading.source.today
        for slice_ in reading.slice_list():
            slice_.filed_at = at_noon(day)

    def finish_quality(self, stage: str, reading: Reading) -> None:
        """Put rows by year into the report; no sums of students, which may be those of one school."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT slice, count(*), count(DISTINCT school), sum(is_suppressed::int)"
                f" FROM {stage} GROUP BY 1"
            )
            found = {row[0]: row[1:] for row in cursor.fetchall()}
            check_district_rows(
                cursor=cursor,
                stage=stage,
                slices=reading.slice_list(),
                names=dict(Metric.objects.values_list("slug", "name")),
                report=reading.report,
                minimum=District.objects.values_list("minimum_group", flat=True).get(
                    pk=current_district_id()
                ),
            )
        for one in reading.slice_list():
            rows, schools, hidden = found.get(one.number, (0, 0, 0))
            one.control_totals = {
                "rows": str(rows),
                "schools": str(schools),
                "suppressed": str(hidden),
            }
            title = f"{one.subject} {one.fiscal_year - 1}-{one.fiscal_year % 100:02d}"
            reading.report.control_totals[f"{title}: rows, schools, suppressed"] = (
                f"{rows:,}, {schools:,}, {hidden:,}"
            )

    def preview(self, stage: str, reading: Reading) -> dict[str, Any]:
        """Compare with the current filing of each year: values, and the district's rate before and after."""
        with connection.cursor() as cursor:
            return {
                "slices": [
                    describe_slice(cursor=cursor, stage=stage, one=one, family=self.family)
                    for one in reading.slice_list()
                ]
            }

    def load(self, stage: str, reading: Reading, filings: Mapping[int, Any], upload_id: Any) -> Loaded:
        """Insert the values, making the metric when the map named a new one."""
        metrics = {slug: get_metric(slug) for slug in {one.subject for one in reading.slice_list()}}
        slices = {one.number: one for one in reading.slice_list()}
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO diagnostics_metricresult (district_id, filing_id, metric_id, school_id,"
                ' "group", grade, school_year, numerator, denominator, value, levels, is_suppressed,'
                " is_vouched, row_number)"
                " SELECT %s, f.id, f.metric, s.school, s.student_group, s.grade, f.year, s.numerator,"
                " s.denominator, s.value, s.levels, s.is_suppressed, s.is_vouched, s.row_number"
                f" FROM {stage} s JOIN unnest(%s::smallint[], %s::uuid[], %s::uuid[], %s::smallint[])"
                " AS f (slice, id, metric, year) USING (slice)",
                [
                    current_district_id(),
                    list(filings),
                    list(filings.values()),
                    [metrics[slices[number].subject] for number in filings],
                    [slices[number].fiscal_year for number in filings],
                ],
            )
            rows = int(cursor.rowcount)
        return Loaded(rows=rows, changed_inputs=self.changed_inputs)

    def delete_facts(self, filing_ids: Sequence[Any], upload_id: Any) -> None:
        """Delete the values of the filings."""
        with connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM diagnostics_metricresult WHERE filing_id = ANY(%s)", [list(filing_ids)]
            )


def _open(source: Source, file_map: FileMap) -> Table:
    return open_table(
        path=source.path, file_name=source.file_name, options=file_map.options, limits=source.limits
    )


def get_metric(slug: str) -> Any:
    """Give the id of a metric, making chronic absenteeism when the district has no such metric."""
    found = Metric.objects.filter(slug=slug).first()
    if found is not None:
        return found.pk
    return create_metric(
        metric=MetricInput(
            name="Chronic absenteeism",
            slug=slug,
            direction=Metric.Direction.DOWN,
            unit=Metric.Unit.PERCENT,
            description="Students who missed a tenth or more of their days.",
            is_leading=True,
        )
    )
