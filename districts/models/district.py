"""The district itself and its organisation: schools and departments; must not hold money or results."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models

from districts.tenancy import DistrictModel, district_table, parent_key


class FundingSegment(models.TextChoices):
    """Which account segment names the funding source in a district's ledger."""

    RESOURCE = "resource", "Resource or project"
    FUND = "fund", "Fund"
    PROGRAM = "program", "Program"
    LOCAL_2 = "local_2", "Second local segment (the category of a budget by school)"


class ObjectChart(models.TextChoices):
    """Whose names the classes of objects have, by their first digit."""

    SACS = "sacs", "California SACS (four digits)"
    NCES = "nces", "NCES Financial Accounting (first digit as in 100 to 900)"
    OWN = "own", "Another state's or the district's own"


class District(models.Model):
    """The tenant: a local education agency. A platform table, read before a scope is open."""

    name = models.CharField(max_length=200)
    slug = models.SlugField(
        max_length=60,
        unique=True,
        validators=[RegexValidator(r"^[a-z][a-z0-9-]*$", "Use small letters, digits and hyphens.")],
    )
    state = models.CharField(max_length=2, blank=True)
    state_code = models.CharField(
        max_length=20,
        blank=True,
        help_text="The state's code of the district, as its files write it (California: county"
        " and district, 7 digits).",
    )
    fiscal_year_start_month = models.PositiveSmallIntegerField(
        default=7,
        validators=[MinValueValidator(1), MaxValueValidator(12)],
        help_text="A fiscal year is named by the year in which it ends.",
    )
    time_zone = models.CharField(max_length=60, default="America/Los_Angeles")
    minimum_group = models.PositiveSmallIntegerField(
        default=10, help_text="Groups of students smaller than this are not shown."
    )
    funding_segment = models.CharField(max_length=12, choices=FundingSegment, default=FundingSegment.RESOURCE)
    object_chart = models.CharField(max_length=4, choices=ObjectChart, default=ObjectChart.SACS)
    spending_objects = models.CharField(max_length=200, default="1000-7499")
    revenue_objects = models.CharField(max_length=200, default="8000-8799", blank=True)
    indirect_objects = models.CharField(max_length=200, default="7300-7399", blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class School(DistrictModel):
    """A school: the district's and the state's ids, its level, and the years it is open."""

    class Level(models.TextChoices):
        EARLY = "early", "Early education"
        ELEMENTARY = "elementary", "Elementary"
        K8 = "k8", "K-8"
        MIDDLE = "middle", "Middle"
        HIGH = "high", "High"
        OTHER = "other", "Other"

    name = models.CharField(max_length=200)
    district_code = models.CharField(max_length=20, blank=True)
    state_code = models.CharField(max_length=20, blank=True)
    level = models.CharField(max_length=12, choices=Level, default=Level.OTHER)
    is_charter = models.BooleanField(default=False)
    opened_on = models.DateField(null=True, blank=True)
    closed_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            *district_table("school"),
            models.UniqueConstraint(
                fields=["district", "district_code"],
                condition=~models.Q(district_code=""),
                name="school_district_code_once",
            ),
            models.UniqueConstraint(
                fields=["district", "state_code"],
                condition=~models.Q(state_code=""),
                name="school_state_code_once",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Department(DistrictModel):
    """A department of the central office."""

    name = models.CharField(max_length=200)

    class Meta:
        constraints = [
            *district_table("department"),
            models.UniqueConstraint(fields=["district", "name"], name="department_name_once"),
        ]

    def __str__(self) -> str:
        return self.name


class SchoolAlias(DistrictModel):
    """A school as files without a code name it, confirmed by a person.

    Without a school the name is what `instead` says: another agency's school, the district itself, or
    something to leave out.
    """

    class Instead(models.TextChoices):
        OTHER_AGENCY = "", "Another agency's"
        DISTRICT = "district", "The district itself"
        LEFT_OUT = "left_out", "No school: leave it out"

    name = models.CharField(max_length=200)
    key = models.CharField(
        max_length=200, help_text="The name as it is compared: small letters, single blanks."
    )
    school = parent_key(School, null=True, blank=True)
    instead = models.CharField(max_length=8, choices=Instead, default="", blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    confirmed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            *district_table("schoolalias", parents={"school": "districts.School"}),
            models.UniqueConstraint(fields=["district", "key"], name="schoolalias_once"),
            models.CheckConstraint(
                condition=models.Q(school__isnull=True) | models.Q(instead=""), name="schoolalias_one_meaning"
            ),
        ]

    def __str__(self) -> str:
        return self.name
