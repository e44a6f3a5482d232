"""Tables: order, pages, links, what a cell shows and what an export writes."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.template.loader import render_to_string

from districts.tables import Cell, Column, Empty, Kind, Table, display, make_table

ROWS = (("b", Decimal("10.5")), ("A", Decimal(-3)), ("c", None), ("d", Decimal(200)))
COLUMNS = (
    Column(key="name", label="Name"),
    Column(key="cost", label="Cost", kind=Kind.MONEY),
    Column(key="note", label="Note", is_sortable=False),
)


def table(query: dict[str, str], *, page_size: int = 50, total: int | None = None) -> Table:
    return make_table(
        key="t",
        caption="Things",
        columns=COLUMNS,
        records=ROWS,
        cells=lambda row: (row[0], row[1], "n"),
        query=query,
        sort="name",
        page_size=page_size,
        total=total,
        empty=Empty(title="None"),
        export_base="/d/x/things/",
    )


def names(made: Table) -> list[object]:
    return [row.cells[0].value for row in made.rows]


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("", ["A", "b", "c", "d"]),
        ("-name", ["d", "c", "b", "A"]),
        ("cost", ["A", "b", "d", "c"]),
        ("-cost", ["d", "b", "A", "c"]),
        ("note", ["A", "b", "c", "d"]),
        ("nothing'--", ["A", "b", "c", "d"]),
    ],
)
def test_rows_follow_the_asked_order_blanks_last_and_unknown_keys_the_default(
    sort: str, expected: list[str]
) -> None:
    assert names(table({"sort": sort})) == expected


@pytest.mark.parametrize("kind", [Kind.PERCENT, Kind.NUMBER, Kind.POINTS, Kind.MONEY])
@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("rate", [-2, Decimal("9.5"), 10.0, 100, "hidden", "under 5%", "under 10%", None]),
        ("-rate", [100, 10.0, Decimal("9.5"), -2, "hidden", "under 5%", "under 10%", None]),
    ],
)
def test_a_column_of_numbers_sorts_as_numbers_and_words_stand_at_the_end_both_ways(
    kind: Kind, sort: str, expected: list[object]
) -> None:
    made = make_table(
        key="t",
        caption="Rates",
        columns=(Column(key="rate", label="Rate", kind=kind),),
        records=["under 10%", 10.0, None, -2, "under 5%", 100, "hidden", Decimal("9.5")],
        cells=lambda one: (one,),
        query={"sort": sort},
        empty=Empty(title="None"),
    )
    assert [row.cells[0].value for row in made.rows] == expected


@pytest.mark.parametrize(
    ("page", "expected"),
    [("1", ["A", "b"]), ("2", ["c", "d"]), ("9", ["c", "d"]), ("0", ["A", "b"]), ("²", ["A", "b"])],
)
def test_pages_are_cut_and_a_page_that_is_not_there_is_the_nearest(page: str, expected: list[str]) -> None:
    assert names(table({"page": page}, page_size=2)) == expected


def test_a_page_already_sorted_is_shown_as_it_came() -> None:
    made = table({"page": "3", "sort": "-name"}, page_size=4, total=12)
    assert names(made) == ["b", "A", "c", "d"]
    assert (made.first_row, made.last_row, made.pages) == (9, 12, 3)


def test_links_keep_the_filters_turn_the_order_and_leave_the_page() -> None:
    made = table({"q": "a b", "sort": "-cost", "page": "2"}, page_size=2)
    assert [heading.href for heading in made.headings] == [
        "?q=a+b&sort=name",
        "?q=a+b&sort=cost",
        "",
    ]
    assert [heading.direction for heading in made.headings] == ["", "descending", ""]
    assert made.previous_href == "?q=a+b&sort=-cost&page=1"
    assert made.next_href == ""
    assert made.csv_href == "/d/x/things/?q=a+b&sort=-cost&export=csv"


def test_many_pages_show_the_ends_the_neighbours_and_gaps() -> None:
    made = table({"page": "6"}, page_size=4, total=44)
    shown = ["…" if link.is_gap else link.number for link in made.page_links]
    assert shown == [1, "…", 5, 6, 7, "…", 11]
    assert [link.number for link in made.page_links if link.is_current] == [6]


def test_a_cell_shows_rounded_dollars_and_exact_ones_on_demand() -> None:
    cell, column = Cell(value=Decimal("38214552.17")), COLUMNS[1]
    assert display(cell=cell, column=column) == "$38.2M"
    assert display(cell=cell, column=column, is_exact=True) == "$38,214,552.17"
    assert display(cell=Cell(value=None), column=column) == "–"
    assert display(cell=Cell(value=0, text="no spending"), column=column) == "no spending"


def test_a_table_wider_than_a_phone_names_each_cell_by_its_column() -> None:
    def drawn(count: int) -> str:
        columns = [Column(key=f"c{number}", label=f"Label {number}") for number in range(count)]
        table = make_table(
            key="wide",
            caption="Wide",
            columns=columns,
            records=[tuple("abcdefgh"[:count])],
            cells=lambda row: row,
            query={},
            empty=Empty(title="None"),
        )
        return render_to_string("components/table.html", {"table": table})

    wide, narrow = drawn(4), drawn(3)
    assert "datatable--stacks" in wide
    assert [f'data-label="Label {number}"' in wide for number in range(4)] == [False, True, True, True]
    assert "datatable--stacks" not in narrow
    assert "data-label" not in narrow
