"""Where the table stands in a sheet of cells: delimiter, header row, total rows. Pure.

Must not change a cell.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence

HEAD_ROWS = 200
DELIMITERS = (",", "\t", ";", "|", "^")
TOTAL_PATTERN = (
    r"(?i)^(?:(?:grand|report|overall|district|fund|final|net|all)[\s:-]+)?"
    r"(?:sub[\s-]?)?(?:totals?|sum)\b"
)
_TOTAL = re.compile(TOTAL_PATTERN)
_VALUE = re.compile(r"^[($€£+\-]*[0-9][0-9.,' ]*[)%\-]?$|^[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}\b")
_YEAR_NAME = re.compile(r"^(?:FY)?(?:19|20)[0-9]{2}(?:[-/](?:[0-9]{2}|[0-9]{4}))?$", re.IGNORECASE)


def split_row(line: str, *, delimiter: str) -> list[str] | None:
    """Split one line into stripped cells; None when its quote marks do not pair up."""
    try:
        cells = next(csv.reader([line], delimiter=delimiter, skipinitialspace=True, strict=True))
    except (csv.Error, StopIteration):
        return None
    return [cell.strip() for cell in cells]


def detect_delimiter(lines: Sequence[str]) -> str:
    """Choose the delimiter that splits most lines into the same number of cells."""
    best, best_score = ",", 0.0
    rows = [line for line in lines[:HEAD_ROWS] if line.strip()]
    for delimiter in DELIMITERS:
        widths = Counter(len(split_row(line, delimiter=delimiter) or "x") for line in rows)
        widths.pop(1, None)
        if not widths:
            continue
        width, number = max(widths.items(), key=lambda item: (item[1], item[0]))
        score = number * (1 + min(width, 50) / 100)
        if score > best_score:
            best, best_score = delimiter, score
    return best


def find_header(rows: Sequence[Sequence[str]]) -> int | None:
    """Find the header among the first rows: the first of names as wide as the table below it.

    Gives the position in `rows`, or None when the table starts with data.
    """
    filled = [sum(1 for cell in row if cell.strip()) for row in rows]
    widths = Counter(number for number in filled if number >= 2)
    if not widths:
        return 0 if rows and _are_names(rows[0]) else None
    common = max(widths.items(), key=lambda item: (item[1] * item[0], item[0]))[0]
    for position, row in enumerate(rows):
        if filled[position] >= max(2, round(common * 0.6)) and (
            _are_names(row) or _names_values_below(rows, position)
        ):
            return position
        if filled[position] >= max(2, common - 1) and _looks_like_data(row):
            return None
    return None


def _are_names(row: Sequence[str]) -> bool:
    cells = [cell.strip() for cell in row if cell.strip()]
    if not cells or any(len(cell) > 200 for cell in cells):
        return False
    names = [cell for cell in cells if not _VALUE.match(cell)]
    years = [cell for cell in cells if _VALUE.match(cell) and _YEAR_NAME.match(cell)]
    return bool(names) and len(names) + len(years) == len(cells) and len(set(cells)) * 2 > len(cells)


def _names_values_below(rows: Sequence[Sequence[str]], position: int) -> bool:
    """Tell if a distinct row with some numbers (grades, years) still names columns of values."""
    row = [cell.strip() for cell in rows[position]]
    filled = [cell for cell in row if cell]
    below = [other for other in rows[position + 1 : position + 21] if len(other) == len(row)]
    if not below or len(set(filled)) < len(filled):
        return False
    for column, name in enumerate(row):
        if not name or _VALUE.match(name):
            continue
        cells = [other[column].strip() for other in below if other[column].strip()]
        if cells and sum(1 for cell in cells if _VALUE.match(cell)) > 0.8 * len(cells):
            return True
    return False


def _looks_like_data(row: Sequence[str]) -> bool:
    return any(_VALUE.match(cell.strip()) for cell in row if cell.strip())


def name_columns(header: Sequence[str] | None, *, width: int) -> tuple[str, ...]:
    """Give each column a distinct name: the header's, else its position."""
    taken: set[str] = set()
    names = []
    for position in range(width):
        name = ""
        if header is not None and position < len(header):
            name = " ".join(header[position].split())
        name = name or f"Column {position + 1}"
        distinct, number = name, 2
        while distinct in taken or distinct == "_row":
            distinct, number = f"{name} ({number})", number + 1
        taken.add(distinct)
        names.append(distinct)
    return tuple(names)


def is_total_row(cells: Sequence[str], *, width: int) -> bool:
    """Recognise a total row: its first filled cell says so and some cells are empty."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    if not filled or not _TOTAL.match(filled[0]):
        return False
    return len(filled) < max(width, len(cells))
