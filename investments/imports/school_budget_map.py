"""The questions about a school budget laid out wide: one row a school, one column a line item. Reads no file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from districts.landing.kinds import FileMap, MapField, MapIncomplete, split_lines
from districts.landing.reader import Sample
from investments.imports.canonical import LONGEST_CODE
from investments.imports.fiscal_years import find_year_in_text

LINK = "initiative_"
MOST_LINKS = 60
BLANKS = "FALSE"
_TABLE, _YEAR, _CONTROLS, _CELLS = "Table", "Fiscal year", "Controls", "Cells"
INTROS = {
    _TABLE: "One row a school, one column a line item. Which columns say the school, and which hold no dollars?"
    " Every other column is read as dollars.",
    _CONTROLS: "The same dollars a second time, as totals or by category: compared with the line items in the"
    " quality report, never loaded.",
    _CELLS: "A cell that is neither a number nor one of these words is a problem.",
    "Initiatives": "Which of the district's initiatives is each of these? A school with dollars in the column is"
    " then a school of that initiative, until this file is undone. Leave a column open to say nothing.",
}
_IDENTITY = re.compile(
    r"(?i)^(?:(?:budgeted )?(?:school|schl|sch)[ _.-]*(?:code|name|type|level|no|number|id)?|ward|cluster|level"
    r"|leveltext|type|lon|lat|longitude|latitude|notes?|40/40|fortyforty|.*per[ _](?:pupil|student)"
    r"|(?:fiscal[ _])?year|incr[ _]decr|column \d+)$"
)
_COUNTS = re.compile(r"(?i)enrol|(?:^|_)enr(?:_|$)|ece|head ?count")
_SHARES = re.compile(r"(?i)%|pct|percent")
_SCHOOL = re.compile(r"(?i)^(?:school|schl|sch)[ _.-]*(?:code|no|number|id)$|^(?:schno|schoolcode)$")
_NAME = re.compile(r"(?i)^(?:(?:school|schl|sch)[ _.-]*name|schoolname|school)$")
_TOTAL = re.compile(r"(?i)^(?:amt[ _])?total\b|^total$")
_SUBTOTAL = re.compile(r"(?i)(?:^|[ _])(?:sub)?total$")
_NUMBER = re.compile(r"^-?[0-9][0-9,]*(?:\.[0-9]+)?$")
_CATEGORIES = re.compile(r"(?i)categor|final budget")
_EARMARK = re.compile(r"(?i)at.?risk|earmark")


def is_earmark_sheet(sample: Sample) -> bool:
    """Tell if the sheet's name says that it names a purpose for dollars budgeted elsewhere."""
    return bool(_EARMARK.search(sample.sheet))


def score(sample: Sample) -> float:
    """Say how likely it is a budget with a row for each school: its id, and dollars in many columns."""
    if not any(_SCHOOL.match(name) for name in sample.columns):
        return 0.0
    words = f"{sample.file_name} {sample.sheet} {' '.join(sample.columns)}".lower()
    is_money = any(word in words for word in ("budget", "allocation", "dollars"))
    return 0.7 if is_money and len(items(sample, guess_others(sample))) >= 6 else 0.0


def fields(
    sample: Sample, *, is_earmark: bool, initiatives: Sequence[tuple[str, str]]
) -> tuple[MapField, ...]:
    """Give the questions; one more for each column that may be an initiative's."""
    columns = tuple((name, name) for name in sample.columns)
    sheets = tuple((name, name) for name in sample.sheets if name != sample.sheet)
    return (
        MapField(name="school", label="School's id", type="column", group=_TABLE, is_required=True),
        MapField(name="school_name", label="School's name", type="column", group=_TABLE),
        MapField(
            name="category_row",
            label="Row with the categories",
            type="number",
            group=_TABLE,
            help="Where a second row of names stands above that of the columns: its number. Else empty.",
        ),
        MapField(
            name="others", label="Columns that are not dollars", type="several", group=_TABLE, choices=columns
        ),
        *_year_fields(),
        MapField(
            name="total",
            label="Total of the row",
            type="column",
            group=_CONTROLS,
            help="Compared with the sum of the row's line items.",
        ),
        MapField(
            name="control_sheet",
            label="Sheet with the categories by school",
            type="choice",
            group=_CONTROLS,
            choices=sheets,
            help="Each of its columns that is named as a category is compared with the line items of it.",
        ),
        MapField(
            name="blanks",
            label="Words that mean no amount",
            type="text",
            group=_CELLS,
            initial=BLANKS,
            help="Between commas, for example FALSE, No Data. Empty cells and dashes always do.",
        ),
        MapField(
            name="filed_on",
            label="Filing date",
            type="date",
            group="Filing",
            help="The day the budget was adopted or published. Left empty, the day before the year starts.",
        ),
        MapField(
            name="ledger",
            label="Name of this earmark" if is_earmark else "Name of this ledger",
            type="text",
            group="Filing",
            way="Only if there are several",
            is_rare=True,
            help="Each name is replaced on its own.",
        ),
        *_links(sample, initiatives),
    )


