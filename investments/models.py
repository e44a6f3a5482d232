"""What a district spends: accounts, ledger, coding rules, funding, allocations, costs; must not compute."""

from django.db import models

from districts.models.work import ResultModel, result_table
from districts.tenancy import DistrictModel, FactModel, district_table, parent_key
from investments.segments import SEGMENTS


class AmountKind(models.TextChoices):
    """Only `actual` is a result; `estimated_actual` and `budget` are forecasts.

    `earmark` names a purpose for dollars that another kind counts already: it is never added to one.

    `actual_to_date` is what figures of an open year are shown as: its filings are actuals with
    `through_on`. It is never compared with a whole year.
    """

    ACTUAL = "actual", "Actual"
    TO_DATE = "actual_to_date", "Actual to date"
    ESTIMATED_ACTUAL = "estimated_actual", "Estimated actual"
    BUDGET = "budget", "Budget"
    ENCUMBRANCE = "encumbrance", "Encumbrance"
    EARMARK = "earmark", "Earmark: part of the same dollars"


def _segment() -> models.CharField:  # type: ignore[type-arg]
    return models.CharField(max_length=40, blank=True, default="")


class Account(FactModel):
    """One combination of the chart-of-accounts segments; codes are text, zeros and all."""

    fund = _segment()
    resource = _segment()
    project_year = _segment()
    goal = _segment()
    function = _segment()
    object = _segment()
    location = _segment()
    program = _segment()
    local_1 = _segment()
    local_2 = _segment()
    local_3 = _segment()
    local_4 = _segment()

    class Meta:
        constraints = [
            *district_table("account", audited=False),
            models.UniqueConstraint(fields=["district", *SEGMENTS], name="account_once"),
        ]


class CodeTitle(FactModel):
    """The title of one code of one segment, from a chart-of-accounts list."""

    upload = parent_key("districts.Upload")
    segment = models.CharField(max_length=12)
    code = models.CharField(max_length=40)
    title = models.CharField(max_length=250)
    fiscal_year = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            *district_table("codetitle", parents={"upload": "districts.Upload"}, audited=False),
            models.UniqueConstraint(
                fields=["district", "segment", "code", "fiscal_year", "upload"],
                name="codetitle_once",
            ),
        ]


class LocalSegment(DistrictModel):
    """What the district calls one of its own segments (local_1 to local_4)."""

    segment = models.CharField(max_length=12)
    label = models.CharField(max_length=60)

    class Meta:
        constraints = [
            *district_table("localsegment"),
            models.UniqueConstraint(fields=["district", "segment"], name="localsegment_once"),
        ]


class LedgerEntry(FactModel):
    """An amount on an account, as filed; the filing says which kind of amount and which year."""

    filing = parent_key("districts.Filing", on_delete=models.CASCADE)
    account_id = models.BigIntegerField()
    amount = models.DecimalField(max_digits=20, decimal_places=6)
    row_number = models.PositiveIntegerField()

    class Meta:
        constraints = [
            *district_table(
                "ledgerentry",
                bulk_parents={"filing": "districts.Filing"},
                audited=False,
                referenced=False,
            )
        ]
        indexes = [models.Index(fields=["district", "filing", "account_id"], name="ledgerentry_account")]


class AccountSum(FactModel):
    """A current ledger filing added up by account, in whole micro-dollars; derived, rebuilt at will.

    A filing never changes once it is imported, so its sums are made once, by the recompute.
    """

    filing = parent_key("districts.Filing", on_delete=models.CASCADE)
    account_id = models.BigIntegerField()
    amount = models.BigIntegerField()

    class Meta:
        constraints = [
            *district_table("accountsum", parents={"filing": "districts.Filing"}, audited=False),
            models.UniqueConstraint(fields=["district", "filing", "account_id"], name="accountsum_once"),
        ]


