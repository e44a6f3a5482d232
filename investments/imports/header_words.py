"""Guess what the columns of a ledger mean from the words in their headers. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from districts.landing.reader import Sample
from investments.imports.fiscal_years import find_year_in_text, read_fiscal_year, read_kind

SEGMENT_WORDS: dict[str, tuple[str, ...]] = {
    "project_year": ("project year", "projectyear", "proj yr", "proj year", "py", "grant year"),
    "fund": ("fund", "fd", "fnd"),
    "resource": ("resource", "res", "rs", "rsrc", "project", "proj", "grant", "funding source"),
    "goal": ("goal", "gl goal", "instructional goal"),
    "function": ("function", "func", "fn", "fct", "fnc", "activity"),
    "object": ("object", "obj", "ob", "expense object", "natural account"),
    "location": ("location", "loc", "site", "school", "building", "organization", "org", "facility"),
    "program": ("program", "prog", "prgm", "prg", "subprogram"),
}
LOCAL_WORDS = (
    "cost center",
    "department",
    "dept",
    "unit",
    "manager",
    "subobject",
    "sub object",
    "job class",
    "subject",
    "level",
    "local",
    "task",
    "subfund",
    "responsibility",
    "local program",
    "local use",
    "user",
)
ENTITY_WORDS = (
    "entity",
    "lea",
    "agency",
    "local education agency",
    "district",
    "legal entity",
    "company",
    "charter",
    "charter school",
)
ACCOUNT_WORDS = (
    "account",
    "acct",
    "account number",
    "account code",
    "account string",
    "gl account",
    "full account",
    "budget code",
    "account no",
    "gl string",
    "accounting string",
    "gl code",
    "account key",
    "coding",
    "chartfield",
    "fqa",
)
AMOUNT_WORDS: dict[str, tuple[str, ...]] = {
    "estimated_actual": (
        "estimated actual",
        "estimated actuals",
        "est actual",
        "est actuals",
        "projected",
        "projection",
        "forecast",
        "projected actual",
    ),
    "encumbrance": (
        "encumbrance",
        "encumbrances",
        "encumbered",
        "enc",
        "committed",
        "commitments",
        "obligated",
        "obligations",
        "purchase orders",
        "on order",
    ),
    "actual": (
        "actual",
        "actuals",
        "ytd",
        "year to date",
        "expended",
        "expenditure",
        "expenditures",
        "expense",
        "expenses",
        "spent",
        "actual ytd",
        "ytd actual",
    ),
    "budget": (
        "budget",
        "budgeted",
        "appropriation",
        "appropriations",
        "appropriated",
        "adopted",
        "revised budget",
        "adjusted budget",
        "working budget",
        "allocation",
    ),
    "debit": ("debit", "debits", "dr", "debit amount"),
    "credit": ("credit", "credits", "cr", "credit amount"),
    "amount": ("amount", "amt", "net amount", "value", "net", "dollars", "posted", "usd", "balance", "total"),
}
BETTER_BUDGET = ("revised", "adjusted", "working", "current", "amended", "final")
YEAR_WORDS = ("fiscal year", "fiscalyear", "fy", "year", "school year", "budget year", "fyear")
DATE_WORDS = (
    "posting date",
    "post date",
    "transaction date",
    "effective date",
    "gl date",
    "date",
    "posted on",
    "accounting date",
    "trans date",
    "journal date",
)
KIND_WORDS = (
    "kind",
    "type",
    "amount type",
    "balance type",
    "ledger type",
    "scenario",
    "version",
    "data type",
    "record type",
    "category",
    "ledger",
)
_TEXT = {
    "desc",
    "description",
    "descr",
    "name",
    "title",
    "label",
    "memo",
    "comment",
    "comments",
    "vendor",
    "reference",
    "text",
}
_NOT_MONEY = {
    "code",
    "id",
    "number",
    "no",
    "num",
    "percent",
    "pct",
    "remaining",
    "available",
    "variance",
    "unencumbered",
    "difference",
    "prior",
    "previous",
    "fte",
    "count",
    "qty",
}
_MONEY = re.compile(r"^[\s($€£\-+]*[0-9][0-9,.' ]*[)\s\-]*$|^[\s$]*[-–—]?\s*$")


def words(name: str) -> str:
    """Reduce a header to its words, in small letters."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return " ".join(re.sub(r"[^a-z0-9]+", " ", spaced.lower()).split())


