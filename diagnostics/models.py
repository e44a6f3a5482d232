"""What the numbers say: results that landed, trends, returns; must not compute or judge."""

from django.db import models

from districts.models.work import ResultModel, result_table
from districts.tenancy import FactModel, district_table, parent_key


class MetricResult(FactModel):
    """A value of a metric for a school (or the district), a group of students and a school year.

    A suppressed value is neither zero nor missing: it exists and is not known to us. A vouched one has
    no number of students, and a person stated that its source hides small groups itself.
    """

    filing = parent_key("districts.Filing", on_delete=models.CASCADE)
    metric = parent_key("strategy.Metric")
    school = parent_key("districts.School", null=True)
    group = models.CharField(max_length=60, default="all")
    school_year = models.PositiveSmallIntegerField()
    numerator = models.DecimalField(max_digits=14, decimal_places=4, null=True)
    denominator = models.DecimalField(max_digits=14, decimal_places=4, null=True)
    value = models.DecimalField(max_digits=14, decimal_places=6, null=True)
    is_suppressed = models.BooleanField(default=False)
    is_vouched = models.BooleanField(default=False)
    row_number = models.PositiveIntegerField()

    class Meta:
        constraints = [
            *district_table(
                "metricresult",
                parents={
                    "filing": "districts.Filing",
                    "metric": "strategy.Metric",
                    "school": "districts.School",
                },
                audited=False,
                referenced=False,
            ),
            models.CheckConstraint(
                condition=models.Q(is_suppressed=False) | models.Q(value__isnull=True),
                name="metricresult_suppressed_has_no_value",
            ),
        ]
        indexes = [models.Index(fields=["district", "metric", "school", "group"], name="metricresult_series")]


class Trend(ResultModel):
    """Result: how a metric moved for one school (null: the district) and group."""

    metric = parent_key("strategy.Metric")
    school = parent_key("districts.School", null=True)
    group = models.CharField(max_length=60)
    points = models.JSONField()
    level = models.FloatField(null=True)
    level_bound = models.CharField(max_length=5, blank=True)
    level_year = models.PositiveSmallIntegerField(null=True)
    change = models.FloatField(null=True)
    slope = models.FloatField(null=True)
    slope_low = models.FloatField(null=True)
    slope_high = models.FloatField(null=True)
    points_used = models.PositiveSmallIntegerField(default=0)
    note = models.CharField(max_length=300, blank=True)
    reached = models.JSONField(
        default=dict,
        help_text="Of the district's: by strategic goals' direction and target, whether the exact level"
        " reaches it. A target that cannot be decided is absent.",
    )

    class Meta:
        constraints = [
            *result_table("trend", parents={"metric": "strategy.Metric", "school": "districts.School"})
        ]
        indexes = [
            models.Index(
                fields=["district", "metric", "group"],
                condition=models.Q(shown_until__isnull=True),
                name="trend_shown",
            )
        ]


class InitiativeReturn(ResultModel):
    """Result: what can be said of an initiative's return, and why not more."""

    initiative = parent_key("strategy.Initiative")
    verdict = models.CharField(max_length=40)
    sentence = models.TextField()
    reason = models.TextField()
    known = models.JSONField(default=list)
    next_step = models.TextField(blank=True)
    rule = models.CharField(max_length=10, blank=True)

    class Meta:
        constraints = [*result_table("initiativereturn", parents={"initiative": "strategy.Initiative"})]
