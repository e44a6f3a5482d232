"""What reading a results file counts over all its readings, and what the report says of it. Reads no rows."""

from __future__ import annotations

from collections import Counter

from districts.landing.problems import Report

MOST_NAMES = 5


class Tally:
    """Counts shared by every reading of one file: repairs, hidden values, schools that are not ours."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.seen: set[tuple[str, int, str, str, str]] = set()
        self.steps: Counter[tuple[str, str]] = Counter()
        self.codes: Counter[str] = Counter()
        self.agencies: Counter[str] = Counter()
        self.named_others: Counter[str] = Counter()
        self.left_out_names: Counter[str] = Counter()
        self.blanks: Counter[str] = Counter()
        self.first_rows: dict[str, int] = {}
        self._counted: set[tuple[str, int]] = set()

    def count_other(self, *, meaning: str, text: str, row: int) -> None:
        """Count a row that is no school's of this district; once, however often the file is read."""
        if (self.report.sheet, row) in self._counted:
            return
        self._counted.add((self.report.sheet, row))
        if meaning == "unknown_name":
            self.report.unknown_schools[text] += 1
            self.first_rows.setdefault(text, row)
            return
        counted = {
            "agency": self.agencies,
            "other": self.named_others,
            "left_out": self.left_out_names,
            "unknown_code": self.codes,
            "blank": self.blanks,
        }[meaning]
        counted[text] += 1
        self.report.counts.other_district += 1

    def finish(self) -> None:
        """Name every repair with its number of rows, in the report and in the provenance."""
        for (name, note), number in self.steps.items():
            self.report.check(name=name, status="info", found=f"{number:,} rows", note=note)
            self.report.provenance.append(f"{name}: {number:,} rows. {note}")
        self._say_others()
        self._ask_for_names()

    def _say_others(self) -> None:
        report = self.report
        if self.agencies or self.named_others:
            rows = sum(self.agencies.values()) + sum(self.named_others.values())
            both = [name for name, _ in (self.agencies + self.named_others).most_common(MOST_NAMES)]
            note = f"Not loaded: {', '.join(both)}" + (
                " and others." if len(self.agencies) + len(self.named_others) > len(both) else "."
            )
            report.check(name="Rows of other agencies", status="info", found=f"{rows:,} rows", note=note)
            report.provenance.append(f"{rows:,} rows of other agencies were counted and not loaded.")
        if self.left_out_names:
            rows = sum(self.left_out_names.values())
            report.check(
                name="Names that are no school",
                status="info",
                found=f"{len(self.left_out_names):,} names, {rows:,} rows",
                note="A person said that they are no school, so their rows are not loaded.",
            )
            report.provenance.append(f"{rows:,} rows of names that are no school were left out.")
        if self.blanks:
            report.check(
                name="Rows without a school",
                status="warn",
                found=f"{sum(self.blanks.values()):,} rows",
                note="Not loaded: they name no school, and say nothing that stands for the district.",
            )
        if self.codes:
            report.check(
                name="Schools of others",
                status="info",
                found=f"{len(self.codes):,} codes, {sum(self.codes.values()):,} rows",
                note="Codes that are no school of this district (other agencies, closed, charter).",
            )
            report.provenance.append(
                f"Rows of {len(self.codes):,} codes that are no school of this district were left out."
            )

    def _ask_for_names(self) -> None:
        """Refuse names that nobody has said anything about: none is matched by likeness alone."""
        for name, rows in sorted(self.report.unknown_schools.items()):
            many = "" if rows == 1 else f", in {rows:,} rows"
            self.report.problem(
                row=self.first_rows[name],
                value=name,
                why=f"is no school whose name is known{many}",
                what_to_do="Say which school it is, or that it is none, at «Names of schools».",
            )
