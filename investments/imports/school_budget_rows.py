"""The rows of a school budget laid out wide, read into ledger rows; every cell is loaded or accounted for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

import polars as pl

from districts.landing.amounts import AMOUNT, WHAT_TO_DO, format_amount, parse_amounts
from districts.landing.kinds import Reading
from districts.landing.reader import Table
from investments.imports.canonical import account_key
from investments.imports.fiscal_years import read_fiscal_year
from investments.imports.school_budget_map import Item, map_items, words

EXACT = pl.Decimal(38, 18)
DOLLAR = Decimal(1)
LISTED = 5
_PLAIN = r"^-?[0-9]{1,12}(?:\.[0-9]+)?$"
_WORDS = ("is not a number", "is not an amount")


class SchoolRows:
    """The rows of one file under one map, and what its controls are compared with."""

    def __init__(self, reading: Reading, table: Table, *, subject: str) -> None:
        self._reading, self._report, self._map = reading, reading.report, reading.file_map
        self.items: tuple[Item, ...] = map_items(self._map, table.sample)
        self._subject = subject
        self._only = {int(year) for year in words(self._map.get("only_years"))}
        self._blank_words = {word.casefold() for word in words(self._map.get("blanks"))}
        self.blanks: Counter[str] = Counter()
        self.schools: dict[str, str] = {}
        self.codes: set[str] = set()
        self.exact: dict[str, Decimal] = {}
        """By column: the sum of its cells as they stand, every decimal of them."""
        self.by_school: dict[tuple[str, str], Decimal] = {}
        """By school and category, as they stand."""
        self.row_gaps: list[tuple[int, str, Decimal, Decimal]] = []
        self.total, self.has_total = Decimal(0), bool(self._map.get("total"))
        self.loaded = Decimal(0)
        self.zeros = self.rounded = self.notes = self.other_years = self.rows = 0
        self.twice: list[str] = []
        self._seen: set[tuple[int, str]] = set()
        self._carried: dict[int, Decimal] = {}

    def read(self, batch: pl.DataFrame) -> Iterator[pl.DataFrame]:
        """Yield the ledger rows of a batch."""
        batch = self._without_numbers_of_columns(batch)
        batch = self._with_year(batch)
        batch = self._with_amounts(batch)
        batch = self._with_school(batch)
        if not batch.height:
            return
        self._add_up(batch)
        frames = [self._take(batch, number, one) for number, one in enumerate(self.items)]
        rows = self._round(pl.concat(frames).sort("row_number", maintain_order=True))
        self.zeros += rows.filter(pl.col("amount") == 0).height
        rows = rows.filter(pl.col("amount") != 0)
        self.loaded += Decimal(rows["amount"].sum() or 0)
        yield rows

    def _round(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Keep each amount to a millionth of a dollar and carry what is left to the next one of the slice.

        So a slice sums to what stands in the file, to a millionth, and amounts that need no rounding stay.
        """
        before = {number: self._carried.get(number, Decimal(0)) for number in rows["slice"].unique()}
        start = pl.col("slice").replace_strict(before, return_dtype=EXACT)
        rows = rows.with_columns((pl.col("exact").cum_sum().over("slice") + start).alias("_sum"))
        rows = rows.with_columns(
            pl.col("_sum").round(6).cast(AMOUNT).alias("_here"), start.round(6).cast(AMOUNT).alias("_start")
        )
        last = pl.col("_here").shift(1).over("slice").fill_null(pl.col("_start"))
        for number, amount in rows.group_by("slice").agg(pl.col("_sum").last()).iter_rows():
            self._carried[number] = amount
        return rows.with_columns((pl.col("_here") - last).cast(AMOUNT).alias("amount")).select(
            "slice", "account", "amount", "row_number"
        )

    def _without_numbers_of_columns(self, batch: pl.DataFrame) -> pl.DataFrame:
        """Leave out a row that only numbers the columns: 1, 2, 3 and so on."""
        found = []
        for row in batch.iter_rows(named=True):
            cells = [str(row[name]) for name in batch.columns if name != "_row" and row[name]]
            numbers = [int(cell) for cell in cells if cell.isascii() and cell.isdigit()]
            is_counting = len(numbers) == len(cells) > 4 and numbers[0] == 1
            if is_counting and all(a < b for a, b in zip(numbers, numbers[1:], strict=False)):
                found.append(row["_row"])
        return self._leave(batch, found)

    def _leave(self, batch: pl.DataFrame, rows: list[int]) -> pl.DataFrame:
        """Leave rows out that hold no school: they count as notes."""
        self.notes += len(rows)
        self._report.counts.read -= len(rows)
        self._report.counts.no_amount += len(rows)
        return batch.filter(~pl.col("_row").is_in(rows)) if rows else batch

    def _with_year(self, batch: pl.DataFrame) -> pl.DataFrame:
        column = self._map.get("fiscal_year")
        if not column:
            return batch.with_columns(
                pl.lit(int(self._map.get("fiscal_year_value")), pl.Int32).alias("_year")
            )
        start = self._reading.source.fiscal_year_start_month
        years = [read_fiscal_year(text, start_month=start) for text in batch[column]]
        batch = batch.with_columns(pl.Series("_year", years, dtype=pl.Int32))
        bad = batch.filter(pl.col("_year").is_null())
        if bad.height:
            self._report.add_frame(
                rows=bad["_row"],
                values=bad[column],
                column=column,
                why="is not a fiscal year",
                what_to_do="Write the year as 2026, FY26 or 2025-26.",
            )
        if self._only:
            others = batch.filter(pl.col("_year").is_not_null() & ~pl.col("_year").is_in(self._only))
            self.other_years += others.height
            self._report.counts.no_amount += others.height
            self._report.counts.read -= others.height
            batch = batch.filter(pl.col("_year").is_in(self._only))
        return batch.filter(pl.col("_year").is_not_null())

    def _with_amounts(self, batch: pl.DataFrame) -> pl.DataFrame:
        """Read every cell of dollars: `_a0` as the ledger keeps it, `_e0` with every decimal it has."""
        columns: list[pl.Series] = []
        why: dict[int, list[tuple[str, str, str]]] = {}
        for number, one in enumerate(self.items):
            text = self._without_blank_words(batch[one.name])
            parsed = parse_amounts(text)
            if parsed.has_problems:
                bad = parsed.why.is_not_null()
                for row, value, reason in zip(
                    batch["_row"].filter(bad), text.filter(bad), parsed.why.filter(bad), strict=True
                ):
                    why.setdefault(row, []).append((one.name, value, reason))
            self.rounded += parsed.rounded
            amount = parsed.amount.cast(AMOUNT)
            exact = pl.DataFrame({"t": text, "a": amount}).select(
                pl.when(pl.col("t").str.contains(_PLAIN))
                .then(pl.col("t").cast(EXACT, strict=False))
                .otherwise(pl.col("a").cast(EXACT))
            )
            columns += [amount.alias(f"_a{number}"), exact.to_series().alias(f"_e{number}")]
        batch = batch.with_columns(columns)
        return self._refuse(batch, why) if why else batch

    def _without_blank_words(self, cells: pl.Series) -> pl.Series:
        cells = cells.cast(pl.String).fill_null("").str.strip_chars()
        is_blank = cells.str.to_lowercase().is_in(list(self._blank_words))
        if not is_blank.any():
            return cells
        self.blanks.update(cells.filter(is_blank).to_list())
        return pl.select(pl.when(is_blank).then(pl.lit("")).otherwise(cells)).to_series()

    def _refuse(self, batch: pl.DataFrame, why: dict[int, list[tuple[str, str, str]]]) -> pl.DataFrame:
        """Report each cell that is no number; a row of words alone, without a school, is a note."""
        amounts = [pl.col(f"_a{number}") for number in range(len(self.items))]
        wordy = batch.filter(
            pl.col("_row").is_in(list(why))
            & (pl.col(self._map.get("school")) == "")
            & pl.all_horizontal([one.is_null() for one in amounts])
        )["_row"].to_list()
        for row, cells in why.items():
            for column, value, reason in [] if row in wordy else cells:
                or_name = (
                    f" Or name «{value}» among the words that mean no amount." if reason in _WORDS else ""
                )
                self._report.problem(
                    row=row, column=column, value=value, why=reason, what_to_do=WHAT_TO_DO[reason] + or_name
                )
        return self._leave(batch, wordy).filter(~pl.col("_row").is_in(list(why)))

    def _with_school(self, batch: pl.DataFrame) -> pl.DataFrame:
        """Name each row's school; what has dollars and no school is a problem, a sum of all schools a total."""
        name = self._map.get("school")
        batch = batch.with_columns(pl.col(name).str.strip_chars().alias("_school"))
        amounts = [pl.col(f"_a{number}") for number in range(len(self.items))]
        has_amount = pl.any_horizontal([one.is_not_null() for one in amounts])
        sums = pl.sum_horizontal([pl.col(f"_e{number}").fill_null(0) for number in range(len(self.items))])
        batch = batch.with_columns(sums.alias("_sum"), has_amount.alias("_has"))
        if totals := self._totals(batch):
            self._report.counts.read -= len(totals)
            self._report.counts.totals += len(totals)
            batch = batch.filter(~pl.col("_row").is_in(totals))
        batch = self._leave(
            batch, batch.filter((pl.col("_school") == "") & ~pl.col("_has"))["_row"].to_list()
        )
        missing = batch.filter(pl.col("_school") == "")
        if missing.height:
            self._report.add_frame(
                rows=missing["_row"],
                values=missing["_sum"].cast(pl.String),
                column=name,
                why="has dollars but no school",
                what_to_do="Give the row its school's id, or leave the row out.",
            )
        return batch.filter(pl.col("_school") != "")

    def _totals(self, batch: pl.DataFrame) -> list[int]:
        """Find rows that are the sum of all before them, to the dollar, and no school's."""
        before = sum(self.exact.values(), Decimal(0))
        found = []
        for row, school, amount in batch.select("_row", "_school", "_sum").iter_rows():
            is_code = any(character.isdigit() for character in school)
            if amount and not is_code and abs(amount - before) <= DOLLAR:
                found.append(row)
            else:
                before += amount
        return found

    def _add_up(self, batch: pl.DataFrame) -> None:
        self.rows += batch.height
        for number, one in enumerate(self.items):
            self.exact[one.name] = self.exact.get(one.name, Decimal(0)) + Decimal(
                batch[f"_e{number}"].sum() or 0
            )
        names = self._map.get("school_name")
        total = self._map.get("total")
        totals = parse_exact(self._without_blank_words(batch[total])) if total else None
        categories = {one.category for one in self.items if one.category}
        for place, row in enumerate(batch.iter_rows(named=True)):
            school = row["_school"]
            self.codes.add(school)
            if names and row[names]:
                self.schools.setdefault(school, row[names])
            if (row["_year"], school) in self._seen:
                self.twice.append(school)
            self._seen.add((row["_year"], school))
            for number, one in enumerate(self.items if categories else ()):
                key = (school, one.category)
                self.by_school[key] = self.by_school.get(key, Decimal(0)) + (row[f"_e{number}"] or 0)
            if totals is not None and (stated := totals[place]) is not None:
                self.total += stated
                self.row_gaps.append((row["_row"], school, stated, row["_sum"]))

    def _take(self, batch: pl.DataFrame, number: int, one: Item) -> pl.DataFrame:
        ledger = self._map.get("ledger") or "main"
        years = batch["_year"].unique(maintain_order=True).to_list()
        slices = {
            year: self._reading.slice(subject=self._subject, fiscal_year=year, ledger=ledger).number
            for year in years
        }
        parts = {"location": pl.col("_school")}
        if self._subject == "earmark":
            parts["local_3"] = pl.lit(one.code)
        else:
            parts |= {"local_1": pl.lit(one.code), "local_2": pl.lit(one.category_code)}
        return batch.filter(pl.col(f"_a{number}").is_not_null()).select(
            pl.col("_year").replace_strict(slices, return_dtype=pl.Int16).alias("slice"),
            account_key(parts),
            pl.col(f"_e{number}").alias("exact"),
            pl.col("_row").alias("row_number"),
        )


def parse_exact(cells: pl.Series) -> list[Decimal | None]:
    """Read cells with every decimal they have; None for what is no number."""
    parsed = parse_amounts(cells).amount.cast(EXACT)
    both = pl.DataFrame({"t": cells.cast(pl.String).fill_null(""), "a": parsed})
    return (
        both.select(
            pl.when(pl.col("t").str.contains(_PLAIN))
            .then(pl.col("t").cast(EXACT, strict=False))
            .otherwise(pl.col("a"))
        )
        .to_series()
        .to_list()
    )


def shown_sum(amount: Decimal) -> str:
    """Write a sum of unrounded amounts to a hundredth of a cent: below it lies what cells were rounded by.

    >>> shown_sum(Decimal("631859999.9342926"))
    '631,859,999.9343'
    """
    text = format_amount(amount.quantize(Decimal("0.0001")))
    whole, _, decimals = text.partition(".")
    return f"{int(whole):,}.{decimals}"
