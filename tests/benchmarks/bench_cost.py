"""Cost of 200 initiatives over a million ledger rows; and what a page reads against computing it anew.

Costing is loading the ledger and the rules and sharing every dollar out, to the last cost cell and the meter;
the filings' sums by account are there, as they are whenever a rule changes. Saving is not counted.
Live aggregation is the same from the ledger rows, without any stored sum. It stands against a page as people get
it, signed in and whole; beside it, without a target, its numbers read from the stored results when no page is kept.
All as `srm_app`, isolation on.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from statistics import median

from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from diagnostics.home.selectors import get_home
from diagnostics.initiative.selectors import get_initiative_page
from diagnostics.recompute import initiative_return
from districts.access.permissions import Role
from districts.tenancy import district_scope
from investments.calc.coding_meter import coding_meter
from investments.calc.ledger_cost import ledger_cost
from investments.models import AccountSum, LedgerCost
from investments.recompute import add_up_accounts, code_current_ledger, list_current_filings, load_rules
from investments.recompute import ledger_cost as recompute_costs
from tests.benchmarks.bed import Bed
from tests.benchmarks.table import Row, seconds, take_turns
from tests.cast import Cast, make_cast
from tests.investments.facts import make_filing, make_initiative, make_rule, recompute

ACCOUNTS, FILINGS, INITIATIVES, ROUNDS = 20_000, 8, 200, 5

_ACCOUNTS = """
INSERT INTO investments_account (district_id, fund, resource, project_year, goal, function, object, location,
                                 program, local_1, local_2, local_3, local_4)
SELECT %s, lpad((i %% 18)::text, 2, '0'), lpad(((i * 7) %% 117 * 37)::text, 4, '0'), '0',
       lpad(((i * 11) %% 17 * 111)::text, 4, '0'), lpad(((i * 13) %% 61 * 50)::text, 4, '0'),
       (1000 + ((i * 17) %% 140) * 45)::text, i::text, '', '', '', '', ''
FROM generate_series(1, %s) i
"""
_ENTRIES = """
INSERT INTO investments_ledgerentry (district_id, filing_id, account_id, amount, row_number)
SELECT %s, %s, a.id, ((i * 7919) %% 10000000)::numeric / 100, i
FROM generate_series(1, %s) i
JOIN (SELECT id, row_number() OVER (ORDER BY id) AS place FROM investments_account) a
  ON a.place = 1 + (i * 7919) %% %s
"""


def bench_cost(bed: Bed) -> list[Row]:
    """Make a district's books, cost them, and read its pages' numbers."""
    bed.fresh()
    cast = make_cast(name="Bay Unified", slug="bay", state_code="3868478")
    with district_scope(cast.district.pk, cause="benchmark"):
        make_books(cast, rows=bed.rows)
    bed.vacuum()
    with district_scope(cast.district.pk, cause="benchmark"):
        cost = take_turns(_scan, _cost, rounds=ROUNDS)
        whole = median(_computed_anew() for _ in range(bed.rounds))
        recompute(initiative_return)
        AccountSum.objects.all().delete()
    bed.vacuum()
    pages = _pages(cast, rounds=bed.rounds)
    name = f"cost of {INITIATIVES} initiatives, {bed.rows:,} rows"
    return [
        Row(name, cost.floor, cost.ours, cost.ratio, "<= 2.5x a scan sum", cost.ratio <= 2.5),
        Row(f"{name}: summed anew and saved", cost.floor, whole, whole / cost.floor, "", None),
        *pages,
    ]


def make_books(cast: Cast, *, rows: int) -> None:
    """Write filings of so many rows in all, initiatives, and a rule for each; add up the accounts."""
    accounts = max(100, ACCOUNTS * rows // 1_000_000)
    _execute(_ACCOUNTS, cast.district.pk, accounts)
    for number in range(FILINGS):
        filing = make_filing([], fiscal_year=2018 + number // 2, kind=("actual", "budget")[number % 2])
        _execute(_ENTRIES, cast.district.pk, filing.pk, rows // FILINGS, accounts)
    for number in range(INITIATIVES):
        patterns = {"resource": f"{number % 117 * 37:04d}"}
        if number % 2:
            patterns["goal"] = f"{number % 17 * 111:04d},{number * 3 % 17 * 111:04d}"
        share = Decimal(1) if number % 5 else Decimal("0.25")
        make_rule(make_initiative(f"Initiative {number}"), share=share, **patterns)
    add_up_accounts(filings=list_current_filings())


def _execute(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def _scan() -> None:
    _execute("SELECT sum(amount) FROM investments_ledgerentry")


def _cost() -> None:
    coding = code_current_ledger(rules=load_rules(), filings=list_current_filings())
    if len(ledger_cost(coding=coding)) <= INITIATIVES or len(coding_meter(coding=coding)) != FILINGS * 18:
        raise RuntimeError("not every initiative and fund was costed")


def _computed_anew() -> float:
    """Return the seconds of the whole recompute from the rows, saving included."""
    AccountSum.objects.all().delete()
    return seconds(lambda: recompute(recompute_costs))


def _pages(cast: Cast, *, rounds: int) -> list[Row]:
    now, district = timezone.now(), cast.district
    with district_scope(district.pk):
        costed = LedgerCost.objects.filter(shown_until=None, kind="actual", initiative__isnull=False)
        first = costed.order_by("initiative_id").values_list("initiative_id", flat=True)[0]

    def home() -> None:
        if len(get_home(user_id=None, now=now, time_zone=district.time_zone).initiatives) != INITIATIVES:
            raise RuntimeError("home does not show every initiative")

    def initiative() -> None:
        page = get_initiative_page(
            initiative_id=first, as_of=None, funding_segment=district.funding_segment,
            minimum_group=district.minimum_group,
        )  # fmt: skip
        if page is None or page.costs.latest_year is None:
            raise RuntimeError("the initiative's page shows no cost")

    place = {"slug": district.slug}
    paths = {
        "home, 200 initiatives": (reverse("diagnostics:home-show", kwargs=place), home),
        "an initiative page": (
            reverse("diagnostics:initiative-show", kwargs=place | {"initiative_id": first}),
            initiative,
        ),
    }
    client = cast.client(Role.CABINET)
    return [
        row
        for name, (path, numbers) in paths.items()
        for row in _against_live(name, client, path, numbers, cast=cast, rounds=rounds)
    ]


def _against_live(
    name: str, client: Client, path: str, numbers: Callable[[], None], *, cast: Cast, rounds: int
) -> list[Row]:
    def asked() -> None:
        if client.get(path).status_code != 200:
            raise RuntimeError(f"no page at {path}")

    def live() -> None:
        with district_scope(cast.district.pk):
            _cost()

    def read() -> None:
        with district_scope(cast.district.pk):
            numbers()

    asked()
    read()
    whole = take_turns(live, asked, rounds=rounds, repeats=3)
    stored = take_turns(live, read, rounds=rounds, repeats=3)
    return [
        Row(
            f"{name}, as asked for ({whole.floor / whole.ours:,.0f} times faster)", whole.floor, whole.ours,
            whole.ratio, "< 0.01x live", whole.ratio < 0.01,
        ),
        Row(f"{name}: its numbers, nothing kept", stored.floor, stored.ours, stored.ratio, "", None),
    ]  # fmt: skip
