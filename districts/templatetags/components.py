"""Template tags for the components of `templates/components/` (how to use each: `docs/components.md`).

Must not query: every tag takes data that a view has already read.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms, template
from django.forms.boundfield import BoundField
from django.utils.html import format_html
from django.utils.safestring import SafeString

from districts import formatting, tables
from districts.charts import Figure
from districts.parts import Crumb, Freshness, Meter, Notice, Progress, Source, Stat, Step, Verdict

register = template.Library()

INPUT_CLASSES = (
    (forms.CheckboxInput, "usa-checkbox__input"),
    (forms.Select, "usa-select"),
    (forms.Textarea, "usa-textarea"),
    (forms.FileInput, "usa-file-input__plain"),
    (forms.TextInput, "usa-input"),
    (forms.DateInput, "usa-input"),
    (forms.PasswordInput, "usa-input"),
)


@register.inclusion_tag("components/table.html")
def data_table(table: tables.Table) -> dict[str, Any]:
    """Show a `tables.Table` with its sort links, pages, exports and empty state."""
    return {"table": table}


@register.inclusion_tag("components/pagination.html")
def pagination(table: tables.Table) -> dict[str, Any]:
    """Show the pages of a `tables.Table`."""
    return {"table": table}


@register.inclusion_tag("components/chart.html")
def chart(figure: Figure) -> dict[str, Any]:
    """Show a `charts.Figure` with the table of the same numbers."""
    return {"figure": figure}


@register.inclusion_tag("components/stat.html")
def stat(figure: Stat) -> dict[str, Any]:
    """Show one `parts.Stat`."""
    return {"stat": figure}


@register.inclusion_tag("components/stats.html")
def stats(figures: Iterable[Stat]) -> dict[str, Any]:
    """Show `parts.Stat`s side by side."""
    return {"stats": list(figures)}


@register.inclusion_tag("components/provenance.html")
def provenance(sources: Iterable[Source], exact: str = "") -> dict[str, Any]:
    """Show where a number comes from, closed until asked."""
    return {"sources": list(sources), "exact": exact}


@register.inclusion_tag("components/verdict.html")
def verdict(verdict: Verdict) -> dict[str, Any]:
    """Show a whole `parts.Verdict`."""
    return {"verdict": verdict}


@register.inclusion_tag("components/verdict_tag.html")
def verdict_tag(words: str) -> dict[str, Any]:
    """Show the words of a verdict as a neutral tag."""
    return {"words": words}


@register.inclusion_tag("components/meter.html")
def meter(meter: Meter) -> dict[str, Any]:
    """Show a `parts.Meter` with each band named."""
    return {"meter": meter}


@register.inclusion_tag("components/steps.html")
def step_indicator(steps: Iterable[Step], label: str = "Progress") -> dict[str, Any]:
    """Show how far a task of several steps is."""
    listed = list(steps)
    current = next((step for step in listed if step.state == "current"), None)
    return {"steps": listed, "current": current, "label": label, "total": len(listed)}


@register.inclusion_tag("components/progress.html")
def progress(progress: Progress) -> dict[str, Any]:
    """Show running work; polls itself until finished."""
    return {"progress": progress}


@register.inclusion_tag("components/freshness.html")
def freshness(freshness: Freshness) -> dict[str, Any]:
    """Show how current the numbers are; polls itself."""
    return {"freshness": freshness}


@register.inclusion_tag("components/notice.html")
def notice(notice: Notice) -> dict[str, Any]:
    """Show a `parts.Notice`."""
    return {"notice": notice}


@register.inclusion_tag("components/breadcrumbs.html")
def breadcrumbs(crumbs: Iterable[Crumb]) -> dict[str, Any]:
    """Show the way to this page."""
    return {"crumbs": list(crumbs)}


@register.inclusion_tag("components/empty.html")
def empty_state(empty: tables.Empty) -> dict[str, Any]:
    """Show what is missing and the next step."""
    return {"empty": empty}


@register.inclusion_tag("components/error_summary.html")
def error_summary(form: forms.BaseForm) -> dict[str, Any]:
    """Show every error of a form, each linked to its field; nothing when there is none."""
    fields = [field for field in form if field.errors and not field.is_hidden]
    hidden = [error for field in form.hidden_fields() for error in field.errors]
    return {"form": form, "fields": fields, "hidden_errors": hidden}


@register.inclusion_tag("components/form_fields.html")
def form_fields(form: forms.BaseForm) -> dict[str, Any]:
    """Show a whole form: its error summary, then every field."""
    return {"form": form}


@register.inclusion_tag("components/field.html")
def field(field: BoundField) -> dict[str, Any]:
    """Show one field: label, hint, errors, control."""
    return {"field": field}


@register.inclusion_tag("components/filter_form.html")
def filter_form(
    form: forms.BaseForm, clear_href: str = "", label: str = "Filter", target: str = ""
) -> dict[str, Any]:
    """Show a GET form in one row; with ``target`` only that element is refreshed."""
    return {"form": form, "clear_href": clear_href, "label": label, "target": target}


@register.inclusion_tag("components/drop_zone.html")
def drop_zone(field: BoundField, max_bytes: int = 0) -> dict[str, Any]:
    """Show a file field that takes dragged files; plain without JavaScript."""
    return {"field": field, "max_bytes": max_bytes}


@register.simple_tag
def widget(field: BoundField) -> SafeString:
    """Render a field's widget with the USWDS class of its kind, errors marked and described."""
    classes = [str(field.field.widget.attrs.get("class", ""))]
    classes += [name for kind, name in INPUT_CLASSES if isinstance(field.field.widget, kind)][:1]
    if field.errors:
        classes.append("usa-input--error")
    return field.as_widget(attrs={"class": " ".join(filter(None, classes))})


@register.filter
def input_kind(field: BoundField) -> str:
    """Say which markup a field needs: ``checkbox``, ``choices``, ``file`` or ``plain``."""
    control = field.field.widget  # a CheckboxSelectMultiple is a RadioSelect to Django
    if isinstance(control, forms.RadioSelect):
        return "choices"
    if isinstance(control, forms.CheckboxInput):
        return "checkbox"
    return "file" if isinstance(control, forms.FileInput) else "plain"


@register.filter
def choice_kind(field: BoundField) -> str:
    """Say how each choice of a set is marked: ``radio`` or ``checkbox``."""
    return "checkbox" if isinstance(field.field.widget, forms.CheckboxSelectMultiple) else "radio"


@register.simple_tag
def table_cell(table: tables.Table, column: tables.Column, cell: tables.Cell) -> str | SafeString:
    """Write a cell; rounded money carries its exact value."""
    text = tables.display(cell=cell, column=column, is_exact=table.is_exact)
    if cell.text or column.kind not in {tables.Kind.MONEY, tables.Kind.CHANGE}:
        return text
    if cell.value is None or cell.value == "" or isinstance(cell.value, str):
        return text
    exact = formatting.dollars_exact(cell.value)  # type: ignore[arg-type]
    return format_html('<data class="money" value="{}" title="{}">{}</data>', cell.value, exact, text)


@register.filter
def cells_of(row: tables.Row, table: tables.Table) -> list[tuple[tables.Column, tables.Cell, bool]]:
    """Pair each cell of a row with its column, and say which one names the row."""
    named = next((n for n, column in enumerate(table.columns) if column.is_heading), 0)
    pairs = zip(table.columns, row.cells, strict=True)
    return [(column, cell, n == named) for n, (column, cell) in enumerate(pairs)]
