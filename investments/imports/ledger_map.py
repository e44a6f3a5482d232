"""The questions of the ledger's mapping page and what a complete set of answers is. Pure."""

from __future__ import annotations

import re

from districts.landing.kinds import FileMap, MapField, MapIncomplete
from districts.landing.reader import Sample
from investments.imports.account_parts import AccountParts, guess_parts, parse_parts
from investments.imports.canonical import KIND_LABELS, SEGMENT_LABELS, SEGMENTS

SIDE_BY_SIDE = ("actual", "budget", "estimated_actual", "encumbrance")
AMOUNT_FIELDS = ("amount", "debit", "credit", *SIDE_BY_SIDE)
DELIMITER_CHOICES = (
    ("-", "hyphen -"), (".", "full stop ."), ("/", "slash /"), ("_", "underscore _"),
    ("|", "bar |"), (":", "colon :"), ("~", "tilde ~"), (" ", "space"),
)


def _column(name: str, label: str, group: str, text: str = "") -> MapField:
    return MapField(name=name, label=label, type="column", group=group, help=text)


FIELDS: tuple[MapField, ...] = (
    _column("amount", "Amount", "Amounts", "One column with the amount of each row."),
    _column("debit", "Debit", "Amounts", "With credit; the amount is debit less credit."),
    _column("credit", "Credit", "Amounts"),
    *(
        _column(kind, f"{label} column", "Amounts", "For kinds of amount side by side.")
        for kind, label in KIND_LABELS.items()
    ),
    MapField(
        name="number_style", label="Number style", type="choice", group="Amounts",
        choices=(("us", "1,234.56"), ("european", "1.234,56")),
    ),
    MapField(
        name="sign", label="Sign", type="choice", group="Amounts",
        choices=(("as_filed", "Keep the sign as it is"), ("reverse", "Turn the sign around")),
    ),
    _column("account", "Combined account", "Account", "One column that holds several segments."),
    MapField(
        name="account_parts", label="Parts of the combined account", type="text", group="Account",
        help="In order, for instance: fund, function, object, location. Without a delimiter give "
        "widths: fund:2, resource:4. `skip` leaves a part out.",
    ),
    MapField(
        name="account_delimiter", label="Character between the parts", type="choice",
        group="Account", choices=DELIMITER_CHOICES,
    ),
    *(_column(segment, label, "Account") for segment, label in SEGMENT_LABELS.items()),
    _column("fiscal_year", "Fiscal year or posting date", "Year and kind"),
    MapField(
        name="fiscal_year_value", label="Fiscal year of the whole file", type="number",
        group="Year and kind", help="Named by the year it ends: 2026 for 2025-26.",
    ),
    MapField(
        name="year_names", label="A bare year names", type="choice", group="Year and kind",
        choices=(("end", "the year in which the fiscal year ends"),
                 ("start", "the year in which it starts")),
    ),
    _column("kind", "Kind of amount", "Year and kind"),
    MapField(
        name="kind_value", label="Kind of amount of the whole file", type="choice",
        group="Year and kind", choices=tuple(KIND_LABELS.items()),
    ),
    MapField(
        name="ledger", label="Ledger", type="text", group="Year and kind",
        help="Leave empty unless the district keeps several ledgers, each replaced on its own.",
    ),
    MapField(
        name="filed_on", label="Filing date", type="date", group="Year and kind",
        help="The newest filing of a year and kind counts. Left empty: the usual month.",
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
    return parse_parts(file_map.get("account_parts"), delimiter=delimiter)


def check(file_map: FileMap) -> None:
    """Raise MapIncomplete when amounts, account, year or kind are not settled."""
    single = [name for name in ("amount", "debit") if file_map.get(name)]
    side = [name for name in SIDE_BY_SIDE if file_map.get(name)]
    if bool(file_map.get("debit")) != bool(file_map.get("credit")):
        raise MapIncomplete("Name both the debit and the credit column.")
    if len(single) + bool(side) != 1:
        raise MapIncomplete(
            "Name the amounts one way: one amount column, or debit and credit, or columns side by "
            "side by kind."
        )
    columns = [column for names in amount_columns(file_map).values() for column in names]
    if len(set(columns)) < len(columns):
        raise MapIncomplete("Two amounts cannot be the same column.")
    parts = account_parts(file_map)
    named = [one for one in SEGMENTS if file_map.get(one)]
    if parts is None and not named:
        raise MapIncomplete("Name the combined account, or at least one segment of it.")
    both = sorted(set(named) & set(parts.segments if parts else ()))
    if both:
        raise MapIncomplete(f"«{SEGMENT_LABELS[both[0]]}» is named twice: alone and in the account.")
    _check_year_and_kind(file_map, side=side)


def _check_year_and_kind(file_map: FileMap, *, side: list[str]) -> None:
    typed = file_map.get("fiscal_year_value")
    if not file_map.get("fiscal_year") and not typed:
        raise MapIncomplete("Say which fiscal year this is: a column, or the year of the whole file.")
    if typed and not re.fullmatch("(19|20)[0-9]{2}", typed):
        raise MapIncomplete("«Fiscal year of the whole file» must be a year such as 2026.")
    if not side and not file_map.get("kind") and not file_map.get("kind_value"):
        raise MapIncomplete(
            "Say which kind of amount this is: a column, or actual, budget, estimated actual or "
            "encumbrance for the whole file."
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
