"""One reader, one behaviour: encodings, layouts, codes kept as they are, rows that do not fit."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from districts.landing.limits import Limits, Unreadable
from districts.landing.problems import Report
from districts.landing.reader import ReadOptions, Table, open_table


def opened(tmp_path: Path, content: bytes | str, name: str = "table.csv", **options: object) -> Table:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    limits = options.pop("limits", None)
    return open_table(path=path, options=ReadOptions(**options), limits=limits)  # type: ignore[arg-type]


def read(table: Table) -> tuple[list[tuple[object, ...]], Report]:
    report = Report()
    frames = list(table.batches(report))
    rows = pl.concat(frames).rows() if frames else []
    return rows, report


PLAIN = "Fund,Code,Amount\n01,NA,5\n02,007,6\n"


@pytest.mark.parametrize(
    "content",
    [
        PLAIN.encode(),
        PLAIN.encode("utf-8-sig"),
        PLAIN.encode("utf-16"),
        PLAIN.encode("utf-16-le"),
        PLAIN.encode("utf-16-be"),
        PLAIN.replace("\n", "\r\n").encode(),
        PLAIN.replace("\n", "\r").encode(),
        PLAIN.replace(",", "\t").encode(),
        PLAIN.replace(",", ";").encode(),
        PLAIN.replace(",", "|").encode(),
        PLAIN.rstrip().encode(),
        b'"Fund","Code","Amount"\n"01","NA","5"\n"02  ","007",6\n',
    ],
)
def test_every_encoding_and_delimiter_gives_the_same_cells(tmp_path: Path, content: bytes) -> None:
    table = opened(tmp_path, content)
    assert table.columns == ("Fund", "Code", "Amount")
    rows, report = read(table)
    assert rows == [("01", "NA", "5", 2), ("02", "007", "6", 3)]
    assert (report.errors, report.counts.read) == (0, 2)


def test_western_text_is_read_and_said(tmp_path: Path) -> None:
    table = opened(tmp_path, "School,Amount\nPeña “A”,5\nNuñez,6\n".encode("cp1252"))
    rows, report = read(table)
    assert [row[0] for row in rows] == ["Peña “A”", "Nuñez"]
    assert [(c.name, c.status) for c in report.checks] == [("Layout", "warn")]


def test_banner_total_blank_and_repeated_header_rows_are_counted_not_loaded(tmp_path: Path) -> None:
    text = (
        "Springfield Schools\nRun 11/02/2026\n\nFund,Name,Amount\n01,Paper,5\n\n"
        "Fund,Name,Amount\n,Sub-total,5\n02,Total Care,6\nGrand Total,,11\n"
    )
    table = opened(tmp_path, text)
    assert table.sample.header_row == 4
    rows, report = read(table)
    assert rows == [("01", "Paper", "5", 5), ("02", "Total Care", "6", 9)]
    counts = report.counts
    assert (counts.read, counts.totals, counts.blank, counts.repeated_headers) == (2, 2, 1, 1)
    assert [total.row for total in report.total_rows] == [8, 10]


def test_rows_of_the_wrong_width_are_problems_and_never_shift(tmp_path: Path) -> None:
    rows, report = read(opened(tmp_path, "A,B,C\n1,2,3\n1,2,3,4\n1,2\n1,2,3,,\n5,6,7\n"))
    assert rows == [("1", "2", "3", 2), ("1", "2", "3", 5), ("5", "6", "7", 6)]
    assert [(p.row, p.why) for p in report.problems] == [
        (3, "has 4 cells where the header has 3"),
        (4, "has 2 cells where the header has 3"),
    ]


def test_every_row_one_cell_too_long_is_refused_not_shifted(tmp_path: Path) -> None:
    rows, report = read(opened(tmp_path, "A,B\n" + "x,1,2\n" * 5))
    assert (rows, report.errors) == ([], 5)


def test_quoted_cells_keep_delimiters_quotes_and_line_ends(tmp_path: Path) -> None:
    text = 'A,B,C\n"x, y","say ""hi""","two\nlines"\n1,2,3\n'
    rows, report = read(opened(tmp_path, text))
    assert rows == [("x, y", 'say "hi"', "two\nlines", 2), ("1", "2", "3", 4)]
    assert report.errors == 0


