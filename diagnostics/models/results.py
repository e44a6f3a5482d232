"""Results that landed and the trends they make; must not compute."""

from django.db import models

from districts.models.work import ResultModel, result_table
from districts.tenancy import FactModel, district_table, parent_key


class MetricResult(FactModel):
    """A value of a metric for a school (or the district), a group of students and a school year.

    A suppressed value is neither zero nor missing: it exists and is not known to us. A vouched one has
    no number of students, and a person stated that its source hides small groups itself. A mean is `value`
    with its n as `denominator`. `levels` holds the students at each level, the lowest first, where a file
    counts them. A district's own row (no school) stands beside its schools, also where it is not their sum.
    """

    filing = parent_key("districts.Filing", on_delete=models.CASCADE)
    metric = parent_key("strategy.Metric")
    school = parent_key("districts.School", null=True)
    group = models.CharField(max_length=60, default="all")
    grade = models.CharField(max_length=20, default="all")
    school_year = models.PositiveSmallIntegerField()
    numerator = models.DecimalField(max_digits=14, decimal_places=4, null=True)
    denominator = models.DecimalField(max_digits=14, decimal_places=4, null=True)
    value = models.DecimalField(max_digits=14, decimal_places=6, null=True)
    levels = models.JSONField(null=True)
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
    """Result: how a metric moved for one school (null: the district), group and grade."""

    metric = parent_key("strategy.Metric")
    school = parent_key("districts.School", null=True)
    group = models.CharField(max_length=60)
    grade = models.CharField(max_length=20, default="all")
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
    on_track = models.JSONField(
        default=dict,
        help_text="Of the district's: by strategic goals' direction, target and due year, the probability that"
        " the target is reached by then, and on how many points it stands.",
    )
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
