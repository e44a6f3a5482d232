"""Tables of the effect: gates as a checklist, the schools behind it, the files of results; must not query."""

from __future__ import annotations

from django.utils import timezone

from diagnostics.calc.pooling import YearValue
from diagnostics.calc.verdict_words import write_value
from diagnostics.initiative.selectors import InitiativePage
from diagnostics.initiative.selectors.effect import PlanSchoolLine
from diagnostics.links import allowed, link
from districts import formatting
from districts.access.decorators import DistrictRequest
from districts.access.permissions import Permission
from districts.exports import page_size_for
from districts.parts import Source
from districts.tables import Cell, CellValue, Column, Empty, Kind, Table, make_table

_ARMS = {"served": "Served", "comparison": "Comparison"}


def gate_table(request: DistrictRequest, *, page: InitiativePage) -> Table | None:
    """Return the gates of the estimate with the number behind each; None where nothing was checked."""
    effect = page.judged.effect
    if effect is None or not effect.gates:
        return None
    return make_table(
        key="gates",
        caption="What the verdict was checked against",
        columns=(
            Column(key="gate", label="Asked", is_sortable=False),
            Column(key="passed", label="Passed", is_sortable=False),
            Column(key="number", label="The number behind it", is_sortable=False),
            Column(key="fix", label="Cheapest way to pass", is_sortable=False),
        ),
        records=effect.gates,
        cells=lambda one: (
            one["label"],
            "Yes" if one["is_passed"] else "No",
            one["number"][:1].upper() + one["number"][1:],
            one["fix"],
        ),
        query=request.GET.dict() | {"table": "gates"},
        prefix="gate-",
        page_size=page_size_for(request),
        export_base=request.path,
        empty=Empty(title="Nothing was checked"),
    )


def plan_school_table(request: DistrictRequest, *, page: InitiativePage) -> Table | None:
    """Return the plan's schools with their values before and after, as they may be shown; None without any."""
    plan = page.judged.plan
    if plan is None or not page.plan_schools:
        return None
    kind = Kind.PERCENT if plan.unit == "percent" else Kind.NUMBER
    return make_table(
        key="plan-schools",
        caption="The schools behind the comparison",
        columns=(
            Column(key="school", label="School"),
            Column(key="arm", label="Group"),
            Column(key="before", label=formatting.school_year(plan.baseline_year), kind=kind, digits=1),
            Column(key="after", label=formatting.school_year(plan.outcome_year), kind=kind, digits=1),
            Column(key="change", label="Change", kind=Kind.POINTS),
            Column(key="students", label="Students", kind=Kind.NUMBER),
        ),
        records=page.plan_schools,
        cells=_school_cells,
        query=request.GET.dict() | {"table": "plan-schools"},
        prefix="plan-school-",
        page_size=page_size_for(request),
        export_base=request.path,
        empty=Empty(title="The plan names no school"),
    )


def result_file_table(request: DistrictRequest, *, page: InitiativePage) -> Table | None:
    """Return the files the results come from, each leading to its upload where this person may open it."""
    if not page.judged.files:
        return None
    may_see = allowed(request, Permission.VIEW_DATA)
    return make_table(
        key="result-files",
        caption="Files of the results",
        columns=(
            Column(key="year", label="School year"),
            Column(key="file", label="File"),
            Column(key="filed", label="Filed", kind=Kind.DATE),
        ),
        records=page.judged.files,
        cells=lambda one: (
            formatting.school_year(one.school_year),
            Cell(
                value=one.filename,
                href=link(request, "landing:upload-show", upload_id=one.upload_id) if may_see else "",
            ),
            timezone.localtime(one.filed_at).date(),
        ),
        query=request.GET.dict() | {"table": "result-files"},
        sort="year",
        prefix="result-file-",
        page_size=page_size_for(request),
        export_base=request.path,
        empty=Empty(title="No results have been imported yet"),
    )


def effect_sources(request: DistrictRequest, *, page: InitiativePage) -> tuple[Source, ...]:
    """Return where the estimate comes from: plan, method and its version, when, the fingerprint of its inputs."""
    effect, plan = page.judged.effect, page.judged.plan
    if effect is None or plan is None:
        return ()
    sources = [
        Source(
            label="Plan",
            text=f"{plan.metric}, group {plan.group}, grade {plan.grade}",
            href=link(request, "diagnostics:plan-show", initiative_id=page.record.id),
        )
    ]
    if effect.method:
        sources.append(Source(label="Method", text=f"{effect.method}, version {effect.version}"))
    computed = formatting.moment(timezone.localtime(effect.shown_from))
    sources.append(Source(label="Computed", text=computed))
    sources.append(Source(label="Fingerprint of its inputs", text=effect.fingerprint))
    return tuple(sources)


def _school_cells(one: PlanSchoolLine) -> tuple[CellValue, ...]:
    change = None
    if _is_exact(one.before) and _is_exact(one.after) and one.before and one.after:
        change = round((one.after.value or 0) - (one.before.value or 0), 1)
    return (
        one.name,
        _ARMS[one.arm],
        _value(one.before),
        _value(one.after),
        change,
        None if one.after is None or one.after.is_suppressed else one.after.students,
    )


def _is_exact(value: YearValue | None) -> bool:
    return value is not None and value.value is not None and not value.bound


def _value(value: YearValue | None) -> CellValue:
    if value is None:
        return None
    if value.is_suppressed:
        return Cell(value=None, text="Hidden")
    if value.bound:
        words = write_value(value=value.value, unit="percent", bound=value.bound)
        return Cell(value=words, text=words)
    return value.value
