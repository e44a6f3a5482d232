"""Money as text to exact decimals, whole columns at a time. No float arithmetic anywhere.

Amounts keep six decimals, as the ledger stores them; more decimals (unrounded floats of a
spreadsheet) are rounded half to even and counted. Blank cells and lone dashes are no amount.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Literal

import polars as pl

NumberStyle = Literal["us", "european"]
AMOUNT = pl.Decimal(38, 6)
LARGEST = Decimal(10) ** 12
"""Above every ledger there is (all US schools together spend about a trillion dollars a year)."""

WHY_NOT_A_NUMBER = "is not a number"
WHY_FORMULA = "is a formula, not an amount"
WHY_SHEET_ERROR = "is a spreadsheet error, not an amount"
WHY_TOO_LARGE = "is larger than any amount a district could hold"
WHY_SCIENTIFIC = "is in scientific notation that has lost digits"
WHY_GROUPING = "has separators that do not group by thousands"
WHY_SIGNS = "has more than one sign"
WHY_TEXT = "is not an amount"

WHAT_TO_DO = {
    WHY_NOT_A_NUMBER: "Put the amount in, or leave the cell empty.",
    WHY_FORMULA: "Save the file with values instead of formulas.",
    WHY_SHEET_ERROR: "Repair the formula in the spreadsheet and save the file again.",
    WHY_TOO_LARGE: "Check the cell in the source system; an amount must be below 1 trillion dollars (12 digits).",
    WHY_SCIENTIFIC: "Format the column as a number with two decimals and save the file again.",
    WHY_GROUPING: "Write it as 1,234.56, or choose the European number style if commas are decimals.",
    WHY_SIGNS: "Write a negative amount one way: -5.00, 5.00- or (5.00).",
    WHY_TEXT: "Put a number such as 1,234.56 there, or leave the cell empty.",
}

_PLAIN = r"^-?[0-9]{1,12}(?:\.[0-9]{1,6})?$"
_CURRENCY_BEFORE = r"^([(+\-]?)\s*(?:US\$|USD|[$€£¥])\s*"
_CURRENCY_AFTER = r"\s*(?:USD|[$€£¥])\s*([)\-]?)$"
_SPACED_GROUPS = r"^[0-9]{1,3}(?:[ '\x{00A0}\x{202F}\x{2019}][0-9]{3})+(?:[.,][0-9]*)?$"
_US_GROUPS = r"^[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]*)?$"
_US_PLAIN = r"^(?:[0-9]+\.?[0-9]*|\.[0-9]+)$"
_EUROPEAN_GROUPS = r"^[0-9]{1,3}(?:\.[0-9]{3})+(?:,[0-9]*)?$"
_EUROPEAN_PLAIN = r"^(?:[0-9]+,?[0-9]*|,[0-9]+)$"
_SCIENTIFIC = r"^(?:[0-9]+\.?[0-9]*|\.[0-9]+)[eE][+\-]?[0-9]{1,4}$"


@dataclass(frozen=True, kw_only=True)
class Amounts:
    """One column of amounts: exact decimals, blank marks, and why a cell could not be read."""

    amount: pl.Series
    why: pl.Series
    rounded: int

    @property
    def has_problems(self) -> bool:
        """True when a cell could not be read."""
        return self.why.null_count() < self.why.len()


def parse_amounts(values: pl.Series, *, style: NumberStyle = "us") -> Amounts:
    """Read a column of text as amounts.

    `amount` is null where the cell is blank or cannot be read; `why` is null unless the cell
    cannot be read. Never raises on content.
    """
    values = values.cast(pl.String).fill_null("")
    plain = values.str.contains(_PLAIN)
    if plain.all():
        return Amounts(
            amount=values.cast(AMOUNT),
            why=pl.Series("why", [None], dtype=pl.String).new_from_index(0, values.len()),
            rounded=0,
        )
    frame = pl.DataFrame({"value": values}).with_row_index("at")
    odd = frame.filter(~plain)
    easy = frame.filter(plain).select(
        "at", pl.col("value").cast(AMOUNT).alias("amount"), pl.lit(None, pl.String).alias("why")
    )
    read = _read_odd(odd, style=style)
    both = pl.concat([easy, read.select("at", "amount", "why")]).sort("at")
    return Amounts(amount=both["amount"], why=both["why"], rounded=int(read["rounded"].sum() or 0))


def format_amount(value: Decimal | int | None) -> str:
    """Write an exact amount without exponent and without trailing zeros beyond cents."""
    if value is None:
        return ""
    text = f"{Decimal(value).quantize(Decimal('0.000001')):f}"
    whole, _, decimals = text.partition(".")
    return f"{whole}.{decimals.rstrip('0').ljust(2, '0')}"


def _read_odd(odd: pl.DataFrame, *, style: NumberStyle) -> pl.DataFrame:
    text = (
        pl.col("value")
        .str.replace_all("[\u2212\u2013\u2014]", "-")
        .str.strip_chars()
        .str.replace(_CURRENCY_BEFORE, "${1}")
        .str.replace(_CURRENCY_AFTER, "${1}")
        .str.strip_chars()
    )
    frame = odd.with_columns(text.alias("text")).with_columns(
        in_brackets=pl.col("text").str.contains(r"^\(.*\)$"),
    )
    frame = frame.with_columns(
        body=pl.when("in_brackets")
        .then(pl.col("text").str.slice(1, pl.col("text").str.len_chars() - 2))
        .otherwise("text")
        .str.replace(r"^[(]?\s*[$€£¥]\s*", "")
        .str.strip_chars()
    ).with_columns(
        minus_before=pl.col("body").str.starts_with("-"),
        plus_before=pl.col("body").str.starts_with("+"),
        minus_after=pl.col("body").str.contains(r"[0-9.]\s*-$"),
        blank=pl.col("body").str.contains(r"^-{0,2}$"),
    )
    frame = frame.with_columns(
        signs=pl.sum_horizontal(
            pl.col("in_brackets", "minus_before", "plus_before", "minus_after").cast(pl.Int8)
        ),
        digits=pl.col("body")
        .str.strip_prefix("-")
        .str.strip_prefix("+")
        .str.strip_suffix("-")
        .str.strip_chars(),
    )
    return _to_decimal(_normalise(frame, style=style))


def _normalise(frame: pl.DataFrame, *, style: NumberStyle) -> pl.DataFrame:
    digits = pl.col("digits")
    spaced = digits.str.contains(_SPACED_GROUPS)
    joined = (
        pl.when(spaced).then(digits.str.replace_all("[ '\\x{00A0}\\x{202F}\\x{2019}]", "")).otherwise(digits)
    )
    if style == "european":
        good = joined.str.contains(_EUROPEAN_GROUPS) | joined.str.contains(_EUROPEAN_PLAIN)
        number = joined.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True)
    else:
        good = joined.str.contains(_US_GROUPS) | joined.str.contains(_US_PLAIN)
        number = joined.str.replace_all(",", "", literal=True)
    frame = frame.with_columns(
        number=pl.when(good).then(pl.concat_str(pl.lit("0"), number.str.strip_suffix("."))),
        is_scientific=digits.str.contains(_SCIENTIFIC),
    )
    if not frame["is_scientific"].any():
        return frame
    expanded = pl.Series(
        "expanded",
        [
            _expand(value) if scientific else None
            for value, scientific in zip(frame["digits"], frame["is_scientific"], strict=True)
        ],
        dtype=pl.String,
    )
    return frame.with_columns(expanded).with_columns(number=pl.coalesce("number", "expanded"))


def _to_decimal(frame: pl.DataFrame) -> pl.DataFrame:
    negative = pl.col("in_brackets") | pl.col("minus_before") | pl.col("minus_after")
    whole_digits = pl.col("number").str.split(".").list.first().str.strip_chars_start("0").str.len_chars()
    fraction = pl.col("number").str.extract(r"\.([0-9]+)$", 1).fill_null("")
    frame = frame.with_columns(
        too_large=whole_digits > 12,
        rounded=fraction.str.strip_chars_end("0").str.len_chars() > 6,
    )
    why = (
        pl.when(pl.col("blank"))
        .then(None)
        .when(pl.col("signs") > 1)
        .then(pl.lit(WHY_SIGNS))
        .when(pl.col("too_large").fill_null(value=False))
        .then(pl.lit(WHY_TOO_LARGE))
        .when(pl.col("number").is_not_null())
        .then(None)
        .when(pl.col("is_scientific"))
        .then(pl.lit(WHY_SCIENTIFIC))
        .when(pl.col("digits").str.contains(r"(?i)^(?:nan|inf|infinity)$"))
        .then(pl.lit(WHY_NOT_A_NUMBER))
        .when(pl.col("value").str.contains(r"^\s*[=@+\-].*[A-Za-z(!|]"))
        .then(pl.lit(WHY_FORMULA))
        .when(pl.col("digits").str.starts_with("#"))
        .then(pl.lit(WHY_SHEET_ERROR))
        .when(pl.col("digits").str.contains(r"^[0-9.,]+$"))
        .then(pl.lit(WHY_GROUPING))
        .otherwise(pl.lit(WHY_TEXT))
    )
    frame = frame.with_columns(why=why)
    readable = pl.col("why").is_null() & ~pl.col("blank")
    sixth = pl.when(readable).then(_half_even(pl.col("number")))
    frame = frame.with_columns(amount=sixth).with_columns(
        amount=pl.when(negative).then(-pl.col("amount")).otherwise(pl.col("amount"))
    )
    return frame.with_columns(rounded=pl.col("rounded").fill_null(value=False) & readable)


def _half_even(number: pl.Expr) -> pl.Expr:
    return number.cast(AMOUNT, strict=False)


def _expand(text: str) -> str | None:
    """Expand scientific notation, unless that would invent digits nobody wrote."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or exponent > 0 or exponent < -400:
        return None
    return f"{value:f}" if value < LARGEST * 100_000 else None
