"""Any ledger or budget: any column names, mapped by a person once and replayed afterwards."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from typing import Any, cast

import polars as pl

from districts.landing.amounts import (
    AMOUNT,
    WHAT_TO_DO,
    NumberStyle,
    format_amount,
    parse_amounts,
)
from districts.landing.kinds import FileMap, Loaded, MapField, Reading, Source
from districts.landing.problems import TotalRow
from districts.landing.reader import Sample, open_table
from investments.imports import ledger_map
from investments.imports.account_parts import AccountParts
from investments.imports.canonical import LONGEST_CODE, SEPARATOR, account_key
from investments.imports.entities import Entities
from investments.imports.filing_dates import date_slices
from investments.imports.fiscal_years import read_fiscal_year, read_kind
from investments.imports.header_words import guess_ledger
from investments.imports.ledger_kind import LedgerKind
from investments.imports.local_segments import name_local_segments
from investments.imports.year_to_date import check_finished, settle_open_years
from investments.segments import SEGMENTS

NO_ACCOUNT = SEPARATOR * (len(SEGMENTS) - 1)
_FORMULA = f"(?:^|{SEPARATOR})(?:[=+@]|-[^0-9{SEPARATOR}])"
ASK_SOURCE = "Correct it in the source system and export the file again."
SLICE = pl.Int16


class GenericLedger(LedgerKind):
    """A ledger or budget laid out in any way a table can be."""

    name = "generic_ledger"
    label = "Ledger or budget (any layout)"
    explanation = (
        "A table of dollars by account from any finance system: actuals, a budget, encumbrances, or "
        "several of them. You say which column means what."
    )
    intros = ledger_map.INTROS
    asks_filing_date = True
    is_state_ledger = False

    def recognise(self, sample: Sample) -> float:
        """Likely when the headers name an account and an amount; a person sees the map first."""
        guess = guess_ledger(sample)
        has_account = "account" in guess or sum(1 for one in SEGMENTS if one in guess) >= 2
        return 0.6 if has_account and guess.keys() & set(ledger_map.AMOUNT_FIELDS) else 0.0

    def fields(self, sample: Sample, source: Source) -> tuple[MapField, ...]:
        """Ask for amounts, account, year, kind and filing date."""
        return ledger_map.FIELDS

    def guess(self, sample: Sample, source: Source) -> dict[str, str]:
        """Guess from header words, the file's name and its banner."""
        return ledger_map.complete_guess(guess_ledger(sample), sample)

    def needs_person(self, sample: Sample, file_map: FileMap, source: Source) -> bool:
        """A person looks at every guessed map once; saved maps are replayed without."""
        return True

    def check_map(self, sample: Sample, file_map: FileMap, source: Source) -> None:
        """Raise MapIncomplete when amounts, account, year or kind are not settled."""
        super().check_map(sample, file_map, source)
        ledger_map.check(file_map)
        check_finished(sample=sample, file_map=file_map, source=source)

    def amount_columns(self, file_map: FileMap) -> tuple[str, ...]:
        """Name every column of dollars the map uses."""
        return tuple(column for columns in ledger_map.amount_columns(file_map).values() for column in columns)

    def read_rows(self, reading: Reading) -> Iterator[pl.DataFrame]:
        """Read every row; rows that cannot be read are reported, none is dropped silently."""
        source, file_map = reading.source, reading.file_map
        table = open_table(
            path=source.path,
            file_name=source.file_name,
            options=file_map.options,
            limits=source.limits,
        )
        self.check_map(table.sample, file_map, source)
        rows = _Rows(reading)
        for batch in table.batches(reading.report):
            yield from rows.read(batch)
        rows.entities.finish()
        rows.check_total_rows(table.columns)
        settle_open_years(reading, sample=table.sample, kinds=rows.kind_words)
        date_slices(reading)

    def load(self, stage: str, reading: Reading, filings: Mapping[int, Any], upload_id: Any) -> Loaded:
        """Insert the entries, and name the district's own segments after their columns."""
        name_local_segments(file_map=reading.file_map)
        return super().load(stage, reading, filings, upload_id)


