"""What a district decided to do: metrics, strategic goals, initiatives; must not hold dollars or results."""

from django.conf import settings
from django.db import models

from districts.tenancy import DistrictModel, district_table, parent_key


class Metric(DistrictModel):
    """Something measured repeatedly."""

    class Direction(models.TextChoices):
        UP = "up", "Higher is better"
        DOWN = "down", "Lower is better"

    class Unit(models.TextChoices):
        PERCENT = "percent", "Percent of students"
        POINTS = "points", "Points on a scale"
        COUNT = "count", "A count"

    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=60, db_index=False)
    direction = models.CharField(max_length=4, choices=Direction)
    unit = models.CharField(max_length=8, choices=Unit, default=Unit.PERCENT)
    is_leading = models.BooleanField(default=False)
    description = models.TextField(blank=True)
    scale = models.CharField(
        max_length=80, blank=True, help_text="What the points are: for example distance from standard."
    )
    student_sd = models.DecimalField(
        max_digits=12,
        decimal_places=4,
        null=True,
        blank=True,
        help_text="The standard deviation of students' scores; without it an effect is in points only.",
    )
    student_sd_source = models.CharField(
        max_length=200, blank=True, help_text="State, test, grade and year it is published for."
    )
    break_years = models.JSONField(
        default=list,
        blank=True,
        help_text="School years (by their end) from which values cannot be compared with earlier ones.",
    )

    class Meta:
        constraints = [
            *district_table("metric"),
            models.UniqueConstraint(fields=["district", "slug"], name="metric_slug_once"),
            models.UniqueConstraint(fields=["district", "name"], name="metric_name_once"),
            models.CheckConstraint(
                condition=models.Q(student_sd__isnull=True)
                | (models.Q(student_sd__gt=0) & ~models.Q(student_sd_source="")),
                name="metric_student_sd_has_source",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Goal(DistrictModel):
    """A strategic goal: metric, population, baseline, target, due date; none may be missing."""

    name = models.CharField(max_length=200)
    metric = parent_key(Metric)
    direction = models.CharField(max_length=4, choices=Metric.Direction)
    population = models.CharField(max_length=200)
    group = models.CharField(
        max_length=60,
        default="all",
        help_text="The group of students as results files call it; `all` for every student.",
    )
    baseline_value = models.DecimalField(max_digits=12, decimal_places=4)
    baseline_year = models.PositiveSmallIntegerField(
        help_text="The school year of the baseline, named by the year in which it ends."
    )
    target_value = models.DecimalField(max_digits=12, decimal_places=4)
    due_on = models.DateField()
    created_at = models.DateTimeField(auto_now_add=True)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            *district_table("goal", parents={"metric": "strategy.Metric"}),
            models.UniqueConstraint(
                fields=["district", "name"],
                condition=models.Q(archived_at__isnull=True),
                name="goal_name_once",
            ),
            models.CheckConstraint(
                condition=~models.Q(name="") & ~models.Q(population="") & ~models.Q(group=""),
                name="goal_words_present",
            ),
            models.CheckConstraint(
                condition=(
                    models.Q(direction="up", target_value__gt=models.F("baseline_value"))
                    | models.Q(direction="down", target_value__lt=models.F("baseline_value"))
                ),
                name="goal_target_beyond_baseline",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Initiative(DistrictModel):
    """A funded effort with a theory of action, a goal, a population, a cost and a review date."""

    class Kind(models.TextChoices):
        INITIATIVE = "initiative", "Initiative"
        ENTITLEMENT = "entitlement", "Entitlement"
        GENERAL_SUPPORT = "general_support", "General support"
        PASS_THROUGH = "pass_through", "Pass-through"

    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=16, choices=Kind, default=Kind.INITIATIVE)
    goal = parent_key(Goal)
    theory_of_action = models.TextField(help_text="If we do this, then that will change, because …")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    department = parent_key("districts.Department", null=True, blank=True)
    grades = models.CharField(max_length=60, blank=True, help_text="For example TK-5 or 9-12.")
    groups = models.CharField(max_length=200, blank=True, help_text="Which students it is for, in words.")
    serves_from = models.DateField(null=True, blank=True)
    serves_to = models.DateField(null=True, blank=True)
    review_on = models.DateField()
    review_rule = models.TextField(
        help_text="Agreed beforehand: what the result must be to go on, change or stop."
    )
    origin_note = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            *district_table(
                "initiative",
                parents={"goal": "strategy.Goal", "department": "districts.Department"},
            ),
            models.UniqueConstraint(
                fields=["district", "name"],
                condition=models.Q(archived_at__isnull=True),
                name="initiative_name_once",
            ),
            models.CheckConstraint(
                condition=models.Q(serves_to__isnull=True)
                | models.Q(serves_from__isnull=True)
                | models.Q(serves_to__gte=models.F("serves_from")),
                name="initiative_serves_in_order",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class InitiativeSchool(DistrictModel):
    """A school served by an initiative, and how we know."""

    initiative = parent_key(Initiative, on_delete=models.CASCADE)
    school = parent_key("districts.School")
    serves_from = models.DateField(null=True, blank=True)
    serves_to = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=200, blank=True)
    filing = parent_key(
        "districts.Filing", null=True, blank=True, help_text="Of the file that says so, where one does."
    )

    class Meta:
        constraints = [
            *district_table(
                "initiativeschool",
                parents={
                    "initiative": "strategy.Initiative",
                    "school": "districts.School",
                    "filing": "districts.Filing",
                },
            ),
            models.UniqueConstraint(
                fields=["district", "initiative", "school"], name="initiativeschool_once"
            ),
        ]
