"""Washington's school budgets through the whole path: to the last digit, once, with their controls."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Sum
from django.test import Client

from districts.access.permissions import Role
from districts.landing import selectors, services
from districts.landing.kinds import FileMap
from districts.landing.reader import ReadOptions
from districts.models import Filing, ImportRun, School, Upload, UploadProblem
from districts.services.keys import create_key
from districts.tenancy import district_scope
from investments.models import Account, CodeTitle, CodingMeter, LedgerCost, LedgerEntry
from investments.selectors import get_ledger_total
from investments.services import RuleInput, create_rule
from strategy.models import Initiative, InitiativeSchool
from tests.cast import Cast, make_cast
from tests.data import SHARED, needs_shared
from tests.districts.landing.files import again, confirm, land, mapped, work
from tests.investments.facts import make_initiative

pytestmark = needs_shared
FOLDER = SHARED / "washington-dc"
FY18 = "FY18 Initial Budget Data.xlsx"
FY16 = "Final FY16 Initial School Budget Allocation Data.xlsx"
FY15 = "Final DCPS FY15 Initial Allocation Data (v2).xlsx"
CSV = "dcpsbudget.ourdcschools.org-budget-data.csv"
EXTENDED = Decimal(
    "8237094.032343"
)  # the column: ...32342.3, and less than a millionth carried in from the cells before
TOTAL = Decimal("631859999.934293")


@pytest.fixture
def capital(db: None) -> Cast:
    """Capital Unified: the district whose files are Washington's."""
    cast = make_cast(name="Capital Unified", slug="capital", state_code="")
    cast.district.fiscal_year_start_month = 10
    cast.district.spending_objects, cast.district.revenue_objects = "(none)", ""
    cast.district.funding_segment = "local_2"
    cast.district.save()
    with district_scope(cast.district.pk, cause="test"):
        for code, name in (("202", "Aiton ES"), ("450", "Anacostia HS"), ("452", "Ballou HS")):
            School.objects.create(name=name, district_code=code)
    return cast


def budget(cast: Cast, name: str = FY18, **answers: str) -> Upload:
    """Land a budget, answer its map as guessed but for some answers, and have it read."""
    upload = land(cast, (FOLDER / name).read_bytes(), name).upload
    assert (upload.kind, upload.state) == ("school_budget", Upload.State.NEEDS_MAP)
    return mapped(cast, upload, **answers)


def at_risk(cast: Cast, **links: str) -> Upload:
    """Import the named initiatives of FY2018, some of them linked to initiatives of the district."""
    upload = land(cast, (FOLDER / FY18).read_bytes(), FY18, kind="school_earmark").upload
    with district_scope(cast.district.pk):
        options = ReadOptions(sheet="Initial At-Risk Allocation", header_row=2)
        guessed = selectors.get_map_page(upload_id=upload.pk, options=options).file_map
        values = {**guessed.values, "total": "FY18 At-Risk", "fiscal_year_value": "2018", **links}
        file_map = FileMap(options=options, values=values)
        services.save_map(by=None, upload_id=upload.pk, file_map=file_map)
    work()
    done = confirm(cast, again(cast, upload))
    assert done.state == Upload.State.IMPORTED, done.message
    return done


def checks(cast: Cast, upload: Upload) -> dict[str, dict[str, Any]]:
    with district_scope(cast.district.pk):
        report = ImportRun.objects.get(upload=upload).quality_report
    return {check["name"]: check for check in report}


@pytest.fixture
def fy18(capital: Cast) -> tuple[Cast, Upload]:
    """The budget of FY2018, imported."""
    upload = budget(capital, blanks="FALSE, No Data")
    upload = confirm(capital, upload)
    assert upload.state == Upload.State.IMPORTED, upload.message
    return capital, upload