class _Rows:
    """The rows of one file under one map."""

    def __init__(self, reading: Reading) -> None:
        self._reading, self._report, self._map = reading, reading.report, reading.file_map
        self._parts: AccountParts | None = ledger_map.account_parts(self._map)
        self._amounts = ledger_map.amount_columns(self._map)
        self._style = cast("NumberStyle", self._map.get("number_style") or "us")
        self._sums: dict[str, Decimal] = dict.fromkeys(self._amounts, Decimal(0))
        self._years: dict[str, int | None] = {}
        self._kinds: dict[str, str] = {}
        self._numbers: dict[tuple[int, str], int] = {}
        self.entities = Entities(reading)

    @property
    def kind_words(self) -> Collection[str]:
        """The words met so far in the column of kinds."""
        return self._kinds.keys()

    def read(self, batch: pl.DataFrame) -> Iterator[pl.DataFrame]:
        """Yield one frame for each amount column."""
        batch = self._with_account(self.entities.keep(batch))
        batch = self._with_year(batch)
        if self._map.get("kind"):
            batch = self._with_kind(batch)
        batch = self._with_amounts(batch)
        batch = self._without_unnamed_totals(batch)
        bad_account = pl.col("account") == NO_ACCOUNT
        has_amount = pl.any_horizontal([pl.col(f"_amount_{field}").is_not_null() for field in self._amounts])
        self._refuse(
            batch.filter(bad_account & has_amount),
            "",
            "_row",
            "has an amount but no account",
            "Give the row its account, or leave the row out.",
        )
        blank = batch.filter(~has_amount & pl.col("_sound"))
        self._report.counts.no_amount += blank.height
        batch = batch.filter(pl.col("_sound") & ~bad_account & has_amount)
        for field in self._amounts:
            frame = self._take(batch, field)
            if frame.height:
                yield frame

    def _take(self, batch: pl.DataFrame, field: str) -> pl.DataFrame:
        amount = pl.col(f"_amount_{field}")
        batch = batch.filter(amount.is_not_null())
        kind = field if field in ledger_map.SIDE_BY_SIDE else ""
        kinds = pl.lit(kind) if kind else pl.col("_kind")
        if not kind and not self._map.get("kind"):
            kinds = pl.lit(self._map.get("kind_value"))
        batch = batch.with_columns(kinds.alias("_kind"))
        pairs = batch.select("_year", "_kind").unique(maintain_order=True)
        names = [(year, one_kind, self._slice_number(year, one_kind)) for year, one_kind in pairs.iter_rows()]
        schema = {"_year": pl.Int32, "_kind": pl.String, "slice": SLICE}
        if len(names) == 1:
            batch = batch.with_columns(pl.lit(names[0][2], SLICE).alias("slice"))
        else:
            numbers = pl.DataFrame(names, schema=schema, orient="row")
            batch = batch.join(numbers, on=["_year", "_kind"], how="left")
        return batch.select("slice", "account", amount.alias("amount"), pl.col("_row").alias("row_number"))

    def _slice_number(self, year: int, kind: str) -> int:
        ledger = self._map.get("ledger") or "main"
        return self._reading.slice(subject=kind, fiscal_year=year, ledger=ledger).number

    def _with_account(self, batch: pl.DataFrame) -> pl.DataFrame:
        sound = pl.lit(value=True)
        parts = {segment: pl.col(self._map.get(segment)) for segment in SEGMENTS if self._map.get(segment)}
        column = self._map.get("account")
        if self._parts is not None:
            account = pl.col(column)
            fits = self._parts.matches(account) | (account == "")
            wrong = batch.filter(~fits)
            shape = f"{len(self._parts.segments)} parts"
            if self._parts.widths:
                shape = f"{sum(self._parts.widths)} characters"
            self._refuse(wrong, column, column, f"does not have the {shape} of an account", ASK_SOURCE)
            sound = fits
            parts = {**self._parts.cut(account), **parts}
        batch = batch.with_columns(account_key(parts), sound.alias("_sound"))
        odd = batch["account"].str.contains(_FORMULA) | (batch["account"].str.len_chars() > LONGEST_CODE)
        return self._check_codes(batch, odd, parts) if odd.any() else batch

    def _check_codes(self, batch: pl.DataFrame, odd: pl.Series, parts: Mapping[str, pl.Expr]) -> pl.DataFrame:
        refused: list[int] = []
        codes = batch.filter(odd).select("_row", *(part.alias(name) for name, part in parts.items()))
        for row in codes.iter_rows(named=True):
            for segment in parts:
                code = row[segment]
                if code[:1] in ("=", "+", "@") or (code[:1] == "-" and code[1:2] and not code[1].isdigit()):
                    why = "is a formula, not a code"
                elif len(code) > LONGEST_CODE:
                    why = f"is longer than {LONGEST_CODE} characters"
                else:
                    continue
                refused.append(row["_row"])
                self._report.problem(
                    row=row["_row"],
                    column=self._map.get(segment) or self._map.get("account"),
                    value=code,
                    why=why,
                    what_to_do=ASK_SOURCE,
                )
                break
        return batch.with_columns(pl.col("_sound") & ~pl.col("_row").is_in(refused))

    def _with_year(self, batch: pl.DataFrame) -> pl.DataFrame:
        column = self._map.get("fiscal_year")
        if not column:
            year = int(self._map.get("fiscal_year_value"))
            return batch.with_columns(pl.lit(year, pl.Int32).alias("_year"))
        for text in batch[column].unique():
            if text not in self._years:
                self._years[text] = read_fiscal_year(
                    text,
                    start_month=self._reading.source.fiscal_year_start_month,
                    is_named_by_start=self._map.get("year_names") == "start",
                )
        years = pl.DataFrame(
            {column: list(self._years), "_year": list(self._years.values())},
            schema={column: pl.String, "_year": pl.Int32},
        )
        batch = batch.join(years, on=column, how="left", maintain_order="left")
        bad = pl.col("_year").is_null()
        self._refuse(
            batch.filter(bad),
            column,
            column,
            "is not a fiscal year or a day",
            "Write the year as 2026, FY26 or 2025-26, or a day as 2026-03-31.",
        )
        return batch.with_columns(pl.col("_sound") & ~bad)

    def _with_kind(self, batch: pl.DataFrame) -> pl.DataFrame:
        column = self._map.get("kind")
        for text in batch[column].unique():
            self._kinds.setdefault(text, read_kind(text))
        kinds = pl.DataFrame(
            {column: list(self._kinds), "_kind": list(self._kinds.values())},
            schema={column: pl.String, "_kind": pl.String},
        )
        batch = batch.join(kinds, on=column, how="left", maintain_order="left")
        bad = pl.col("_kind") == ""
        self._refuse(
            batch.filter(bad),
            column,
            column,
            "is not a kind of amount: actual, budget, estimated actual or encumbrance",
            "Use one of these words, or map the kind as typed for the whole file.",
        )
        return batch.with_columns(pl.col("_sound") & ~bad)

    def _with_amounts(self, batch: pl.DataFrame) -> pl.DataFrame:
        rounded = 0
        for field, columns in self._amounts.items():
            parsed = [parse_amounts(batch[column], style=self._style) for column in columns]
            for column, one in zip(columns, parsed, strict=True):
                rounded += one.rounded
                if one.has_problems:
                    batch = self._refuse_amounts(batch, column, one.why)
            amount = parsed[0].amount
            if field == "debit":
                both = pl.DataFrame({"d": parsed[0].amount, "c": parsed[1].amount})
                amount = both.select(
                    pl.when(pl.col("d").is_not_null() | pl.col("c").is_not_null()).then(
                        pl.col("d").fill_null(0) - pl.col("c").fill_null(0)
                    )
                ).to_series()
            if self._map.get("sign") == "reverse":
                amount = -amount
            batch = batch.with_columns(amount.cast(AMOUNT).alias(f"_amount_{field}"))
        self._reading.notes["rounded"] = self._reading.notes.get("rounded", 0) + rounded
        return batch

    def _refuse_amounts(self, batch: pl.DataFrame, column: str, why: pl.Series) -> pl.DataFrame:
        bad = why.is_not_null()
        for row, value, reason in zip(
            batch["_row"].filter(bad), batch[column].filter(bad), why.filter(bad), strict=True
        ):
            self._report.problem(
                row=row, column=column, value=value, why=reason, what_to_do=WHAT_TO_DO[reason]
            )
        return batch.with_columns((pl.col("_sound") & ~bad).alias("_sound"))

    def _without_unnamed_totals(self, batch: pl.DataFrame) -> pl.DataFrame:
        """Recognise rows of amounts alone that equal the sum so far: totals without the word."""
        field = next(iter(self._amounts))
        column = f"_amount_{field}"
        alone = batch.filter(
            (pl.col("account") == NO_ACCOUNT) & pl.col("_sound") & pl.col(column).is_not_null()
        )
        totals: list[int] = []
        for row, amount in alone.select("_row", column).iter_rows():
            before = batch.filter((pl.col("_row") < row) & ~pl.col("_row").is_in(totals))
            if self._sums[field] + Decimal(before[column].sum() or 0) == amount:
                totals.append(row)
                self._report.counts.read -= 1
                self._report.counts.totals += 1
        batch = batch.filter(~pl.col("_row").is_in(totals)) if totals else batch
        self._sums[field] += Decimal(batch[column].sum() or 0)
        for other in list(self._amounts)[1:]:
            self._sums[other] += Decimal(batch[f"_amount_{other}"].sum() or 0)
        return batch

    def _refuse(self, bad: pl.DataFrame, column: str, value: str, why: str, what: str) -> None:
        if bad.height:
            self._report.add_frame(
                rows=bad["_row"], values=bad[value], column=column, why=why, what_to_do=what
            )

    def check_total_rows(self, columns: tuple[str, ...]) -> None:
        """Compare the last total row of the file with the sum of the rows loaded."""
        if rounded := self._reading.notes.get("rounded", 0):
            self._report.check(
                name="Decimals",
                status="info",
                found=f"{rounded:,} amounts",
                note="Amounts with more than six decimals were kept to six.",
            )
        if not self._report.total_rows:
            return
        last = self._report.total_rows[-1]
        for field, names in self._amounts.items():
            if len(names) == 1 and names[0] in columns:
                self._check_total(last, columns.index(names[0]), names[0], self._sums[field])

    def _check_total(self, last: TotalRow, position: int, name: str, ours: Decimal) -> None:
        if position >= len(last.cells):
            return
        stated = parse_amounts(pl.Series([last.cells[position]]), style=self._style).amount[0]
        if stated is None:
            return
        if self._map.get("sign") == "reverse":
            stated = -stated
        self._report.check(
            name=f"Total row {last.row:,}, {name}",
            status="ok" if stated == ours else "warn",
            expected=format_amount(stated),
            found=format_amount(ours),
            note="The file's last total against the sum of its rows.",
        )
