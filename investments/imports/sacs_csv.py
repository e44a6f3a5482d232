"""California's general-ledger extract as CSV: blank-padded, one row an account, no filing time."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from districts.landing.amounts import WHAT_TO_DO, parse_amounts
from districts.landing.kinds import FileMap, MapField, Reading, Source
from districts.landing.problems import Report
from districts.landing.reader import Sample, open_table
from investments.imports.canonical import SACS_WIDTHS, account_key, sacs_parts
from investments.imports.filing_dates import date_slices
from investments.imports.ledger_kind import LedgerKind
from investments.imports.sacs_dat import COLUMN_KINDS, refuse_several_districts

HEADER = {
    "Ccode",
    "Dcode",
    "SchoolCode",
    "Fiscalyear",
    "Period",
    "Colcode",
    "Account",
    "Fund",
    "Resource",
    "Projectyear",
    "Goal",
    "Function",
    "Object",
    "Value",
}
SEGMENT_COLUMNS = ("Fund", "Resource", "Projectyear", "Goal", "Function", "Object")
CHECK_EXPORT = "Check the row in the extract and export it again."

_ENTITIES = "districts and charter schools of the rows"


class SacsCsv(LedgerKind):
    """The state's extract `usergl`: the fiscal year is named by its start, kinds by column code."""

    name = "sacs_csv"
    label = "California SACS ledger extract (CSV)"
    explanation = "The state's general-ledger file (usergl), with columns such as Ccode, Dcode and Value."
    asks_filing_date = True

    def recognise(self, sample: Sample) -> float:
        """Certain when the header is the extract's."""
        return 1.0 if set(sample.columns) >= HEADER else 0.0

    def fields(self, sample: Sample, source: Source) -> tuple[MapField, ...]:
        """Ask only for the filing date, which the extract does not hold."""
        return (
            MapField(
                name="filed_on",
                label="Filing date",
                type="date",
                help="The extract does not say when it was filed. Left empty, the usual month of "
                "such a filing is used; the newest filing of a year counts.",
            ),
        )

    def amount_columns(self, file_map: FileMap) -> tuple[str, ...]:
        """Name the one column of dollars."""
        return ("Value",)

    def read_rows(self, reading: Reading) -> Iterator[pl.DataFrame]:
        """Read the extract; rows of other districts are counted, not loaded."""
        source = reading.source
        table = open_table(
            path=source.path,
            file_name=source.file_name,
            options=reading.file_map.options,
            limits=source.limits,
        )
        for batch in table.batches(reading.report):
            yield self._canonical(batch, reading)
        refuse_several_districts(sorted(reading.notes.get(_ENTITIES, ())), reading.report)
        date_slices(reading)

    def _canonical(self, batch: pl.DataFrame, reading: Reading) -> pl.DataFrame:
        report = reading.report
        own = reading.source.district_state_code
        if own:
            mine = (pl.col("Ccode") + pl.col("Dcode") + pl.col("SchoolCode")) == own.ljust(14, "0")
            report.counts.other_district += batch.filter(~mine).height
            batch = batch.filter(mine)
        else:
            code = pl.concat_str("Ccode", "Dcode", "SchoolCode")
            found = reading.notes.setdefault(_ENTITIES, set())
            found.update(batch.select(code.unique()).to_series().to_list())
        amounts = parse_amounts(batch["Value"])
        batch = batch.with_columns(amounts.amount.alias("amount"), amounts.why.alias("why"))
        sound = self._check_codes(batch, report)
        for row, value, why in (
            batch.filter(pl.col("amount").is_null()).select("_row", "Value", "why").iter_rows()
        ):
            report.problem(
                row=row,
                column="Value",
                value=value,
                why=why or "is empty",
                what_to_do=WHAT_TO_DO.get(why, CHECK_EXPORT),
            )
        batch = batch.filter(sound & pl.col("amount").is_not_null())
        return self._slice(batch, reading)

    def _check_codes(self, batch: pl.DataFrame, report: Report) -> pl.Expr:
        widths = [width for _, width in SACS_WIDTHS]
        whole = pl.col("Account").str.contains(f"^[0-9A-Z]{{{sum(widths)}}}$")
        parts = pl.concat_str([pl.col(name) for name in SEGMENT_COLUMNS])
        checks = (
            (~whole, "Account", "is not an account of 19 digits or capitals"),
            (whole & (parts != pl.col("Account")), "Account", "differs from its own segments"),
            (~pl.col("Fiscalyear").str.contains("^(19|20)[0-9]{2}$"), "Fiscalyear", "is no year"),
            (
                ~pl.col("Colcode").is_in(list(COLUMN_KINDS)),
                "Colcode",
                "is not BA (actual), BE (estimated actual) or BB (budget)",
            ),
        )
        sound = pl.lit(value=True)
        for bad, column, why in checks:
            found = batch.filter(bad)
            report.add_frame(
                rows=found["_row"],
                values=found[column],
                column=column,
                why=why,
                what_to_do=CHECK_EXPORT,
            )
            sound = sound & ~bad
        return sound

    def _slice(self, batch: pl.DataFrame, reading: Reading) -> pl.DataFrame:
        numbers = []
        for year, period, column in (
            batch.select("Fiscalyear", "Period", "Colcode").unique(maintain_order=True).iter_rows()
        ):
            one = reading.slice(subject=COLUMN_KINDS[column], fiscal_year=int(year) + 1, period=period)
            numbers.append((year, column, one.number))
        names = pl.DataFrame(
            numbers,
            schema={"Fiscalyear": pl.String, "Colcode": pl.String, "slice": pl.Int16},
            orient="row",
        ).unique(["Fiscalyear", "Colcode"])
        return batch.join(names, on=["Fiscalyear", "Colcode"], how="left").select(
            "slice",
            account_key(sacs_parts(pl.col("Account"))),
            "amount",
            pl.col("_row").alias("row_number"),
        )