def test_fy2018_sums_to_the_last_digit_over_115_schools(fy18: tuple[Cast, Upload]) -> None:
    cast, _ = fy18
    with district_scope(cast.district.pk):
        entries = LedgerEntry.objects.filter(filing__is_current=True)
        assert entries.aggregate(s=Sum("amount"))["s"] == TOTAL
        assert round(TOTAL, 4) == Decimal("631859999.9343")
        assert Account.objects.values("location").distinct().count() == 115
        assert Filing.objects.get().fiscal_year == 2018
        assert get_ledger_total(fiscal_year=2018, kind="budget").amount == TOTAL
        titles = dict(CodeTitle.objects.filter(segment="local_1").values_list("code", "title"))
        assert len(titles) == 104
        assert titles["extended-day"] == "Extended Day"
        key = create_key(by=cast.people[Role.DISTRICT_ADMIN].pk, name="k", role=Role.DATA_MANAGER).secret
    answer = Client().get(
        f"/api/v1/d/{cast.slug}/ledger/totals/?fiscal_year=2018&kind=budget",
        headers={"Authorization": f"Bearer {key}"},
    )
    assert Decimal(answer.json()["amount"]) == TOTAL


def test_line_items_ten_categories_and_the_total_column_agree(fy18: tuple[Cast, Upload]) -> None:
    found = checks(*fy18)
    total = found["«Total» against line items"]
    assert (total["status"], total["expected"], total["found"]) == (
        "ok",
        "631,859,999.9343",
        "631,859,999.9343",
    )
    assert "115 schools compared, 0 off" in total["note"]
    categories = [one for name, one in found.items() if name.startswith("Category")]
    assert len(categories) == 10
    assert {one["status"] for one in categories} == {"ok"}
    assert found["Category «Special Education» against line items"]["found"] == "110,904,325.50"
    assert found["All categories against line items"]["found"] == "631,859,999.9343"
    assert found["Decimals"]["expected"] == "631,859,999.9342926158"
    assert found["Decimals"]["found"] == "631,859,999.934293"
    assert found["Cells with «FALSE»"]["found"] == "14"
    assert found["Cells with «No Data»"]["found"] == "1"
    assert found["Rows without a school"]["found"] == "1"
    assert found["Rows that count as spending"]["status"] == "ok"
    assert found["Schools"]["found"] == "3 schools of the organisation"


def test_a_cell_that_is_no_number_is_a_problem_with_its_row_and_column(capital: Cast) -> None:
    upload = budget(capital)
    assert upload.state == Upload.State.REJECTED
    with district_scope(capital.district.pk):
        problem = UploadProblem.objects.get(upload=upload)
    assert (problem.column, problem.value) == ("School Psychologist", "No Data")
    assert problem.row
    assert "«No Data» among the words that mean no amount" in problem.what_to_do


def test_fy2015_fy2016_and_the_years_of_the_csv(capital: Cast) -> None:
    for name, year, amount, schools in (
        (FY16, 2016, "588419656.5654", 113),
        (FY15, 2015, "561524689.4634", 110),
    ):
        upload = confirm(capital, budget(capital, name))
        assert upload.state == Upload.State.IMPORTED, upload.message
        with district_scope(capital.district.pk):
            filing = Filing.objects.get(upload=upload)
            found = LedgerEntry.objects.filter(filing=filing).aggregate(s=Sum("amount"))["s"]
            locations = Account.objects.filter(
                pk__in=LedgerEntry.objects.filter(filing=filing).values("account_id")
            )
            assert (filing.fiscal_year, round(found, 4)) == (year, Decimal(amount))
            assert locations.values("location").distinct().count() == schools
        control = next(
            c for n, c in checks(capital, upload).items() if n.endswith("Allocation» against line items")
        )
        assert control["status"] == "ok"
    others = "\n".join(
        ["SCHOOLNAME", "LON", "LAT", "LEVELTEXT", "LEVEL", "CLUSTER", "WARD", "FORTYFORTY", "ATRISKPCT"]
        + ["ATRISKENROLLMENT", "ECEENROLLMENT", "ELLENROLLMENT", "SPEDENROLLMENT", "TOTALENROLLMENT"]
        + [f"AMT_ATRISK_{one}" for one in ("ENROLLMENT", "SPED", "ELL", "SPECIALTY", "ASPECR")]
        + ["AMT_ATRISK_STABILIZATION", "AMT_ATRISK_FLEX"]
    )
    upload = confirm(capital, budget(capital, CSV, only_years="2017", others=others))
    assert upload.state == Upload.State.IMPORTED, upload.message
    with district_scope(capital.district.pk):
        assert set(Filing.objects.values_list("fiscal_year", flat=True)) == {2015, 2016, 2017}
    control = checks(capital, upload)["«AMT_TOTAL» against line items"]
    assert control["status"] == "warn"  # the file's own totals are rounded, and some rows do not foot
    assert "row 221 (452): 12,748,461.00 against 12,519,315.00" in control["note"]


