"""Ledgers laid out in odd ways, as files, each with the sum it must come to. Makes no assertions."""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

import xlsxwriter

FUNDS, FUNCTIONS, SITES = ("01", "12", "NA"), ("1000", "2700", "8100"), ("009", "425", "NA")
OBJECTS = ("1100", "3101", "4300", "5800")
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Layout:
    """One file, what a person answers on its mapping page, and what must come out."""

    filename: str
    content: bytes
    answers: dict[str, str]
    sums: dict[str, Decimal]
    is_asked_for_kind: bool = False


def _amounts(seed: int, count: int) -> list[Decimal]:
    dice = random.Random(seed)
    return [Decimal(dice.randint(-200_000, 9_000_000)) * CENT for _ in range(count)]


def _codes(seed: int, count: int) -> list[tuple[str, str, str, str]]:
    dice = random.Random(seed)
    return [
        (dice.choice(FUNDS), dice.choice(FUNCTIONS), dice.choice(OBJECTS), dice.choice(SITES))
        for _ in range(count)
    ]


def debit_and_credit() -> Layout:
    """A journal: banner, combined account, dates, debit and credit with currency signs, a total row."""
    amounts, codes = _amounts(1, 60), _codes(1, 60)
    lines = ["Oak Grove School District", "Journal Detail,,,,", "", "GL String,Post Date,Memo,Dr,Cr"]
    for amount, (fund, function, obj, site) in zip(amounts, codes, strict=True):
        debit = f'"${amount:,}"' if amount >= 0 else ""
        credit = f'"${-amount:,}"' if amount < 0 else ""
        lines.append(f"{fund}.{site}.{function}.{obj}.7,9/30/2024,memo,{debit},{credit}")
    lines.append(
        f'Report Total,,,"{sum(a for a in amounts if a > 0):,}","{-sum(a for a in amounts if a < 0):,}"'
    )
    answers = {
        "account_parts-1": "fund",
        "account_parts-2": "location",
        "account_parts-3": "function",
        "account_parts-4": "object",
        "account_parts-5": "local_1",
        "kind_value": "actual",
    }
    content = "\r\n".join(lines).encode("utf-8-sig")
    return Layout("Journal detail.csv", content, answers, {"Actual FY2025": sum(amounts, Decimal(0))})


def side_by_side() -> Layout:
    """A workbook: a sheet of notes, banner rows, three kinds of amount in a row, totals by fund and in all."""
    out, sums = io.BytesIO(), [Decimal(0)] * 3
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        book.add_worksheet("Read me").write(0, 0, "Prepared by Finance")
        sheet = book.add_worksheet("Status")
        sheet.write(0, 0, "Budget status report")
        heads = ("Fund", "Site No", "Fct", "Obj", "Working Budget", "Expended YTD", "Encumbered", "% Used")
        sheet.write_row(3, 0, heads)
        row = 4
        for fund in FUNDS:
            columns = [_amounts(seed, 12) for seed in (2, 3, 4)]
            for number, (_, function, obj, site) in enumerate(_codes(2, 12)):
                values = [float(column[number]) for column in columns]
                sheet.write_row(row, 0, [fund, site, function, obj, *values, 0.5])
                row += 1
            sheet.write(row, 0, f"Total fund {fund}")
            sheet.write_row(row, 4, [float(sum(column)) for column in columns])
            row += 2
            sums = [before + sum(column, Decimal(0)) for before, column in zip(sums, columns, strict=True)]
        sheet.write(row, 0, "Grand total")
    named = dict(zip(("Budget FY2026", "Actual FY2026", "Encumbrance FY2026"), sums, strict=True))
    return Layout(
        "status.xlsx", out.getvalue(), {"fiscal_year_value": "2026", "actuals_are": "closed"}, named
    )


def latin_semicolons() -> Layout:
    """Semicolons, Latin-1, words of another language, parentheses and trailing minus signs."""
    amounts = _amounts(5, 80)
    lines = ["Año;Fondo;Función;Objeto;Escuela;Descripción;Importe"]
    for number, (amount, codes) in enumerate(zip(amounts, _codes(5, 80), strict=True)):
        text = f"{abs(amount):,}"
        if amount < 0:
            text = f"({text})" if number % 2 else f"{text}-"
        lines.append(";".join(("2022-23", *codes, "Niños", text)))
    answers = {
        "amount": "Importe",
        "fund": "Fondo",
        "function": "Función",
        "object": "Objeto",
        "location": "Escuela",
        "fiscal_year": "Año",
        "kind_value": "budget",
    }
    content = "\n".join(lines).encode("latin-1")
    sums = {"Budget FY2023": sum(amounts, Decimal(0))}
    return Layout("ejecucion.txt", content, answers, sums, is_asked_for_kind=True)


def utf16_local_segments() -> Layout:
    """UTF-16, tabs, fund NA, the district's own segments, the kind of amount in a column."""
    amounts, kinds = _amounts(6, 70), ("Actuals", "Adopted Budget")
    lines = ["FY\tScenario\tFnd\tCost Center\tNatural Acct\tDept\tAmt USD"]
    for number, (amount, (fund, _, obj, site)) in enumerate(zip(amounts, _codes(6, 70), strict=True)):
        lines.append("\t".join(("FY21", kinds[number % 2], fund, f"CC{site}", obj, "D01", f"{amount:,}")))
    sums = {
        f"{kind} FY2021": sum(amounts[start::2], Decimal(0))
        for start, kind in enumerate(("Actual", "Budget"))
    }
    return Layout("extract.tsv", "\n".join(lines).encode("utf-16"), {}, sums)


LAYOUTS: tuple[Callable[[], Layout], ...] = (
    debit_and_credit,
    side_by_side,
    latin_semicolons,
    utf16_local_segments,
)
