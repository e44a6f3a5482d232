"""Chart-of-accounts lists: the titles of the codes of one segment."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl
from django.db import connection

from districts.landing.kinds import (
    FileKind,
    FileMap,
    Loaded,
    MapField,
    MapIncomplete,
    Reading,
    Source,
    at_noon,
)
from districts.landing.reader import Sample, open_table
from districts.tenancy import current_district_id
from investments.imports.canonical import LONGEST_CODE, SEGMENT_LABELS
from investments.segments import SEGMENTS

LONGEST_TITLE = 250
_CODE_HEADERS = ("code", "number", "no", "segment value", "value")
_TITLE_HEADERS = ("title", "description", "name", "label", "desc")
_YEAR = re.compile(r"(?:fy|_|-|\b)(20[0-9]{2})(?:-([0-9]{2}))?(?:\b|_|\.)", re.IGNORECASE)


class CodeList(FileKind):
    """Code and title, one row a code; the segment is known from the file's name, or asked."""

    name = "code_list"
    label = "Chart-of-accounts list (codes and titles)"
    explanation = "Two columns that give the codes of one segment (funds, resources, objects) their titles."
    family = "codes"
    stage = (("slice", "smallint"), ("code", "text"), ("title", "text"), ("row_number", "integer"))

    def recognise(self, sample: Sample) -> float:
        """Likely when there are a code and a title column and little else."""
        if len(sample.columns) > 4 or not _find(sample, _CODE_HEADERS):
            return 0.0
        return 0.95 if _find(sample, _TITLE_HEADERS) else 0.0

    def fields(self, sample: Sample, source: Source) -> tuple[MapField, ...]:
        """Ask for the segment, its two columns and the year."""
        return (
            MapField(
                name="segment",
                label="Which codes are these?",
                type="choice",
                is_required=True,
                choices=tuple(SEGMENT_LABELS.items()),
            ),
            MapField(name="code", label="Code", type="column", is_required=True),
            MapField(name="title", label="Title", type="column", is_required=True),
            MapField(
                name="fiscal_year",
                label="Fiscal year",
                type="number",
                help="The year the list is for, named by its end. Leave empty when it has none.",
            ),
        )

    def guess(self, sample: Sample, source: Source) -> dict[str, str]:
        """Guess the segment and year from the file's name."""
        name = sample.file_name.lower()
        segment = next((one for one in SEGMENTS if one in name), "")
        year = _YEAR.search(name)
        fiscal_year = ""
        if year:
            start, end = year.groups()
            fiscal_year = start if end is None else str(int(start) + 1)
        return {
            "segment": segment,
            "code": _find(sample, _CODE_HEADERS),
            "title": _find(sample, _TITLE_HEADERS),
            "fiscal_year": fiscal_year,
        }

    def check_map(self, sample: Sample, file_map: FileMap, source: Source) -> None:
        """Raise MapIncomplete when an answer is missing or the year is none."""
        super().check_map(sample, file_map, source)
        year = file_map.get("fiscal_year")
        if year and not re.fullmatch("(19|20)[0-9]{2}", year):
            raise MapIncomplete("«Fiscal year» must be a year such as 2026.")

    def batches(self, reading: Reading) -> Iterator[pl.DataFrame]:
        """Read codes and titles; a code that is empty or comes twice is a problem."""
        source, file_map, report = reading.source, reading.file_map, reading.report
        one = reading.slice(
            subject=file_map.get("segment"), fiscal_year=int(file_map.get("fiscal_year") or 0)
        )
        one.filed_at = at_noon(source.today)
        seen: set[str] = set()
        table = open_table(
            path=source.path,
            file_name=source.file_name,
            options=file_map.options,
            limits=source.limits,
        )
        for batch in table.batches(report):
            rows = []
            for row, code, title in batch.select(
                "_row", file_map.get("code"), file_map.get("title")
            ).iter_rows():
                why = _why_refused(code, title, seen)
                if why:
                    report.problem(
                        row=row,
                        column=file_map.get("code"),
                        value=code,
                        why=why,
                        what_to_do="Correct the list: one row for each code.",
                    )
                    continue
                seen.add(code)
                rows.append((one.number, code, title, row))
            report.counts.loaded += len(rows)
            yield pl.DataFrame(
                rows,
                orient="row",
                schema={"slice": pl.Int16, "code": pl.String, "title": pl.String, "row_number": pl.Int64},
            )

    def preview(self, stage: str, reading: Reading) -> dict[str, Any]:
        """Count codes new, retitled and unchanged against the lists already there."""
        one = reading.slice_list()[0]
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FILTER (WHERE t.code IS NULL),"
                " count(*) FILTER (WHERE t.title <> s.title),"
                " count(*) FILTER (WHERE t.title = s.title)"
                f" FROM {stage} s LEFT JOIN (SELECT DISTINCT ON (c.code) c.code, c.title"
                " FROM investments_codetitle c WHERE c.segment = %s AND c.fiscal_year = %s"
                " ORDER BY c.code, c.id DESC) t ON t.code = s.code",
                [one.subject, one.fiscal_year],
            )
            new, changed, same = cursor.fetchone()
        return {
            "slices": [
                {
                    "subject": one.subject,
                    "label": f"Titles of {SEGMENT_LABELS[one.subject].lower()} codes"
                    + (f" FY{one.fiscal_year}" if one.fiscal_year else ""),
                    "fiscal_year": one.fiscal_year,
                    "rows": reading.report.counts.loaded,
                    "codes": {"new": new, "changed": changed, "same": same},
                }
            ]
        }

    def load(self, stage: str, reading: Reading, filings: Mapping[int, Any], upload_id: Any) -> Loaded:
        """Insert the titles under this upload."""
        one = reading.slice_list()[0]
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO investments_codetitle"
                " (district_id, upload_id, segment, code, title, fiscal_year)"
                f" SELECT %s, %s, %s, code, title, %s FROM {stage}",
                [current_district_id(), upload_id, one.subject, one.fiscal_year],
            )
            rows = int(cursor.rowcount)
        return Loaded(rows=rows, changed_inputs=self.changed_inputs)

    def delete_facts(self, filing_ids: Sequence[Any], upload_id: Any) -> None:
        """Delete the titles of the upload."""
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM investments_codetitle WHERE upload_id = %s", [upload_id])


def _find(sample: Sample, words: Sequence[str]) -> str:
    for word in words:
        for column in sample.columns:
            name = re.sub(r"[^a-z]+", " ", column.lower()).strip()
            if name == word or name.split()[-1:] == [word]:
                return column
    return ""


def _why_refused(code: str, title: str, seen: set[str]) -> str:
    if not code:
        return "the code is empty"
    if len(code) > LONGEST_CODE:
        return f"the code is longer than {LONGEST_CODE} characters"
    if code[0] in "=+@":
        return "the code is a formula"
    if len(title) > LONGEST_TITLE:
        return f"the title is longer than {LONGEST_TITLE} characters"
    if code in seen:
        return "the code comes twice"
    return ""
