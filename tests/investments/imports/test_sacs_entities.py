"""A state export that holds other entities too: their rows, totals and dates are not the district's."""

from __future__ import annotations

from pathlib import Path

import pytest

from districts.landing.kinds import FileMap, Reading, Source
from districts.landing.problems import Report
from investments.imports.sacs_csv import SacsCsv
from investments.imports.sacs_dat import SacsDat
from tests.investments.imports.test_generic_ledger import TODAY

OWN, CHARTER = "38684780000000", "38684780101337"
ACCOUNT = "0130100111010001100"


def section(entity: str, content: str, *lines: str) -> str:
    opened = f'"2022-23","{entity}","A","BA"' + (f',"{content}"' if content else "")
    closed = f'"-1","EOD","{entity}","A","BA","{len(lines)}"'
    return "\n".join((opened, *lines, closed))


def export(*, own_first: bool) -> str:
    own = (
        section(OWN, "", f'"{ACCOUNT}","100.00","I"'),
        section(
            OWN,
            "ELEMENT",
            '"01.EXPENDITURES.TOTAL","100.00"',
            '"01.DATETIME.LAST.SAVED","9/8/2023 10:00:00 +00:00"',
        ),
    )
    charter = (
        section(CHARTER, "", f'"{ACCOUNT}","7.00","I"'),
        section(
            CHARTER,
            "ELEMENT",
            '"01.EXPENDITURES.TOTAL","7.00"',
            '"01.DATETIME.LAST.SAVED","10/1/2023 10:00:00 +00:00"',
        ),
        section(CHARTER, "EXPL", '"01.EXPENDITURES.TOTAL","not a total"'),
    )
    parts = [*own, *charter] if own_first else [*charter, *own]
    text = "\n".join(parts)
    return f'{text}\n"-1","EOF","{OWN}","{text.count(chr(10)) + 2}"\n'


@pytest.mark.parametrize("own_first", [True, False])
def test_totals_and_date_are_of_the_districts_own_form(tmp_path: Path, *, own_first: bool) -> None:
    path = tmp_path / "DatExport.dat"
    path.write_text(export(own_first=own_first))
    source = Source(path=path, file_name=path.name, today=TODAY, district_state_code="3868478")
    reading = Reading(source, FileMap(), Report())
    rows = [row for frame in SacsDat().batches(reading) for row in frame["amount"]]
    (one,) = reading.slice_list()
    assert reading.report.problems == []
    assert (list(map(str, rows)), reading.report.counts.other_district) == (["100.000000"], 1)
    assert one.control_totals == {"01.EXPENDITURES.TOTAL": "100.00"}
    assert one.filed_at is not None
    assert one.filed_at.isoformat() == "2023-09-08T10:00:00+00:00"


def test_rows_of_several_entities_together_have_no_forms_total(tmp_path: Path) -> None:
    path = tmp_path / "DatExport.dat"
    path.write_text(export(own_first=True))
    reading = Reading(Source(path=path, file_name=path.name, today=TODAY), FileMap(), Report())
    assert sum(frame.height for frame in SacsDat().batches(reading)) == 2
    (one,) = reading.slice_list()
    assert one.control_totals == {}
    assert one.filed_at is not None
    assert one.filed_at.isoformat() == "2023-10-01T10:00:00+00:00"


@pytest.mark.parametrize("own_first", [True, False])
def test_several_entities_are_refused_while_the_district_has_no_code(
    tmp_path: Path, *, own_first: bool
) -> None:
    path = tmp_path / "DatExport.dat"
    path.write_text(export(own_first=own_first))
    reading = Reading(
        Source(path=path, file_name=path.name, today=TODAY, district_state_code=""), FileMap(), Report()
    )
    list(SacsDat().batches(reading))
    (problem,) = reading.report.problems
    assert "ledgers of 2 districts or charter schools" in problem.why
    assert "state code" in problem.what_to_do


def test_several_entities_of_an_extract_are_refused_too(tmp_path: Path) -> None:
    head = "Ccode,Dcode,SchoolCode,Fiscalyear,Period,Colcode,Account,Fund,Resource,Projectyear,Goal,Function,Object,Value"
    row = '"38","68478","{}","2023","A","BA","0130100111010001100","01","3010","0","1110","1000","1100",{}'
    path = tmp_path / "extract.csv"
    path.write_text("\n".join([head, row.format("0000000", 100), row.format("0101337", 7), ""]))
    for code, problems in (("", 1), ("3868478", 0)):
        source = Source(path=path, file_name=path.name, today=TODAY, district_state_code=code)
        reading = Reading(source, FileMap(), Report())
        list(SacsCsv().batches(reading))
        assert len(reading.report.problems) == problems
