"""Whatever bytes arrive: rows, problems or a clear refusal; never a crash, never a shifted cell."""

from __future__ import annotations

import csv
import io
import random
import tempfile
from pathlib import Path

import polars as pl
import xlsxwriter
from hypothesis import example, given, settings
from hypothesis import strategies as st

from districts.errors import DomainError
from districts.landing import text
from districts.landing.delimited import DelimitedRows
from districts.landing.limits import Limits
from districts.landing.problems import Report
from districts.landing.reader import open_table
from tests.data import sized

cell = st.text(alphabet=st.sampled_from("ab01,;\"\n\t'| éN=-.@\x00\x07\ufeff\u2028"), max_size=6)
table = st.lists(st.lists(cell, min_size=1, max_size=5), min_size=1, max_size=12)


def outcome(content: bytes, name: str = "x.csv") -> tuple[list[tuple[object, ...]], Report] | str:
    """Read any bytes: rows and report, or the refusal's message. Anything else is a failure."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        report = Report(spill=Path(folder) / "problems.csv")
        try:
            opened = open_table(path=path)
            rows = [row for frame in opened.batches(report) for row in frame.rows()]
        except DomainError as error:
            return error.message or "refused without a reason"
        finally:
            report.close()
        report.as_json()
        return rows, report


@settings(max_examples=sized(usual=200, full=2000), deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    assert outcome(content) != "refused without a reason"


@settings(max_examples=sized(usual=200, full=2000), deadline=None)
@given(table, st.sampled_from([",", ";", "\t", "|"]), st.sampled_from(["utf-8", "utf-16", "utf-8-sig"]))
def test_any_text_table_is_accounted_for_row_by_row(
    rows: list[list[str]], delimiter: str, encoding: str
) -> None:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows([["Fund", "Object", "Amount"], *rows])
    found = outcome(out.getvalue().encode(encoding))
    if isinstance(found, str):
        assert found != "refused without a reason"
        return
    loaded, report = found
    refused = {problem.row for problem in report.problems if problem.severity == "error"}
    assert len(loaded) + len(refused) == report.counts.read


plain = st.lists(
    st.lists(st.text(alphabet="ab1,\" '=", max_size=5), min_size=1, max_size=4), min_size=1, max_size=8
)


@settings(max_examples=sized(usual=300, full=3000), deadline=None)
@given(st.text(alphabet='ab1,"\n ', max_size=60))
@example(',,""1","')
@example('",1"1')
def test_plain_reading_never_differs_from_the_strict_parser(content: str) -> None:
    fast, slow = _both(content)
    assert fast == slow


@settings(max_examples=sized(usual=200, full=2000), deadline=None)
@given(plain)
def test_written_tables_come_back_the_same_both_ways(rows: list[list[str]]) -> None:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    fast, slow = _both(out.getvalue())
    assert fast == slow


def _both(content: str) -> tuple[object, object]:
    """Read three columns by the fast path where it dares, and by the strict parser alone."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.csv"
        path.write_text(content, encoding="utf-8", newline="")
        found = []
        for force in (False, True):
            rows = DelimitedRows(
                path=path,
                encoding="utf-8",
                delimiter=",",
                columns=("A", "B", "C"),
                header=(),
                first_data_line=1,
                limits=Limits(),
            )
            if force:
                rows._read_plain = lambda *_: None  # type: ignore[method-assign]
            report = Report()
            frames = list(rows.batches(report))
            cells = pl.concat(frames).rows() if frames else []
            found.append((cells, report.counts, [(p.row, p.why) for p in report.problems]))
        return found[0], found[1]


def test_damaged_workbooks_are_read_or_refused() -> None:
    data = io.BytesIO()
    with xlsxwriter.Workbook(data, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Data")
        sheet.write_row(0, 0, ["Fund", "Object", "Amount"])
        for number in range(1, 200):
            sheet.write_row(number, 0, ["01", f"{number:04}", number / 7])
    whole = data.getvalue()
    chance = random.Random(20261123)
    for _ in range(sized(usual=150, full=2000)):
        broken = bytearray(whole)
        for _ in range(chance.randint(1, 8)):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        if chance.random() < 0.3:
            del broken[chance.randrange(len(broken)) :]
        outcome(bytes(broken), "x.xlsx")


def test_blocks_of_any_size_give_the_same_lines(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    content = "".join(f"row {n},é{n}\r\n" for n in range(300))
    for encoding in ("utf-8", "utf-16", "cp1252"):
        path.write_bytes(content.encode(encoding))
        for size in (1, 2, 7, 64, 1000, 100_000):
            blocks = list(text.read_blocks(path, encoding=encoding, limits=Limits(), size=size))
            assert "".join(block.text for block in blocks) == content.replace("\r\n", "\n")
            line = 1
            for block in blocks:
                assert block.first_line == line
                line += block.text.count("\n")


def test_memory_stays_bounded_for_a_large_file(tmp_path: Path) -> None:
    import subprocess
    import sys

    path = tmp_path / "large.csv"
    with path.open("w") as file:
        file.write("Fund,Object,Text,Amount\n")
        line = "01,1000," + "x" * 80 + ",12.50\n"
        for _ in range(60):
            file.write(line * 20_000)
    code = (
        "import resource, sys; from pathlib import Path\n"
        "from districts.landing.reader import open_table\n"
        "from districts.landing.problems import Report\n"
        "base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "rows = sum(f.height for f in open_table(path=Path(sys.argv[1])).batches(Report()))\n"
        "print(rows, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - base) // 1024)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    rows, grown = (int(part) for part in done.stdout.split())
    assert rows == 1_200_000
    assert path.stat().st_size > 110_000_000
    assert grown < 150, f"{grown} MB more than before"