def _year_fields() -> tuple[MapField, ...]:
    return (
        MapField(name="fiscal_year", label="Fiscal year", type="column", group=_YEAR, way="A column says it"),
        MapField(
            name="only_years",
            label="Load only the fiscal years",
            type="text",
            group=_YEAR,
            way="A column says it",
            help="Between commas. Rows of other years are counted and left aside. Empty: all.",
        ),
        MapField(
            name="fiscal_year_value",
            label="Fiscal year of the whole file",
            type="number",
            group=_YEAR,
            way="The same for the whole file",
            help="Named by the year it ends: 2026 for 2025-26.",
        ),
    )


def _links(sample: Sample, initiatives: Sequence[tuple[str, str]]) -> tuple[MapField, ...]:
    named = items(sample, guess_others(sample))
    if not initiatives or len(named) > MOST_LINKS:
        return ()
    return tuple(
        MapField(
            name=f"{LINK}{one.code}",
            label=one.name,
            type="choice",
            group="Initiatives",
            choices=tuple(initiatives),
            is_rare=True,
        )
        for one in named
    )


@dataclass(frozen=True, kw_only=True)
class Item:
    """A column of dollars: its name in the file, its code in the ledger, the category above it."""

    name: str
    code: str
    category: str = ""
    category_code: str = ""


def items(sample: Sample, others: Sequence[str], *, category_row: int | None = None) -> tuple[Item, ...]:
    """Name the columns of dollars, each with a code that the next year's file gives it again."""
    categories = _categories(sample, category_row)
    taken: set[str] = set()
    found = []
    for place, name in enumerate(sample.columns):
        code = distinct_code(name, taken)
        if name in others:
            continue
        category = categories[place] if place < len(categories) else ""
        found.append(Item(name=name, code=code, category=category, category_code=code_of(category)))
    return tuple(found)


def _categories(sample: Sample, row: int | None) -> tuple[str, ...]:
    """Read the row of categories; an empty cell of a merged one has the name on its left."""
    cells = next((cells for number, cells in sample.head if number == row), ()) if row else ()
    found, last = [], ""
    for cell in cells:
        last = " ".join(cell.split()) or last
        found.append(last)
    return tuple(found)


def code_of(name: str) -> str:
    """Write a name as a code that a coding rule can name: small letters, digits, hyphens.

    >>> code_of("MG Priority Clubs & Activities")
    'mg-priority-clubs-and-activities'
    """
    text = re.sub(r"[^a-z0-9]+", "-", name.lower().replace("&", " and ").replace("'", "")).strip("-")
    return (
        text if len(text) <= LONGEST_CODE else text[:LONGEST_CODE].rpartition("-")[0] or text[:LONGEST_CODE]
    )


def distinct_code(name: str, taken: set[str]) -> str:
    """Give a name's code, with a number where another column has it already; notes it as taken."""
    code = base = code_of(name) or "unnamed"
    number = 2
    while code in taken:
        end = f"-{number}"
        code, number = base[: LONGEST_CODE - len(end)] + end, number + 1
    taken.add(code)
    return code


