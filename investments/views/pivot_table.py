"""The ledger laid out by segments, as a table; must not query."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from districts.access.decorators import DistrictRequest
from districts.exports import page_size_for
from districts.tables import Action, Cell, CellValue, Column, Empty, Kind, Table, make_table
from investments.calc.noise import is_placeholder, is_spending, is_unassigned_cut
from investments.calc.object_classes import OBJECT_CLASSES, object_class
from investments.forms.ledger import OBJECT_CLASS, Asked, words_match
from investments.models import AmountKind
from investments.selectors import Pivot, PivotColumn, PivotRow
from investments.views.parts import amount_name, link, upload_list_href


@dataclass(frozen=True, kw_only=True)
class Layout:
    """The rows a question asks for: folded, searched, and added up again."""

    columns: tuple[PivotColumn, ...]
    rows: tuple[PivotRow, ...]
    totals: tuple[Decimal, ...]

    @property
    def total(self) -> Decimal | None:
        """The one figure, where one year of one kind is asked for; None where no filing is there."""
        return self.totals[0] if len(self.totals) == 1 else None


def lay_out(*, pivot: Pivot, asked: Asked) -> Layout:
    """Fold objects into classes where asked, keep what the search names, and add up what is left."""
    rows = _fold(pivot=pivot, asked=asked)
    kept = words_match(text=asked.text, candidates=[(*row.codes, *row.titles) for row in rows])
    rows = [row for row, is_kept in zip(rows, kept, strict=True) if is_kept]
    totals = tuple(
        sum((row.amounts[place] or Decimal(0) for row in rows), Decimal(0))
        for place in range(len(pivot.columns))
    )
    return Layout(columns=pivot.columns, rows=tuple(rows), totals=totals)


def _fold(*, pivot: Pivot, asked: Asked) -> list[PivotRow]:
    if OBJECT_CLASS not in asked.by:
        return list(pivot.rows)
    at = asked.by.index(OBJECT_CLASS)
    sums: dict[tuple[str, ...], list[Decimal | None]] = {}
    titles: dict[tuple[str, ...], tuple[str, ...]] = {}
    for row in pivot.rows:
        own = row.codes[at]
        code = object_class(code=own, chart=pivot.chart) if own[:1].isdigit() else own
        key = (*row.codes[:at], code, *row.codes[at + 1 :])
        held = sums.setdefault(key, [None] * len(pivot.columns))
        for place, amount in enumerate(row.amounts):
            if amount is not None:
                held[place] = (held[place] or Decimal(0)) + amount
        titles[key] = (
            *row.titles[:at],
            OBJECT_CLASSES.get(code, "" if own[:1].isdigit() else row.titles[at]),
            *row.titles[at + 1 :],
        )
    return [
        PivotRow(codes=key, titles=titles[key], amounts=tuple(amounts))
        for key, amounts in sorted(sums.items())
    ]


def pivot_table(
    request: DistrictRequest, *, layout: Layout, asked: Asked, labels: dict[str, str], caption: str
) -> Table:
    """Return the table of a ledger question; each row leads one step down and to its ledger rows."""
    is_one = len(layout.columns) == 1
    return make_table(
        key="ledger",
        caption=caption,
        columns=_columns(layout=layout, asked=asked, labels=labels),
        records=layout.rows,
        cells=lambda row: _cells(layout=layout, asked=asked, row=row),
        actions=lambda row: _actions(request, asked=asked, row=row),
        query=request.GET.dict(),
        sort="-y0" if is_one else "code0",
        page_size=page_size_for(request),
        export_base=request.path,
        footer=_footer(layout=layout, asked=asked) if layout.rows else None,
        empty=_empty(request, asked=asked),
    )


def _columns(*, layout: Layout, asked: Asked, labels: dict[str, str]) -> list[Column]:
    columns: list[Column] = []
    for place, name in enumerate(asked.by):
        columns.append(Column(key=f"code{place}", label=labels[name], kind=Kind.CODE, is_heading=not place))
        columns.append(Column(key=f"title{place}", label="Title" if not place else f"{labels[name]} title"))
    for place, column in enumerate(layout.columns):
        forecast = "forecast, dollars" if column.is_forecast else "dollars"
        label = amount_name(fiscal_year=column.fiscal_year, kind=column.kind, through_on=column.through_on)
        columns.append(Column(key=f"y{place}", label=label, kind=Kind.MONEY, unit=forecast))
    if len(layout.columns) == 1:
        columns.append(Column(key="share", label="Share", kind=Kind.PERCENT, unit="of this total"))
    return columns


def _cells(*, layout: Layout, asked: Asked, row: PivotRow) -> list[CellValue]:
    cells: list[CellValue] = []
    for place, (code, title) in enumerate(zip(row.codes, row.titles, strict=True)):
        href = asked.drilled(row.codes).href() if place == 0 else ""
        cells.append(Cell(value=code, text="" if code else "none", href=href))
        cells.append(title or None)
    is_spending_asked = asked.scope == "spending"
    for column, amount in zip(layout.columns, row.amounts, strict=True):
        cells.append(_amount(amount=amount, kind=column.kind, is_spending_asked=is_spending_asked))
    if len(layout.columns) == 1:
        cells.append(_share(part=row.amounts[0], total=layout.totals[0]))
    return cells


def _amount(*, amount: Decimal | None, kind: str, is_spending_asked: bool) -> Cell:
    if amount is None or not is_spending_asked:
        return Cell(value=amount)
    return Cell(value=amount, note=noise_words(amount=amount, kind=kind))


def noise_words(*, amount: Decimal, kind: str) -> str:
    """Say what is noise about an amount of spending; nothing where it is an ordinary one."""
    if is_placeholder(amount=amount):
        return "placeholder: no spending"
    if is_unassigned_cut(amount=amount, is_budget=kind == AmountKind.BUDGET):
        return "a cut not yet assigned"
    if amount > 0 and not is_spending(amount=amount):
        return "under $100: no spending"
    return ""


def _share(*, part: Decimal | None, total: Decimal) -> Decimal | None:
    if part is None or total <= 0:
        return None
    return (part * 100 / total).quantize(Decimal("0.0001"))


def _actions(request: DistrictRequest, *, asked: Asked, row: PivotRow) -> list[Action]:
    about = " ".join(f"{code} {title}".strip() for code, title in zip(row.codes, row.titles, strict=True))
    rows = asked.drilled(row.codes)
    query = rows.query(by="", then="", q="")
    return [Action(label="Rows", href=link(request, "entry-list", query), about=f"of {about or 'no code'}")]


def _footer(*, layout: Layout, asked: Asked) -> list[CellValue]:
    blanks: list[CellValue] = [""] * (2 * len(asked.by) - 1)
    share: list[CellValue] = [Decimal(100)] if len(layout.columns) == 1 and layout.totals[0] > 0 else []
    if len(layout.columns) == 1 and not share:
        share = [None]
    return ["Total", *blanks, *layout.totals, *share]


def _empty(request: DistrictRequest, *, asked: Asked) -> Empty:
    if asked.is_narrowed:
        return Empty(
            title="Nothing in the ledger matches",
            text="No account of this year and kind has these words among the codes it is laid out by."
            if asked.text
            else "No account of this year and kind has these codes.",
            action_label="Show everything",
            action_href=Asked(
                fiscal_year=asked.fiscal_year,
                kind=asked.kind,
                by=asked.by,
                scope=asked.scope,
                filters={},
                text="",
            ).href(),
        )
    upload = upload_list_href(request)
    return Empty(
        title="No ledger of this year and kind yet",
        text="Hand in the district's general ledger or budget file, and every figure here comes from it.",
        action_label="Upload a ledger" if upload else "",
        action_href=upload,
    )
