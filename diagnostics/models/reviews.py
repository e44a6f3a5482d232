"""What was decided about an initiative, on which evidence, and the dollars moved; must not decide."""

from django.conf import settings
from django.db import models

from districts.tenancy import DistrictModel, district_table, parent_key


class Decision(DistrictModel):
    """Cabinet's recommendation on one initiative, with its evidence as it stood; then the board's action.

    `evidence` is what the review page showed, frozen; `evidence_hash` proves that it is unchanged. Until the
    board acts it is a recommendation, which can be withdrawn.
    """

    class Recommendation(models.TextChoices):
        SCALE = "scale", "Scale"
        SUSTAIN = "sustain", "Sustain"
        ADJUST = "adjust", "Adjust"
        EXTEND = "extend", "Extend for evidence"
        STOP = "stop", "Stop"

    class BoardAction(models.TextChoices):
        ADOPTED = "adopted", "Adopted"
        REJECTED = "rejected", "Rejected"

    initiative = parent_key("strategy.Initiative")
    recommendation = models.CharField(max_length=7, choices=Recommendation)
    reason = models.TextField()
    finance_view = models.TextField(blank=True)
    academics_view = models.TextField(blank=True)
    next_review_on = models.DateField(null=True, blank=True)
    evidence = models.JSONField()
    evidence_hash = models.CharField(max_length=64)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    board_action = models.CharField(max_length=8, choices=BoardAction, blank=True)
    board_on = models.DateField(null=True, blank=True)
    board_item = models.CharField(max_length=120, blank=True)
    board_note = models.TextField(blank=True)
    board_recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    board_recorded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            *district_table("decision", parents={"initiative": "strategy.Initiative"}),
            models.CheckConstraint(condition=~models.Q(reason=""), name="decision_has_reason"),
            models.CheckConstraint(
                condition=models.Q(board_action="", board_on__isnull=True)
                | (~models.Q(board_action="") & models.Q(board_on__isnull=False)),
                name="decision_board_action_has_day",
            ),
        ]
        indexes = [
            models.Index(fields=["district", "initiative", "-recorded_at"], name="decision_of_initiative")
        ]


class Reallocation(DistrictModel):
    """Dollars a decision moves within one budget filing and funding source; NULL is money nobody is given.

    The filing is NULL once its upload was undone; fiscal year and ledger still name the budget.
    """

    decision = parent_key(Decision)
    filing = parent_key("districts.Filing", null=True, on_delete=models.SET_NULL)
    fiscal_year = models.PositiveSmallIntegerField(default=0)
    ledger = models.CharField(max_length=40, default="main")
    funding_source = parent_key("investments.FundingSource")
    from_initiative = parent_key("strategy.Initiative", null=True, blank=True)
    to_initiative = parent_key("strategy.Initiative", null=True, blank=True)
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    why = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            *district_table(
                "reallocation",
                parents={
                    "decision": "diagnostics.Decision",
                    "filing": "districts.Filing",
                    "funding_source": "investments.FundingSource",
                    "from_initiative": "strategy.Initiative",
                    "to_initiative": "strategy.Initiative",
                },
            ),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="reallocation_over_zero"),
            models.CheckConstraint(
                condition=models.Q(from_initiative__isnull=False) | models.Q(to_initiative__isnull=False),
                name="reallocation_has_an_end",
            ),
        ]
