"""Forms of the organisation and of the audit's filter; must not write."""

from typing import Any

from django import forms

from districts.models import District, FundingSegment, ObjectChart, School
from districts.selectors.audit import Option
from districts.services.organisation import OrganisationSettings, SchoolFacts

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
TIME_ZONES = (
    ("America/New_York", "Eastern (New York)"),
    ("America/Chicago", "Central (Chicago)"),
    ("America/Denver", "Mountain (Denver)"),
    ("America/Phoenix", "Mountain, no summer time (Phoenix)"),
    ("America/Los_Angeles", "Pacific (Los Angeles)"),
    ("America/Anchorage", "Alaska (Anchorage)"),
    ("America/Adak", "Aleutian (Adak)"),
    ("Pacific/Honolulu", "Hawaii (Honolulu)"),
    ("America/Puerto_Rico", "Atlantic (Puerto Rico)"),
    ("Pacific/Guam", "Chamorro (Guam)"),
    ("Pacific/Pago_Pago", "Samoa (Pago Pago)"),
    ("UTC", "UTC"),
)


OBJECT_PRESETS = {
    "sacs": {
        "object_chart": "sacs",
        "spending_objects": "1000-7499",
        "revenue_objects": "8000-8799",
        "indirect_objects": "7300-7399",
    },
    "nces": {
        "object_chart": "nces",
        "spending_objects": "100-899",
        "revenue_objects": "1000-4999",
        "indirect_objects": "",
    },
}
"""Objects of two charts of accounts.

sacs: California School Accounting Manual, procedure 330: expenditures 1000-7499, revenues 8000-8799
(8900-8999 are other financing sources and contributions), transfers of indirect costs 7300-7399.
nces: Financial Accounting for Local and State School Systems, 2014 edition (NCES 2015-347), chapter 6 and
its code finder, nces.ed.gov/pubs2015/fin_acct/codefinder.asp. Objects have three digits: 100-899, where 900
(other items, fund transfers) is no spending. Revenue is numbered apart from objects: 1000 local, 2000
intermediate, 3000 state, 4000 federal sources; 5000 (other financing sources, such as bonds and transfers
in) and 6000 (other items) are no revenue.
"""


class _DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class OrganisationForm(forms.Form):
    """A district's settings."""

    fiscal_year_start_month = forms.TypedChoiceField(
        label="Fiscal year starts in",
        coerce=int,
        choices=list(enumerate(MONTHS, start=1)),
        help_text="A fiscal year is named by the calendar year in which it ends.",
    )
    time_zone = forms.ChoiceField(
        label="Time zone", choices=TIME_ZONES, help_text="Dates and times on every page are in this zone."
    )
    state_code = forms.RegexField(
        label="State's code of the district",
        regex=r"^[0-9A-Za-z-]*$",
        required=False,
        max_length=20,
        help_text="As the state's files write it; California: county and district, 7 digits. Rows of other"
        " districts and of charter schools are then left out of imports.",
    )
    minimum_group = forms.IntegerField(
        label="Smallest group of students shown",
        min_value=10,
        max_value=100,
        help_text="Results of fewer students are withheld. At least 10.",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "input-short"}),
    )
    funding_segment = forms.ChoiceField(
        label="Account segment that names the funding source",
        choices=FundingSegment.choices,
        help_text="California districts use the resource code.",
    )

    object_chart = forms.ChoiceField(
        label="Names of object classes",
        choices=ObjectChart.choices,
        help_text="What a class of objects, such as 4000 or 600, is called on pages of cost.",
    )
    spending_objects = forms.CharField(
        label="Objects that are spending",
        max_length=200,
        help_text="Codes, beginnings and ranges between commas: 1000-7499, or 100-899, or 6*. A range means"
        " codes of exactly that many digits. (none) means rows without an object code, as in a budget by school."
        " Costs of initiatives, budgets and variance add up these.",
    )
    revenue_objects = forms.CharField(
        label="Objects that are revenue",
        required=False,
        max_length=200,
        help_text="For example 8000-8799. Empty: the ledger holds no revenue.",
    )
    indirect_objects = forms.CharField(
        label="Spending objects that are indirect cost",
        required=False,
        max_length=200,
        help_text="Shown apart from direct cost. For example 7300-7399. Empty: none.",
    )

    def __init__(self, *args: Any, district: District, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if district.time_zone not in dict(TIME_ZONES):
            field = self.fields["time_zone"]
            field.choices = [(district.time_zone, district.time_zone), *TIME_ZONES]  # type: ignore[attr-defined]

    def settings(self) -> OrganisationSettings:
        """Return what was typed, after `is_valid`."""
        data = self.cleaned_data
        return OrganisationSettings(
            fiscal_year_start_month=data["fiscal_year_start_month"],
            time_zone=data["time_zone"],
            minimum_group=data["minimum_group"],
            funding_segment=FundingSegment(data["funding_segment"]),
            object_chart=ObjectChart(data["object_chart"]),
            spending_objects=data["spending_objects"],
            revenue_objects=data["revenue_objects"],
            indirect_objects=data["indirect_objects"],
            state_code=data["state_code"] if "state_code" in self.data else None,
        )


class SchoolFilter(forms.Form):
    """Search among schools."""

    q = forms.CharField(label="Name or id", required=False, max_length=100)
    level = forms.ChoiceField(
        label="Level", required=False, choices=[("", "Any level"), *School.Level.choices]
    )
    openness = forms.ChoiceField(
        label="Open or closed",
        required=False,
        choices=[("", "Both"), ("open", "Open today"), ("closed", "Closed")],
    )


class SchoolForm(forms.Form):
    """A school."""

    name = forms.CharField(label="Name", max_length=200)
    district_code = forms.CharField(
        label="District's id",
        required=False,
        max_length=20,
        help_text="As the district's own files write it, zeros in front included.",
    )
    state_code = forms.CharField(
        label="State's id",
        required=False,
        max_length=20,
        help_text="As the state's files write it (California: the CDS school code, 7 digits).",
    )
    level = forms.ChoiceField(label="Level", choices=School.Level.choices)
    is_charter = forms.BooleanField(label="It is a charter school", required=False)
    opened_on = forms.DateField(label="Opened on", required=False, widget=_DateInput())
    closed_on = forms.DateField(
        label="Closed on", required=False, widget=_DateInput(), help_text="Leave empty while it is open."
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        opened, closed = data.get("opened_on"), data.get("closed_on")
        if opened and closed and closed < opened:
            self.add_error("closed_on", "A school closes after it opens. Correct one of the two dates.")
        return data

    def facts(self) -> SchoolFacts:
        """Return what was typed, after `is_valid`."""
        return SchoolFacts(**self.cleaned_data)


class DepartmentForm(forms.Form):
    """A department."""

    name = forms.CharField(label="Name", max_length=200)


class AuditFilterForm(forms.Form):
    """Which writes to show."""

    q = forms.CharField(label="Words or values", required=False, max_length=100)
    person = forms.TypedChoiceField(label="Person", required=False, coerce=int, empty_value=None)
    table = forms.ChoiceField(label="What", required=False)
    since = forms.DateField(label="From", required=False, widget=_DateInput())
    until = forms.DateField(label="To", required=False, widget=_DateInput())

    def __init__(
        self, *args: Any, people: tuple[Option, ...], tables: tuple[Option, ...], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].choices = [("", "Anyone"), *((o.value, o.label) for o in people)]  # type: ignore[attr-defined]
        self.fields["table"].choices = [("", "Anything"), *((o.value, o.label) for o in tables)]  # type: ignore[attr-defined]