def guess(sample: Sample, *, initiatives: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Guess from the names of columns and sheets, and the file's name."""
    found = {
        "school": next((name for name in sample.columns if _SCHOOL.match(name)), ""),
        "school_name": next((name for name in sample.columns if _NAME.match(name)), ""),
        "total": next((name for name in reversed(sample.columns) if _TOTAL.match(name)), ""),
        "blanks": BLANKS,
        "control_sheet": "" if is_earmark_sheet(sample) else _control_sheet(sample),
    }
    year_column = next((name for name in sample.columns if re.fullmatch(r"(?i)(fiscal[ _])?year", name)), "")
    year = find_year_in_text(sample.file_name)
    if year_column:
        found["fiscal_year"] = year_column
    elif year:
        found["fiscal_year_value"] = str(year)
    if sample.header_row and (above := sample.header_row - 1) and _names_categories(sample, above):
        found["category_row"] = str(above)
    others = guess_others(sample)
    found["others"] = "\n".join(others)
    by_name = {code_of(name): key for key, name in initiatives}
    for one in items(sample, others):
        if one.code in by_name:
            found[f"{LINK}{one.code}"] = by_name[one.code]
    return {name: value for name, value in found.items() if value}


def _control_sheet(sample: Sample) -> str:
    return next(
        (
            name
            for name in sample.sheets
            if name != sample.sheet and _CATEGORIES.search(name) and not _EARMARK.search(name)
        ),
        "",
    )


def _names_categories(sample: Sample, row: int) -> bool:
    cells = [cell for number, cells in sample.head if number == row for cell in cells if cell]
    words = [cell for cell in cells if not _NUMBER.match(cell)]
    return len(words) > 3 and len(set(words)) * 2 < len(words) and len(words) == len(cells)


def guess_others(sample: Sample) -> tuple[str, ...]:
    """Name the columns that hold no dollars: names, counts of students, shares, totals, words."""
    return tuple(name for name in sample.columns if _is_other(sample, name))


def _is_other(sample: Sample, name: str) -> bool:
    if _IDENTITY.match(name) or _SCHOOL.match(name) or _NAME.match(name):
        return True
    if _TOTAL.match(name) or _SUBTOTAL.search(name):
        return True
    values = [value for value in sample.column_values(name) if value not in ("-", "--", "FALSE")]
    numbers = [float(value.replace(",", "")) for value in values if _NUMBER.match(value)]
    if len(numbers) * 2 < len(values):
        return True
    largest = max(numbers, default=0)
    return (bool(_COUNTS.search(name)) and largest < 10_000) or (
        bool(_SHARES.search(name)) and largest <= 100
    )


def check(file_map: FileMap, sample: Sample) -> None:
    """Raise MapIncomplete when the year, the rows of names or the columns of dollars are not settled."""
    if sample.header_row is None:
        raise MapIncomplete(
            "Say which row has the names of the columns: each is a line item.", field="category_row"
        )
    typed = file_map.get("fiscal_year_value")
    if bool(typed) == bool(file_map.get("fiscal_year")):
        raise MapIncomplete(
            "Say which fiscal year this is: a column, or the year of the whole file.",
            field="fiscal_year_value",
        )
    for field in ("fiscal_year_value", "only_years"):
        for year in words(file_map.get(field)):
            if not re.fullmatch("(19|20)[0-9]{2}", year):
                raise MapIncomplete(f"«{year}» is not a fiscal year such as 2026.", field=field)
    row = file_map.get("category_row")
    if row and not (row.isascii() and row.isdigit() and 0 < int(row) < sample.header_row):
        raise MapIncomplete(
            f"The row of categories stands above row {sample.header_row}, which has the names of the columns.",
            field="category_row",
        )
    if not map_items(file_map, sample):
        raise MapIncomplete("No column of dollars is left.", field="others")


def map_items(file_map: FileMap, sample: Sample) -> tuple[Item, ...]:
    """Give the columns of dollars that the map leaves."""
    asked = {file_map.get(name) for name in ("school", "school_name", "fiscal_year", "total")}
    others = {*split_lines(file_map.get("others")), *asked}
    row = file_map.get("category_row")
    return items(sample, tuple(others), category_row=int(row) if row else None)


def links(values: dict[str, str]) -> dict[str, str]:
    """Give by code of a column the initiative a person linked it to."""
    return {
        name.removeprefix(LINK): str(value)
        for name, value in values.items()
        if name.startswith(LINK) and value
    }


def words(text: str) -> tuple[str, ...]:
    """Split an answer at its commas."""
    return tuple(word for part in text.split(",") if (word := part.strip()))