class FundingSource(DistrictModel):
    """Where money comes from: restricted or not, recurring or one-time, when it ends."""

    code = models.CharField(max_length=40)
    title = models.CharField(max_length=250, blank=True)
    is_restricted = models.BooleanField(null=True, blank=True)
    is_recurring = models.BooleanField(null=True, blank=True)
    expires_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            *district_table("fundingsource"),
            models.UniqueConstraint(fields=["district", "code"], name="fundingsource_once"),
        ]


class CodingRule(DistrictModel):
    """Which accounts belong to an initiative (or to no initiative: core, cannot be split).

    `patterns` maps a segment to a pattern (`3010,3150`, `5*`, `1000-7499`); all must match.
    """

    class Band(models.TextChoices):
        CODED = "coded", "Coded to an initiative"
        CORE = "core", "Core operations"
        NOT_SPLIT = "not_split", "Cannot be split in this file"

    initiative = parent_key("strategy.Initiative", null=True, blank=True)
    band = models.CharField(max_length=9, choices=Band, default=Band.CODED)
    name = models.CharField(max_length=200)
    position = models.PositiveIntegerField()
    patterns = models.JSONField()
    share = models.DecimalField(max_digits=9, decimal_places=8, default=1)
    first_fiscal_year = models.PositiveSmallIntegerField(null=True, blank=True)
    last_fiscal_year = models.PositiveSmallIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            *district_table("codingrule", parents={"initiative": "strategy.Initiative"}),
            models.CheckConstraint(
                condition=models.Q(share__gt=0, share__lte=1), name="codingrule_share_0_to_1"
            ),
            models.CheckConstraint(
                condition=models.Q(band="coded", initiative__isnull=False)
                | (~models.Q(band="coded") & models.Q(initiative__isnull=True)),
                name="codingrule_initiative_when_coded",
            ),
        ]


class Allocation(DistrictModel):
    """Dollars one year's budget filing gives an initiative from a funding source."""

    filing = parent_key("districts.Filing")
    initiative = parent_key("strategy.Initiative")
    funding_source = parent_key(FundingSource)
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    note = models.CharField(max_length=300, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            *district_table(
                "allocation",
                parents={
                    "filing": "districts.Filing",
                    "initiative": "strategy.Initiative",
                    "funding_source": "investments.FundingSource",
                },
            ),
            models.UniqueConstraint(
                fields=["district", "filing", "initiative", "funding_source"],
                name="allocation_once",
            ),
        ]


class LedgerCost(ResultModel):
    """Result: coded ledger dollars of one initiative (or band) by year, kind, source and object class.

    `caught` = what its rules match, `counted` = its share after rules before it took theirs,
    `elsewhere` = caught - counted.
    """

    initiative = parent_key("strategy.Initiative", null=True)
    band = models.CharField(max_length=9, choices=CodingRule.Band)
    fiscal_year = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=16, choices=AmountKind)
    fund = models.CharField(max_length=40)
    source = models.CharField(max_length=40)
    object_class = models.CharField(max_length=4)
    is_indirect = models.BooleanField()
    through_on = models.DateField(null=True)
    caught = models.DecimalField(max_digits=20, decimal_places=6)
    counted = models.DecimalField(max_digits=20, decimal_places=6)

    class Meta:
        constraints = [*result_table("ledgercost", parents={"initiative": "strategy.Initiative"})]
        indexes = [
            models.Index(
                fields=["district", "initiative", "fiscal_year"],
                condition=models.Q(shown_until__isnull=True),
                name="ledgercost_shown",
            )
        ]


class CodingMeter(ResultModel):
    """Result: spending of one year and kind by band; the bands and the rest foot to the total."""

    fiscal_year = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=16, choices=AmountKind)
    fund = models.CharField(max_length=40)
    through_on = models.DateField(null=True)
    total = models.DecimalField(max_digits=20, decimal_places=6)
    coded = models.DecimalField(max_digits=20, decimal_places=6)
    core = models.DecimalField(max_digits=20, decimal_places=6)
    not_split = models.DecimalField(max_digits=20, decimal_places=6)
    not_yet_coded = models.DecimalField(max_digits=20, decimal_places=6)

    class Meta:
        constraints = [*result_table("codingmeter")]