def test_quotes_that_do_not_pair_up_are_a_problem_of_their_row(tmp_path: Path) -> None:
    rows, report = read(opened(tmp_path, 'A,B\n1,2\n"x" y,3\n4,5\n6,"open\n'))
    assert rows == [("1", "2", 2), ("4", "5", 4)]
    assert [(p.row, p.why) for p in report.problems] == [
        (3, "quote marks do not pair up"),
        (5, "quote marks do not pair up"),
    ]


def test_control_characters_are_a_problem_of_their_row(tmp_path: Path) -> None:
    rows, report = read(opened(tmp_path, "A,B\n1,2\n1\x00,3\n4,\x1b[31m\n"))
    assert len(rows) == 1
    assert [(p.row, p.column, p.value, p.why) for p in report.problems] == [
        (3, "A", "1\\x00", "holds a control character"),
        (4, "B", "\\x1b[31m", "holds a control character"),
    ]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "The file is empty"),
        (b"\n\n  \n", "The file is empty"),
        (b"A,B\n", "no rows below its header"),
        (b"%PDF-1.4", "a PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "an old .xls workbook"),
        (b"\x1f\x8b\x08", "a gzip archive"),
        (b"<html><table>", "a web page"),
        (bytes(range(256)) * 50, "not a text file"),
        ("A,B\n1,caf\u00e9".encode()[:-1], "ends in the middle of a character"),
        (b"PK\x03\x04 broken", "The workbook is damaged"),
    ],
)
def test_files_that_are_no_table_say_what_they_are(tmp_path: Path, content: bytes, says: str) -> None:
    with pytest.raises(Unreadable, match=says):
        read(opened(tmp_path, content))


def test_limits_hold_with_clear_errors(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="at most 1 KB is accepted"):
        opened(tmp_path, "A,B\n" + "1,2\n" * 500, limits=Limits(max_upload=1_000))
    with pytest.raises(Unreadable, match="at most 10 are read"):
        opened(
            tmp_path,
            ",".join(f"c{n}" for n in range(11)) + "\n" + "1," * 10 + "1\n",
            limits=Limits(max_columns=10),
        )
    with pytest.raises(Unreadable, match="not a table of rows"):
        read(opened(tmp_path, "A,B\n1,2\n" + "x" * 6_000_000, limits=Limits(max_line_length=1_000_000)))
    limits = Limits(max_cell_length=100)
    report = Report(limits=limits)
    table = opened(tmp_path, "A,B\n" + "x" * 500 + ",2\n3,4\n", limits=limits)
    assert sum(frame.height for frame in table.batches(report)) == 1
    assert [(p.row, p.column, p.why) for p in report.problems] == [(2, "A", "is longer than 100 characters")]


def test_options_of_a_person_override_what_was_found(tmp_path: Path) -> None:
    text = "x,y\nA,B\n1,2\n"
    assert opened(tmp_path, text, header_row=2).columns == ("A", "B")
    none = opened(tmp_path, text, header_row=0)
    assert none.columns == ("Column 1", "Column 2")
    assert len(read(none)[0]) == 3


def workbook(tmp_path: Path, sheets: dict[str, list[list[object]]]) -> Path:
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return path