def test_an_earmark_is_never_added_and_says_which_school_has_which_initiative(
    fy18: tuple[Cast, Upload],
) -> None:
    cast, _ = fy18
    with district_scope(cast.district.pk):
        extended = make_initiative(name="Extended day").pk
        create_rule(
            rule=RuleInput(
                name="Extended day", initiative_id=extended, patterns={"local_3": "extended-day-year"}
            )
        )
        create_rule(
            rule=RuleInput(name="Its line", initiative_id=extended, patterns={"local_1": "extended-day"})
        )
    upload = at_risk(cast, **{"initiative_extended-day-year": str(extended)})
    work(only="ledger_cost")
    with district_scope(cast.district.pk):
        assert LedgerEntry.objects.filter(filing__upload=upload).aggregate(s=Sum("amount"))["s"] == 48479236
        assert get_ledger_total(fiscal_year=2018, kind="budget").amount == TOTAL
        meter = dict(CodingMeter.objects.filter(shown_until=None).values_list("kind").annotate(Sum("total")))
        assert meter == {"budget": TOTAL, "earmark": Decimal(48479236)}
        cost = dict(
            LedgerCost.objects.filter(shown_until=None, initiative_id=extended)
            .values_list("kind")
            .annotate(Sum("counted"))
        )
        by_school = get_ledger_total(
            fiscal_year=2018, kind="earmark", filters={"local_3": "extended-day-year", "location": "338"}
        )
        assert by_school.amount == 148320
        assert cost == {"budget": Decimal(3176880), "earmark": EXTENDED}
        served = InitiativeSchool.objects.filter(initiative_id=extended)
        assert served.count() == 0
    found = checks(cast, upload)
    assert found["«FY18 At-Risk» against line items"]["expected"] == "48,479,236.00"
    assert found["«FY18 At-Risk» against line items"]["status"] == "ok"


def test_undo_takes_back_dollars_titles_and_schools(fy18: tuple[Cast, Upload]) -> None:
    cast, _ = fy18
    with district_scope(cast.district.pk):
        social: Initiative = make_initiative(name="Social workers")
        by_hand = School.objects.get(district_code="450")
        InitiativeSchool.objects.create(initiative=social, school=by_hand, source="By hand")
    upload = at_risk(cast, **{"initiative_social-workers": str(social.pk)})
    with district_scope(cast.district.pk):
        rows = InitiativeSchool.objects.filter(initiative=social)
        assert {row.school.name: row.source for row in rows} == {
            "Aiton ES": f"Dollars in FY2018: {FY18}",
            "Anacostia HS": "By hand",
        }
        filed = rows.get(school__name="Aiton ES")
        assert filed.filing.upload_id == upload.pk
        assert str(filed.serves_from) == "2017-10-01"
        services.undo_upload(upload_id=upload.pk)
        assert [row.source for row in rows.all()] == ["By hand"]
        assert not CodeTitle.objects.filter(segment="local_3").exists()
        assert get_ledger_total(fiscal_year=2018, kind="earmark").filings == ()
        assert get_ledger_total(fiscal_year=2018, kind="budget").amount == TOTAL
