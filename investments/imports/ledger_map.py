"""The questions of the ledger's mapping page and what a complete set of answers is. Pure."""

from __future__ import annotations

import re

from districts.landing.kinds import FileMap, MapField, MapIncomplete
from districts.landing.reader import Sample
from investments.imports.account_parts import AccountParts, guess_parts, parse_parts
from investments.imports.canonical import KIND_LABELS, SEGMENT_LABELS
from investments.segments import SEGMENTS

CLOSED, TO_DATE = "closed", "to_date"
SIDE_BY_SIDE = ("actual", "budget", "estimated_actual", "encumbrance")
_KINDS = {kind: KIND_LABELS[kind] for kind in SIDE_BY_SIDE}
AMOUNT_FIELDS = ("amount", "debit", "credit", *SIDE_BY_SIDE)
DELIMITER_CHOICES = (
    ("-", "hyphen -"),
    (".", "full stop ."),
    ("/", "slash /"),
    ("_", "underscore _"),
    ("|", "bar |"),
    (":", "colon :"),
    ("~", "tilde ~"),
    (" ", "space"),
)


def _column(name: str, label: str, group: str, way: str = "", text: str = "") -> MapField:
    return MapField(name=name, label=label, type="column", group=group, way=way, help=text)


_AMOUNTS, _ACCOUNT, _YEAR, _KIND = "Amounts", "Account", "Fiscal year", "Kind of amount"
_OWNER = "Whose books"
_COMBINED, _SEGMENTS, _OWN = "One combined column", "A column for each segment", "The district's own segments"
_IN_COLUMN, _WHOLE_FILE = "A column says it", "The same for the whole file"
_SIDE_BY_SIDE = "Kinds of amount side by side"
INTROS = {
    _AMOUNTS: "Which columns hold dollars? Answer one of the three ways.",
    _ACCOUNT: "Which columns hold the account codes? Codes are kept as they stand, leading zeros too.",
    _YEAR: "Which fiscal year does each row belong to?",
    _KIND: "Was it spent, budgeted, expected or ordered? Not needed when each kind has its own column. Say it of"
    " actuals of a year that is not over.",
    _OWNER: "Does the file hold the books of one district alone? Rows of several are never added up.",
    "Filing": "The newest filing of a fiscal year and kind is the one that counts. Actuals of a finished year come"
    " before those of a year to date, and a later last day before an earlier one.",
}
FIELDS: tuple[MapField, ...] = (
    _column("amount", "Amount", _AMOUNTS, "One amount column", "The amount of each row."),
    _column("debit", "Debit", _AMOUNTS, "Debit and credit", "The amount is debit less credit."),
    _column("credit", "Credit", _AMOUNTS, "Debit and credit"),
    *(_column(kind, f"{label} column", _AMOUNTS, _SIDE_BY_SIDE) for kind, label in _KINDS.items()),
    MapField(
        name="number_style",
        label="How numbers are written",
        type="choice",
        group=_AMOUNTS,
        initial="us",
        choices=(("us", "1,234.56"), ("european", "1.234,56")),
        help="(5.00), 5.00- and -5.00 are all read as negative.",
    ),
    MapField(
        name="sign",
        label="Sign",
        type="choice",
        group=_AMOUNTS,
        initial="as_filed",
        choices=(("as_filed", "Keep it as it is"), ("reverse", "Turn it around")),
        help="Spending must come out positive. Turn the sign around if the file has it negative.",
    ),
    _column("account", "Combined account", _ACCOUNT, _COMBINED, "One column that holds several segments."),
    MapField(
        name="account_delimiter",
        label="Character between the parts",
        type="choice",
        group=_ACCOUNT,
        way=_COMBINED,
        choices=DELIMITER_CHOICES,
        help="Leave it open when the parts have no character between them.",
    ),
    MapField(
        name="account_parts",
        label="Parts of the combined account",
        type="parts",
        group=_ACCOUNT,
        way=_COMBINED,
        of="account",
        split_by="account_delimiter",
        choices=(*SEGMENT_LABELS.items(), ("skip", "Leave this part out")),
        help="In order. With no character between them, give each part its width: "
        f"fund:2, resource:4, object:4. Names: {', '.join(SEGMENTS)}, skip.",
    ),
    *(
        _column(segment, label, _ACCOUNT, _SEGMENTS)
        for segment, label in SEGMENT_LABELS.items()
        if not segment.startswith("local")
    ),
    *(
        MapField(name=segment, label=label, type="column", group=_ACCOUNT, way=_OWN, is_rare=True)
        for segment, label in SEGMENT_LABELS.items()
        if segment.startswith("local")
    ),
    _column(
        "fiscal_year",
        "Fiscal year or posting date",
        _YEAR,
        _IN_COLUMN,
        "2026, FY26, 2025-26 or a date such as 2026-03-31.",
    ),
    MapField(
        name="year_names",
        label="A bare year such as 2025 names",
        type="choice",
        group=_YEAR,
        way=_IN_COLUMN,
        initial="end",
        choices=(("end", "the year in which the fiscal year ends"), ("start", "the year in which it starts")),
    ),
    MapField(
        name="fiscal_year_value",
        label="Fiscal year of the whole file",
        type="number",
        group=_YEAR,
        way=_WHOLE_FILE,
        help="Named by the year it ends: 2026 for 2025-26.",
    ),
    MapField(
        name="kind",
        label="Kind of amount",
        type="column",
        group=_KIND,
        way=_IN_COLUMN,
        unless=_SIDE_BY_SIDE,
        help="With words such as actual, budget, estimated or encumbrance.",
    ),
    MapField(
        name="kind_value",
        label="Kind of amount of the whole file",
        type="choice",
        group=_KIND,
        way=_WHOLE_FILE,
        unless=_SIDE_BY_SIDE,
        choices=tuple(_KINDS.items()),
    ),
    MapField(
        name="actuals_are",
        label="Actuals are",
        type="choice",
        group=_KIND,
        choices=(
            (CLOSED, "of finished years: the books are closed"),
            (TO_DATE, "of a year to date, not finished yet"),
        ),
        help="Asked of actuals of a fiscal year that had not ended when the file was made, and where the file "
        "itself speaks of a year to date or of a day inside the year.",
    ),
    MapField(
        name="through_on",
        label="Actuals run through",
        type="date",
        group=_KIND,
        help="Of a year to date: the last day whose dollars are in the file. Not after the day it was made.",
    ),
    MapField(
        name="entity",
        label="Whose books a row is in",
        type="column",
        group=_OWNER,
        help="A column that names a district, charter school or other entity, where the file holds several.",
    ),
    MapField(
        name="entity_value",
        label="Load only the rows of",
        type="text",
        group=_OWNER,
        help="The entity as the column writes it. Rows of the others are counted and left aside.",
    ),
    MapField(
        name="filed_on",
        label="Filing date",
        type="date",
        group="Filing",
        help="The day these numbers were filed or exported. Left empty, the usual month of such a "
        "filing is taken, of a year to date its last day, and the preview says so.",
    ),
    MapField(
        name="ledger",
        label="Name of this ledger",
        type="text",
        group="Filing",
        way="Only if the district keeps several ledgers",
        is_rare=True,
        help="Each named ledger is replaced on its own.",
    ),
)