def guess_ledger(sample: Sample) -> dict[str, str]:
    """Guess the answers of the ledger's mapping page; what is not found stays absent."""
    free = {column: words(column) for column in sample.columns}
    free = {column: name for column, name in free.items() if not set(name.split()) & _TEXT}
    answers: dict[str, str] = {}
    _take(answers, free, "fiscal_year", YEAR_WORDS, lambda c: _are_years(sample, c))
    if "fiscal_year" not in answers:
        _take(answers, free, "fiscal_year", DATE_WORDS, lambda c: _are_years(sample, c))
    _take(answers, free, "kind", KIND_WORDS, lambda c: _are_kinds(sample, c))
    _guess_amounts(answers, free, sample)
    _take(answers, free, "account", ACCOUNT_WORDS, lambda c: _is_combined(sample, c))
    for segment, names in SEGMENT_WORDS.items():
        _take(answers, free, segment, names, lambda _: True)
    if "object" not in answers and "account" not in answers:
        _take(answers, free, "object", ACCOUNT_WORDS, lambda _: True)
    _take(answers, free, "entity", ENTITY_WORDS, lambda _: True)
    for local in ("local_1", "local_2", "local_3", "local_4"):
        _take(answers, free, local, LOCAL_WORDS, lambda _: True)
    _guess_typed(answers, sample)
    return answers


def _guess_amounts(answers: dict[str, str], free: dict[str, str], sample: Sample) -> None:
    money = {
        column: name
        for column, name in free.items()
        if not set(name.split()) & _NOT_MONEY and _is_money(sample, column)
    }
    better = {c: n for c, n in money.items() if "budget" in n and set(n.split()) & set(BETTER_BUDGET)}
    if better:
        answers["budget"] = next(iter(better))
        for column in [c for c, n in money.items() if "budget" in n.split()]:
            money.pop(column)
    for field, names in AMOUNT_WORDS.items():
        if field == "amount" and (answers.keys() & set(AMOUNT_WORDS)):
            continue
        if field not in answers:
            _take(answers, money, field, names, lambda _: True)
    if ("debit" in answers) != ("credit" in answers):
        answers.pop("debit", None)
        answers.pop("credit", None)
    side_by_side = [one for one in ("actual", "budget", "encumbrance", "estimated_actual") if one in answers]
    if len(side_by_side) == 1 and "kind" not in answers and "debit" not in answers:
        answers.setdefault("kind_value", side_by_side[0])
        answers["amount"] = answers.pop(side_by_side[0])
    for field in ("amount", "debit", "credit", *side_by_side):
        free.pop(answers.get(field, ""), None)


def _take(
    answers: dict[str, str], free: dict[str, str], field: str, names: Sequence[str], fits: object
) -> None:
    """Give a field its best free column: an equal header first, then one that holds the words."""
    best, best_score = "", 0
    for column, name in free.items():
        score = _score(name, names)
        if score > best_score and callable(fits) and fits(column):
            best, best_score = column, score
    if best:
        answers[field] = best
        free.pop(best)


def _score(name: str, names: Sequence[str]) -> int:
    bare = " ".join(
        part for part in name.split() if part not in ("code", "number", "no", "num", "id", "cd", "nbr")
    )
    if name in names or bare in names:
        return 1_000 - names.index(name if name in names else bare)
    parts = name.split()
    held = [position for position, one in enumerate(names) if len(one) > 2 and f" {one} " in f" {name} "]
    return 500 - 10 * len(parts) - held[0] if held else 0


def _is_money(sample: Sample, column: str) -> bool:
    values = sample.column_values(column)
    return not values or sum(1 for value in values if _MONEY.match(value)) >= 0.5 * len(values)


def _are_years(sample: Sample, column: str) -> bool:
    values = sample.column_values(column)
    known = sum(1 for value in values if read_fiscal_year(value) is not None)
    return bool(values) and known >= 0.8 * len(values)


def _are_kinds(sample: Sample, column: str) -> bool:
    values = sample.column_values(column)
    return bool(values) and sum(1 for value in values if read_kind(value)) >= 0.8 * len(values)


def _is_combined(sample: Sample, column: str) -> bool:
    values = sample.column_values(column)
    long = sum(1 for value in values if len(value) >= 8 or re.search(r"[-./|_:~]", value))
    return bool(values) and long >= 0.8 * len(values)


def _guess_typed(answers: dict[str, str], sample: Sample) -> None:
    """Take year and kind from the file's name or its banner where no column holds them."""
    above = [cells for number, cells in sample.head if number < (sample.header_row or 1)]
    banner = " ".join(cell for cells in above for cell in cells if cell)
    if "fiscal_year" not in answers:
        year = find_year_in_text(sample.file_name) or find_year_in_text(banner)
        if year:
            answers["fiscal_year_value"] = str(year)
    if "kind" not in answers and ("amount" in answers or "debit" in answers):
        header = words(answers.get("amount", ""))
        for text in (header, words(sample.file_name), words(banner)):
            kind = _kind_in(text)
            if kind:
                answers.setdefault("kind_value", kind)


def _kind_in(text: str) -> str:
    parts = set(text.split())
    for kind in ("estimated_actual", "encumbrance", "budget", "actual"):
        names = [name for name in AMOUNT_WORDS[kind] if name != "ytd"]
        if any(set(name.split()) <= parts for name in names):
            return kind
    return ""
