"""A small district's books for the budget's pages: two years of actuals, a budget filed twice, titles, rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from django.utils import timezone

from districts.models import CalculationRun, Filing
from districts.tenancy import district_scope
from investments.models import CodeTitle, CodingRule
from investments.recompute import ledger_cost
from strategy.models import Initiative
from tests.cast import Cast
from tests.investments.facts import make_filing, make_initiative, make_rule, make_upload, recompute

ACTUAL_2023 = [
    ("01", "3010", "1110", "1100", "500.00"),
    ("01", "0000", "1110", "1100", "9000.00"),
]
ACTUAL_2024 = [
    ("01", "3010", "1110", "1100", "700.25"),
    ("01", "3010", "5760", "4300", "100.00"),
    ("01", "3150", "1110", "1100", "200.00"),
    ("01", "4035", "1110", "1100", "0.01"),
    ("01", "0000", "1110", "1100", "8000.00"),
    ("01", "0000", "0000", "8011", "9500.00"),
    ("01", "0000", "0000", "9110", "77.00"),
    ("01", "0000", "0000", "7619", "33.00"),
]
BUDGET_2024 = [
    ("01", "3010", "1110", "1100", "1000.00"),
    ("01", "0000", "1110", "1100", "9000.00"),
    ("01", "0000", "1110", "5800", "-200000.00"),
]
TITLES = (
    ("resource", "0000", "Unrestricted"),
    ("resource", "3010", "ESSA: Title I, Part A, Basic Grants"),
    ("resource", "3150", "ESSA: Title I, Schoolwide Programs"),
    ("resource", "4035", "ESSA: Title II, Part A"),
    ("object", "1100", "Certificated Teachers' Salaries"),
    ("object", "4300", "Materials and Supplies"),
)


@dataclass
class Books:
    """The rows a test names."""

    cast: Cast
    actual: Filing
    budget: Filing
    superseded: Filing
    title_one: Initiative
    special: Initiative
    rule: CodingRule

    @property
    def base(self) -> str:
        return f"/d/{self.cast.slug}/budget/"

    def recompute(self) -> None:
        """Bring cost and meter up to date, as the worker does."""
        with district_scope(self.cast.district.pk, cause="test"):
            recompute(ledger_cost)


def make_books(cast: Cast) -> Books:
    """Keep the books of a district; its scope must not be open."""
    with district_scope(cast.district.pk, cause="test"):
        make_filing(ACTUAL_2023, fiscal_year=2023, name="ledger-2023.dat")
        actual = make_filing(
            ACTUAL_2024, fiscal_year=2024, filed_at=datetime(2024, 10, 1, tzinfo=UTC), name="ledger-2024.dat"
        )
        superseded = make_filing(
            [("01", "3010", "1110", "1100", "950.00")],
            fiscal_year=2024,
            kind="budget",
            filed_at=datetime(2023, 6, 1, tzinfo=UTC),
            name="june-budget.dat",
        )
        budget = make_filing(
            BUDGET_2024,
            fiscal_year=2024,
            kind="budget",
            filed_at=datetime(2023, 10, 1, tzinfo=UTC),
            name="october-budget.dat",
        )
        upload = make_upload("codes.csv")
        for segment, code, title in TITLES:
            CodeTitle.objects.create(upload=upload, segment=segment, code=code, title=title)
        title_one = make_initiative("Title I schools")
        special = make_initiative("Special education", kind="entitlement")
        rule = make_rule(title_one, name="Title I", resource="3010,3150")
        make_rule(special, name="Special education", goal="5*")
        make_rule(None, name="Unrestricted", resource="0000", band="not_split")
        books = Books(cast, actual, budget, superseded, title_one, special, rule)
    books.recompute()
    with district_scope(cast.district.pk, cause="test"):
        CalculationRun.objects.update(finished_at=timezone.now())
    return books
