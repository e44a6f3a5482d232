"""A page with every component in it, for those who build pages; served only with DEBUG.

Must not show a real number: everything here is made up, and the page says so.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from districts import charts, parts, tables
from districts.access.decorators import public_page

YEARS = ("FY2021", "FY2022", "FY2023", "FY2024", "FY2025", "FY2026")
SCHOOL_YEARS = ("2018–19", "2019–20", "2020–21", "2021–22", "2022–23", "2023–24")
EXAMPLES = (
    ("Expanded learning", "Attendance", "38214552.17", 31, "14.2", "cannot tell yet"),
    ("Title I", "Reading by grade 3", "14902211.40", 48, "-1.3", "cannot tell"),
    ("Universal prekindergarten", "Attendance", "2410777.05", 14, None, "cannot tell yet"),
    ("Arts and music", "Attendance", "987654.32", 102, "0.4", "cannot tell yet"),
    ("Educator effectiveness", "Reading by grade 3", "-4120.00", 0, "2.1", "cannot tell"),
)


class ExampleForm(forms.Form):
    """One field of each kind."""

    name = forms.CharField(help_text="As people in the district say it.")
    theory = forms.CharField(label="Theory of action", widget=forms.Textarea, required=False)
    unit = forms.ChoiceField(choices=[("points", "Points"), ("percent", "Percent")])
    direction = forms.ChoiceField(
        choices=[("up", "Up is good"), ("down", "Down is good")], widget=forms.RadioSelect
    )
    grades = forms.MultipleChoiceField(
        choices=[("K", "Kindergarten"), ("1", "Grade 1")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="Leave all empty for every grade.",
    )
    due_on = forms.DateField(label="Due on", widget=forms.DateInput(attrs={"type": "date"}))
    is_leading = forms.BooleanField(label="This is a leading metric", required=False)


class ExampleFilter(forms.Form):
    """A search and two filters."""

    q = forms.CharField(label="Search", required=False, widget=forms.TextInput(attrs={"type": "search"}))
    goal = forms.ChoiceField(required=False, choices=[("", "Every goal"), ("1", "Attendance")])
    kind = forms.ChoiceField(required=False, choices=[("", "Every kind"), ("i", "Initiative")])


class ExampleUpload(forms.Form):
    """A file drop zone."""

    ledgers = forms.FileField(label="Files", help_text="SACS .dat, CSV, TSV or XLSX, up to 300 MB each.")


@public_page
def show_styleguide(request: HttpRequest) -> HttpResponse:
    """Show the style guide."""
    return render(
        request,
        "styleguide.html",
        {
            "crumbs": (parts.Crumb(label="Home", url="/"), parts.Crumb(label="Style guide")),
            "actions": (
                parts.NavItem(label="New initiative", url="#form"),
                parts.NavItem(label="Upload", url="#upload"),
            ),
            "nav": tuple(
                parts.NavItem(label=label, url=f"#{label.lower()}", is_current=label == "Initiatives")
                for label in ("Home", "Initiatives", "Budget", "Data", "Board", "Admin")
            ),
            "search_url": "/styleguide/",
            "district": {"name": "Example Unified"},
            "stats": _stats(),
            "table": _table(request),
            "empty_table": _empty_table(),
            "stacked": _stacked(),
            "trend": _trend(),
            "intervals": _intervals(),
            "multiples": _multiples(),
            "meter": _meter(),
            "verdict": _verdict(),
            "freshness": parts.Freshness(
                as_of=datetime(2026, 11, 23, 14, 5, tzinfo=UTC),
                is_updating=True,
                poll_url="/styleguide/none/",
                causes=("a coding rule changed",),
            ),
            "progress": parts.Progress(
                label="Importing sf-2024.csv", done=420_000, total=1_000_000, text="420,000 of 1,000,000 rows"
            ),
            "steps": parts.steps(labels=("Land", "Map columns", "Preview", "Confirm", "Result"), current=3),
            "form": ExampleForm({"unit": "points", "due_on": "soon"}),
            "filter": ExampleFilter(request.GET or None),
            "upload": ExampleUpload(),
            "notices": tuple(
                parts.Notice(
                    title=f"A message of the kind {tone}", text="What happened and what to do.", tone=tone
                )
                for tone in parts.Tone
            ),
        },
    )


def _sources() -> tuple[parts.Source, ...]:
    return (
        parts.Source(label="File", text="sacs-2024-unaudited.dat, filed Oct 11, 2024", href="#file"),
        parts.Source(label="Rows", text="1,204 ledger rows", href="#rows"),
        parts.Source(label="Rule", text="resource 2600, all funds, objects 1000–7499"),
        parts.Source(label="Computed", text="ledger cost, version 1, Nov 23, 2026, 2:05 PM"),
    )


def _stats() -> tuple[parts.Stat, ...]:
    return (
        parts.Stat(
            label="Ledger cost, FY2024",
            value="$38.2M",
            exact="$38,214,552.17",
            note="direct $37.1M, indirect $1.1M",
            sources=_sources(),
        ),
        parts.Stat(
            label="Per student served",
            value="$1,450",
            unit="a student",
            note="26,355 students",
            sources=_sources(),
        ),
        parts.Stat(
            label="Budget, FY2025",
            value="$41.0M",
            exact="$41,000,000.00",
            is_forecast=True,
            sources=_sources(),
        ),
    )


def _table(request: HttpRequest) -> tables.Table:
    return tables.make_table(
        key="initiatives",
        caption="Initiatives, FY2024",
        columns=(
            tables.Column(key="name", label="Initiative"),
            tables.Column(key="goal", label="Strategic goal"),
            tables.Column(key="cost", label="Ledger cost", kind=tables.Kind.MONEY, unit="dollars, actual"),
            tables.Column(key="schools", label="Schools", kind=tables.Kind.NUMBER),
            tables.Column(key="change", label="Change", kind=tables.Kind.POINTS, unit="points"),
            tables.Column(key="verdict", label="Verdict", kind=tables.Kind.TAG),
            tables.Column(key="review", label="Review", kind=tables.Kind.DATE),
        ),
        records=EXAMPLES,
        cells=lambda one: (
            tables.Cell(value=one[0], href="#initiative", note="modelled on public codes"),
            one[1],
            Decimal(one[2]),
            one[3],
            None if one[4] is None else Decimal(one[4]),
            one[5],
            date(2027, 6, 30),
        ),
        actions=lambda one: (tables.Action(label="Edit", href="#edit", about=one[0]),),
        query=request.GET.dict(),
        sort="-cost",
        page_size=4,
        export_base="/styleguide/export/",
        empty=tables.Empty(title="No initiatives yet"),
        footer=("All initiatives", "", Decimal("56511074.94"), None, None, "", None),
    )


def _empty_table() -> tables.Table:
    return tables.make_table(
        key="uploads",
        caption="Uploads",
        columns=(tables.Column(key="name", label="File"),),
        records=(),
        cells=lambda one: (one,),
        query={},
        empty=tables.Empty(
            title="Nothing has been uploaded yet",
            text="Start with the general ledger: a SACS .dat file or any CSV.",
            action_label="Upload a ledger",
            action_href="#upload",
        ),
    )


def _stacked() -> charts.Figure:
    return charts.bar_stacked(
        key="cost-by-source",
        label="Ledger cost by fiscal year and funding source",
        takeaway="Cost has tripled since FY2021, nearly all of it from one state source",
        caption="Dollars as filed, objects 1000–7499, all funds. Hollow: budget; "
        "the last three budgets came out 4% to 11% over what was spent.",
        x=YEARS,
        series=(
            charts.Series(
                name="Expanded Learning (2600)", values=(4.1e6, 11.2e6, 21.9e6, 29.8e6, 31.0e6, 30.1e6)
            ),
            charts.Series(
                name="After School Education and Safety (6010)",
                values=(7.0e6, 7.1e6, 7.3e6, 7.5e6, 7.6e6, 7.6e6),
            ),
            charts.Series(name="Local taxes", values=(0.3e6, 0.4e6, None, 0.9e6, 1.1e6, 1.2e6)),
        ),
        forecast=("FY2025", "FY2026"),
    )


def _trend() -> charts.Figure:
    return charts.line_trend(
        key="absence",
        label="Chronic absenteeism, schools of this initiative and the district",
        takeaway="Chronic absence has fallen two years in a row and is still twice what it was",
        caption="Students absent 10% of days or more, as a percentage of those enrolled. "
        "No rate was published for 2019–20 and 2020–21: the break is not bridged.",
        x=SCHOOL_YEARS,
        series=(
            charts.Series(name="Schools of this initiative", values=(16.4, None, None, 34.1, 31.2, 27.8)),
            charts.Series(name="District", values=(14.0, None, None, 28.8, 28.1, 26.0), colour=7),
        ),
        target=20.0,
        unit=charts.Unit(name="percent", title="Percent of students", suffix="%"),
    )


def _intervals() -> charts.Figure:
    return charts.dot_interval(
        key="slopes",
        label="Change a year in chronic absenteeism by level",
        takeaway="Elementary schools improved; for high schools we cannot tell",
        caption="Slope in percentage points a year with its 95% interval.",
        intervals=(
            charts.Interval(label="Elementary", value=-2.1, low=-3.0, high=-1.2),
            charts.Interval(label="Middle", value=-1.1, low=-2.6, high=0.4),
            charts.Interval(label="High", value=0.3, low=-2.2, high=2.8, note="11 schools"),
        ),
        unit=charts.Unit(name="points", title="Percentage points a year"),
    )


def _multiples() -> charts.Figure:
    return charts.small_multiples(
        key="schools",
        label="Chronic absenteeism by school",
        takeaway="Three of four schools follow the district",
        caption="Percent of students, one scale for all schools.",
        x=SCHOOL_YEARS,
        panels=tuple(
            charts.Series(name=name, values=(base, None, None, base * 2.1, base * 1.9, base * 1.7))
            for name, base in (
                ("Sunset Elementary", 9.0),
                ("Mission High", 19.0),
                ("Marina Middle", 12.0),
                ("Bay View", 22.0),
            )
        ),
        context=charts.Series(name="District", values=(14.0, None, None, 28.8, 28.1, 26.0)),
    )


def _meter() -> parts.Meter:
    return parts.Meter(
        label="Spending of FY2024, all funds: $1.21 billion",
        bands=(
            parts.Band(
                label="coded to an initiative, entitlement or support",
                percent=46.2,
                amount="$558.5M",
                tone=parts.BandTone.CODED,
            ),
            parts.Band(label="core, by rule", percent=22.7, amount="$274.4M", tone=parts.BandTone.CORE),
            parts.Band(
                label="cannot be split in this file",
                percent=27.0,
                amount="$326.4M",
                tone=parts.BandTone.NOT_SPLIT,
            ),
            parts.Band(
                label="not coded yet",
                percent=4.1,
                amount="$49.6M",
                tone=parts.BandTone.NOT_CODED,
                href="#code",
            ),
        ),
    )


def _verdict() -> parts.Verdict:
    return parts.Verdict(
        words="cannot tell yet",
        sentence="We cannot tell yet if expanded learning raised attendance: "
        "its schools have two years of results, and the rule needs three.",
        reason="Too early: the review date is June 30, 2027.",
        known=(
            "It cost $38.2M in FY2024, $1,450 a student.",
            "Absence in its schools fell from 34.1% to 27.8%, and in the district too.",
        ),
        next_step="Upload the 2024–25 absence file when the state publishes it in December.",
    )
