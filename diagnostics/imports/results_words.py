"""Words and marks of results files: what is hidden or missing, grades, school years in names. Pure."""

from __future__ import annotations

import re
from decimal import Decimal

import polars as pl

from investments.imports.fiscal_years import find_year_in_text, read_fiscal_year

SUPPRESSED = (
    r"^(?:\*+|n/?a|n?\s*(?:<|≤|<=|>|≥|>=)\s*[0-9.]+\s*%?|(?:fewer|less) than [0-9]+(?: students)?"
    r"|too few(?: students)?|--|†|‡|suppressed|redacted|masked|dnr|d/?s)$"
)
MISSING = r"^[.]$"
ALL = {"", "all", "all students", "total", "ta", "overall", "schoolwide"}
ALL_GRADES = {"", "all", "all grades", "total", "overall"}
_SHEET_YEARS = re.compile(r"(?<![0-9])([0-9]{2})[-_/ ]([0-9]{2})(?![0-9])")
SHEET_GRADE = re.compile(r"\bgrades?\s+([0-9]{1,2}(?:\s*-\s*[0-9]{1,2})?|pk[34]?|tk|k|kg)\b", re.IGNORECASE)


def year_of_sheet(name: str) -> int | None:
    """Read the school year in a sheet's name: `2017 Dashboard`, `SY15_16`."""
    found = find_year_in_text(name)
    if found is None and (two := _SHEET_YEARS.search(name)):
        return read_fiscal_year(f"20{two[1]}-{two[2]}")
    return found


def grade_of(text: str) -> str:
    """Write a grade as it is kept: `03` and `Grade 3` are 3, `KG` is K, empty and `All` are all."""
    plain = " ".join(text.split())
    if plain.casefold() in ALL_GRADES:
        return "all"
    if named := re.fullmatch(
        r"(?:grades?\s*)?0*([0-9]{1,2})(?:st|nd|rd|th)?(?:\s+grade)?", plain, re.IGNORECASE
    ):
        return named[1]
    return {"kg": "K", "kindergarten": "K"}.get(plain.casefold(), plain.upper()[:20])


def decimal_of(cell: object) -> Decimal | None:
    """Return a cell that was read as a number."""
    return cell if isinstance(cell, Decimal) else None


def marked_hidden(batch: pl.DataFrame, columns: list[str]) -> pl.Series:
    """Mark the rows where one of the columns says that its value is hidden."""
    marks = pl.Series([False]).new_from_index(0, batch.height)
    for column in columns:
        marks = marks | batch[column].str.to_lowercase().str.contains(SUPPRESSED)
    return marks
