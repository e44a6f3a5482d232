"""How an initiative will be judged, and how well it is delivered; must not compute or judge."""

from django.conf import settings
from django.db import models

from districts.tenancy import DistrictModel, district_table, parent_key


class EvaluationPlan(DistrictModel):
    """What was agreed about judging an initiative: measure, comparison, bar, window. Locked, it never changes.

    Years are school years, named by the year in which they end. A plan locked after its outcome had landed is
    retrospective. In force is the one that is locked and not replaced; beside it there may be one draft. When
    the draft is locked it replaces the plan in force, which is kept.
    """

    class Design(models.TextChoices):
        RANDOMISED = "randomised", "Drawn by lot"
        DIFFERENCE_IN_DIFFERENCES = "difference_in_differences", "Change beside comparison schools"
        BEFORE_AFTER = "before_after", "Before and after (description only)"

    class AssignedBy(models.TextChoices):
        STUDENT = "student", "Student by student"
        SCHOOL = "school", "Whole schools"

    class ChosenBy(models.TextChoices):
        EVERYONE = "everyone", "Everybody at the schools served"
        LOTTERY = "lottery", "By lot"
        SAME_SCORE = "same_score", "By the same measure, the year before"
        EARLIER_SCORE = "earlier_score", "By an earlier score"
        NEED = "need", "By need of the school"
        REFERRAL = "referral", "By referral"
        VOLUNTEERS = "volunteers", "They volunteered"
        UNKNOWN = "unknown", "Nobody knows"

    class BarUnit(models.TextChoices):
        METRIC = "metric", "In the metric's own unit"
        STUDENT_SD = "student_sd", "In student standard deviations"

    initiative = parent_key("strategy.Initiative")
    metric = parent_key("strategy.Metric")
    group = models.CharField(max_length=60, default="all")
    grade = models.CharField(max_length=20, default="all")
    design = models.CharField(max_length=30, choices=Design)
    assigned_by = models.CharField(max_length=7, choices=AssignedBy, default=AssignedBy.SCHOOL)
    chosen_by = models.CharField(max_length=13, choices=ChosenBy, default=ChosenBy.UNKNOWN)
    chosen_by_note = models.CharField(max_length=300, blank=True)
    bar = models.DecimalField(max_digits=10, decimal_places=4)
    bar_unit = models.CharField(max_length=10, choices=BarUnit, default=BarUnit.METRIC)
    baseline_year = models.PositiveSmallIntegerField()
    first_year = models.PositiveSmallIntegerField()
    outcome_year = models.PositiveSmallIntegerField()
    planned_dosage = models.DecimalField(max_digits=10, decimal_places=2, null=True, blank=True)
    least_dosage = models.DecimalField(max_digits=10, decimal_places=2, null=True, blank=True)
    dosage_unit = models.CharField(max_length=60, blank=True, help_text="For example sessions a month.")
    students_assigned = models.PositiveIntegerField(null=True, blank=True)
    is_retrospective = models.BooleanField(default=False)
    note = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    locked_at = models.DateTimeField(null=True, blank=True)
    locked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    replaced_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            *district_table(
                "evaluationplan",
                parents={"initiative": "strategy.Initiative", "metric": "strategy.Metric"},
            ),
            models.UniqueConstraint(
                fields=["district", "initiative"],
                condition=models.Q(replaced_at__isnull=True, locked_at__isnull=False),
                name="evaluationplan_in_force_once",
            ),
            models.UniqueConstraint(
                fields=["district", "initiative"],
                condition=models.Q(locked_at__isnull=True),
                name="evaluationplan_draft_once",
            ),
            models.CheckConstraint(
                condition=models.Q(replaced_at__isnull=True) | models.Q(locked_at__isnull=False),
                name="evaluationplan_replaced_was_locked",
            ),
            models.CheckConstraint(condition=models.Q(bar__gt=0), name="evaluationplan_bar_over_zero"),
            models.CheckConstraint(
                condition=models.Q(baseline_year__lt=models.F("first_year"))
                & models.Q(first_year__lte=models.F("outcome_year")),
                name="evaluationplan_years_in_order",
            ),
        ]


class PlanSchool(DistrictModel):
    """A school in one arm of a plan."""

    class Arm(models.TextChoices):
        SERVED = "served", "Served"
        COMPARISON = "comparison", "Comparison"

    plan = parent_key(EvaluationPlan, on_delete=models.CASCADE)
    school = parent_key("districts.School")
    arm = models.CharField(max_length=10, choices=Arm)

    class Meta:
        constraints = [
            *district_table(
                "planschool", parents={"plan": "diagnostics.EvaluationPlan", "school": "districts.School"}
            ),
            models.UniqueConstraint(fields=["district", "plan", "school"], name="planschool_once"),
        ]


class CheckIn(DistrictModel):
    """How well an initiative was delivered at one school in one month. `month` is its first day.

    Dosage is in the plan's unit. A check-in of a file names its filing. A person's and a file's may stand side
    by side: what was recorded last counts, of files only the current one (`evaluation.selectors.counting`).
    """

    initiative = parent_key("strategy.Initiative")
    school = parent_key("districts.School")
    month = models.DateField()
    planned_dosage = models.DecimalField(max_digits=10, decimal_places=2)
    delivered_dosage = models.DecimalField(max_digits=10, decimal_places=2)
    students_assigned = models.PositiveIntegerField(null=True, blank=True)
    students_reached = models.PositiveIntegerField(
        null=True, blank=True, help_text="Students who got at least the least dosage that counts."
    )
    note = models.CharField(max_length=500, blank=True)
    filing = parent_key("districts.Filing", null=True, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            *district_table(
                "checkin",
                parents={
                    "initiative": "strategy.Initiative",
                    "school": "districts.School",
                    "filing": "districts.Filing",
                },
            ),
            models.UniqueConstraint(
                fields=["district", "initiative", "school", "month"],
                condition=models.Q(filing__isnull=True),
                name="checkin_month_once",
            ),
            models.UniqueConstraint(
                fields=["district", "filing", "initiative", "school", "month"],
                condition=models.Q(filing__isnull=False),
                name="checkin_filed_once",
            ),
            models.CheckConstraint(
                condition=models.Q(planned_dosage__gte=0) & models.Q(delivered_dosage__gte=0),
                name="checkin_dosage_not_negative",
            ),
            models.CheckConstraint(condition=models.Q(month__day=1), name="checkin_month_is_first_day"),
        ]