def test_workbook_cells_become_text_without_loss(tmp_path: Path) -> None:
    path = workbook(
        tmp_path,
        {
            "Notes": [["Read me"], ["Budget of 2026"]],
            "Data": [
                ["Springfield"],
                ["Fund", "Object", "Amount"],
                ["01", 1000.0, 12345.678900001],
                ["NA", "0100", -0.5],
                ["Total", "", 12345.178900001],
            ],
        },
    )
    table = open_table(path=path)
    assert (table.sample.sheet, table.sample.header_row, table.sample.is_sheet_unclear) == ("Data", 2, False)
    rows, report = read(table)
    assert rows == [("01", "1000", "12345.678900001", 3), ("NA", "0100", "-0.5", 4)]
    assert report.counts.totals == 1


def test_two_like_sheets_are_unclear_and_can_be_chosen(tmp_path: Path) -> None:
    rows: list[list[object]] = [["Fund", "Amount"], ["01", 5], ["02", 6]]
    path = workbook(tmp_path, {"FY24": rows, "FY25": rows})
    assert open_table(path=path).sample.is_sheet_unclear
    chosen = open_table(path=path, options=ReadOptions(sheet="FY25"))
    assert (chosen.sample.sheet, chosen.sample.is_sheet_unclear) == ("FY25", False)
    with pytest.raises(Unreadable, match="has no sheet «FY99»"):
        open_table(path=path, options=ReadOptions(sheet="FY99"))


def test_long_numbers_of_a_workbook_are_warned_of(tmp_path: Path) -> None:
    path = workbook(tmp_path, {"Data": [["Account", "Amount"], [1234567890123456789, 5]]})
    _, report = read(open_table(path=path))
    assert [(p.row, p.column) for p in report.problems] == [(2, "Account")]


def test_zip_bomb_is_refused_before_it_unpacks(tmp_path: Path) -> None:
    path = workbook(tmp_path, {"Data": [["A", "B"], ["1", "2"]]})
    bomb = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            new.writestr(entry.filename, old.read(entry))
        new.writestr("xl/media/x.bin", b"\x00" * 50_000_000)
    with pytest.raises(Unreadable, match="unpacks to over 250 times"):
        open_table(path=bomb)
    with pytest.raises(Unreadable, match="unpacks to"):
        open_table(path=bomb, limits=Limits(max_unpacked=10_000_000))


def test_far_away_cell_is_refused_before_it_claims_memory(tmp_path: Path) -> None:
    path = tmp_path / "far.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "A")
        sheet.write(1_048_575, 16_383, "B")
    with pytest.raises(Unreadable, match="spans 1,048,576 rows by 16,384 columns"):
        open_table(path=path)


def test_size_that_lies_in_the_listing_is_found(tmp_path: Path) -> None:
    path = workbook(tmp_path, {"Data": [["A", "B"]] + [["1", "2"]] * 500})
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as pack:
        size = pack.getinfo("xl/worksheets/sheet1.xml").file_size
    needle = size.to_bytes(4, "little")
    lie = (100).to_bytes(4, "little")
    data = data.replace(needle, lie)
    (tmp_path / "lie.xlsx").write_bytes(data)
    with pytest.raises(Unreadable, match="damaged"):
        open_table(path=tmp_path / "lie.xlsx")


def test_zip_that_is_no_workbook_says_so(tmp_path: Path) -> None:
    path = tmp_path / "files.zip"
    with zipfile.ZipFile(path, "w") as pack:
        pack.writestr("a.csv", "A,B\n1,2\n")
    with pytest.raises(Unreadable, match="a zip archive, not an XLSX workbook"):
        open_table(path=path)


def test_plain_and_strict_reading_agree_on_a_long_file(tmp_path: Path) -> None:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["A", "B", "C"])
    expected = []
    for number in range(30_000):
        row = (
            f"{number:05}",
            f'he said "{number}"' if number % 977 == 0 else "x, y",
            "two\nlines" if number % 1009 == 0 else "z",
        )
        writer.writerow(row)
        expected.append(row)
    rows, report = read(opened(tmp_path, out.getvalue()))
    assert [row[:3] for row in rows] == expected
    assert report.errors == 0