def amount_columns(file_map: FileMap) -> dict[str, tuple[str, ...]]:
    """Give the columns of each amount the map names; `debit` stands for debit less credit."""
    found: dict[str, tuple[str, ...]] = {}
    if file_map.get("debit"):
        found["debit"] = (file_map.get("debit"), file_map.get("credit"))
    for field in ("amount", *SIDE_BY_SIDE):
        if file_map.get(field):
            found[field] = (file_map.get(field),)
    return found


def account_parts(file_map: FileMap) -> AccountParts | None:
    """Give the pattern of the combined account, or None when segments have their own columns."""
    if not file_map.get("account"):
        return None
    delimiter = str(file_map.values.get("account_delimiter") or "")
    try:
        return parse_parts(file_map.get("account_parts"), delimiter=delimiter)
    except MapIncomplete as error:
        raise MapIncomplete(error.message, field="account_parts") from error


def check(file_map: FileMap) -> None:
    """Raise MapIncomplete when amounts, account, year or kind are not settled."""
    single = [name for name in ("amount", "debit") if file_map.get(name)]
    side = [name for name in SIDE_BY_SIDE if file_map.get(name)]
    if bool(file_map.get("debit")) != bool(file_map.get("credit")):
        missing = "credit" if file_map.get("debit") else "debit"
        raise MapIncomplete("Name both the debit and the credit column.", field=missing)
    if len(single) + bool(side) != 1:
        raise MapIncomplete(
            "Name the amounts one way: one amount column, or debit and credit, or columns side by "
            "side by kind.",
            field="amount",
        )
    columns = [column for names in amount_columns(file_map).values() for column in names]
    if len(set(columns)) < len(columns):
        raise MapIncomplete("Two amounts cannot be the same column.", field=_first_twice(file_map))
    parts = account_parts(file_map)
    named = [one for one in SEGMENTS if file_map.get(one)]
    if parts is None and not named:
        raise MapIncomplete("Name the combined account, or at least one segment of it.", field="account")
    both = sorted(set(named) & set(parts.segments if parts else ()))
    if both:
        raise MapIncomplete(
            f"«{SEGMENT_LABELS[both[0]]}» is named twice: alone and in the account.", field=both[0]
        )
    _check_year_and_kind(file_map, side=side)


def _first_twice(file_map: FileMap) -> str:
    """Name the first amount question whose column another one has too."""
    seen: set[str] = set()
    for field in AMOUNT_FIELDS:
        column = file_map.get(field)
        if column and column in seen:
            return field
        seen.add(column)
    return ""


def _check_year_and_kind(file_map: FileMap, *, side: list[str]) -> None:
    typed = file_map.get("fiscal_year_value")
    if not file_map.get("fiscal_year") and not typed:
        raise MapIncomplete(
            "Say which fiscal year this is: a column, or the year of the whole file.",
            field="fiscal_year_value",
        )
    if typed and not re.fullmatch("(19|20)[0-9]{2}", typed):
        raise MapIncomplete(
            "«Fiscal year of the whole file» must be a year such as 2026.", field="fiscal_year_value"
        )
    if not side and not file_map.get("kind") and not file_map.get("kind_value"):
        raise MapIncomplete(
            "Say which kind of amount this is: a column, or actual, budget, estimated actual or "
            "encumbrance for the whole file.",
            field="kind_value",
        )
    answer, through = file_map.get("actuals_are"), file_map.get("through_on")
    if answer == TO_DATE and not through:
        raise MapIncomplete("Say through which day the actuals run.", field="through_on")
    if answer == CLOSED and through:
        raise MapIncomplete(
            "A finished year has no last day: empty «Actuals run through», or say that it is a year to date.",
            field="through_on",
        )


def complete_guess(guess: dict[str, str], sample: Sample) -> dict[str, str]:
    """Add the parts of a combined account to a guess."""
    if "account" in guess:
        parts, delimiter = guess_parts(sample.column_values(guess["account"]))
        guess["account_parts"] = parts
        guess["account_delimiter"] = delimiter
        taken = re.findall("[a-z_0-9]+", re.sub(":[0-9]+", "", parts))
        for segment in SEGMENTS:
            if segment in taken:
                guess.pop(segment, None)
    guess.setdefault("number_style", "us")
    return guess
