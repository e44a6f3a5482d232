"""Write a coding rule: the form, the live preview of the dollars it catches, the search for codes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from districts.access.decorators import DistrictRequest, district_page
from districts.access.permissions import Permission
from districts.exports import ALL_ROWS, export_table, wanted_export
from districts.parts import Notice, Tone
from districts.tables import Cell, CellValue, Column, Empty, Kind, Table, make_table
from investments.forms.refusals import add_refusal, plain_words
from investments.forms.rules import RuleForm, add_code, complete, initial_of
from investments.segments import SEGMENTS
from investments.selectors import RuleRow, list_segments
from investments.selectors.code_search import FoundCode, find_codes
from investments.selectors.codes import SEGMENT_LABELS
from investments.selectors.entries import find_titles
from investments.selectors.initiatives import list_initiative_names
from investments.services import CodingRefused, RuleInput, RulePreview, create_rule, preview_rule, update_rule
from investments.views.parts import amount_name, done, link, trail
from investments.views.rules import find_rule, year_words

PREVIEW_COLUMNS = (
    Column(key="what", label="Year and kind", is_sortable=False),
    Column(key="caught", label="Caught", kind=Kind.MONEY, is_sortable=False),
    Column(key="counted", label="Counted", kind=Kind.MONEY, is_sortable=False),
    Column(key="elsewhere", label="Counted elsewhere", kind=Kind.MONEY, is_sortable=False),
)
CHANGE_COLUMNS = (
    Column(key="name", label="Whose dollars", is_sortable=False),
    Column(key="what", label="Year and kind", is_sortable=False),
    Column(key="before", label="Now", kind=Kind.MONEY, is_sortable=False),
    Column(key="after", label="Then", kind=Kind.MONEY, is_sortable=False),
    Column(key="change", label="Change", kind=Kind.CHANGE, is_sortable=False),
)


@district_page(Permission.EDIT_CODING)
def rule_create(request: DistrictRequest) -> HttpResponse:
    """Write a new coding rule; the address may already name its codes."""
    return _rule_page(request, rule=None)


@district_page(Permission.EDIT_CODING)
def rule_edit(request: DistrictRequest, rule_id: UUID) -> HttpResponse:
    """Change a coding rule."""
    rule = find_rule(rule_id)
    return _rule_page(request, rule=rule)


@district_page(Permission.EDIT_CODING)
def rule_preview(request: DistrictRequest) -> HttpResponse:
    """Show what a rule would catch as it stands in the form; nothing is kept."""
    rule_id = _asked_rule(request)
    typed = complete(request.GET.dict())
    form = _form(data=typed, rule=None, keep=_uuid(typed.get("owner", "")))
    context = _preview_context(request, form=form, rule_id=rule_id, typed=request.GET.dict())
    file_type = wanted_export(request)
    if file_type and context["preview"]:
        table = context["changes" if request.GET.get("part") == "changes" else "rows"]
        return export_table(
            table=table, file_type=file_type, filename=f"{request.district.slug}-rule-preview"
        )
    return render(request, "investments/rule_preview.html", context)


@district_page(Permission.VIEW_LEDGER)
def code_list(request: DistrictRequest) -> HttpResponse:
    """Find codes by title: a fragment of the rule's form."""
    return render(request, "investments/codes.html", _codes_context(request.GET))


def _rule_page(request: DistrictRequest, *, rule: RuleRow | None) -> HttpResponse:
    if request.method != "POST":
        initial = initial_of(rule) if rule else _from_address(request)
        return _show(request, rule=rule, form=_form(data=None, rule=rule, initial=initial))
    if chosen := request.POST.get("add_code", ""):
        typed = add_code(data=request.POST.dict(), chosen=chosen)
        return _show(request, rule=rule, form=_form(data=None, rule=rule, initial=typed))
    if "find" in request.POST or "preview" in request.POST:
        typed = request.POST.dict()
        return _show(request, rule=rule, form=_form(data=None, rule=rule, initial=typed))
    form = _form(data=request.POST, rule=rule)
    if form.is_valid():
        try:
            return _save(request, rule=rule, given=form.to_input())
        except CodingRefused as error:
            add_refusal(form=form, refused=error)
    return _show(request, rule=rule, form=form, status=422)


def _save(request: DistrictRequest, *, rule: RuleRow | None, given: RuleInput) -> HttpResponse:
    preview = preview_rule(rule=given, rule_id=rule.id if rule else None)
    if rule is None:
        create_rule(rule=given)
    else:
        update_rule(rule_id=rule.id, rule=given)
    words = f"“{given.name}” is kept. {year_words(preview)}"
    return done(request, message=words, to=link(request, "rule-list"))


def _show(
    request: DistrictRequest, *, rule: RuleRow | None, form: RuleForm, status: int = 200
) -> HttpResponse:
    if rule is not None and rule.is_archived:
        return redirect(link(request, "rule-list", {"state": "archived"}))
    back = link(request, "rule-list")
    title = f"Edit “{rule.name}”" if rule else "New coding rule"
    typed = {field.name: str(field.value() or "") for field in form}
    completed = _form(data=complete(typed), rule=None, keep=_uuid(typed.get("owner", "")))
    context = {
        "form": form,
        "title": title,
        "rule": rule,
        "button": "Save changes" if rule else "Save rule",
        "cancel_href": back,
        "preview_href": link(request, "rule-preview", {"rule": str(rule.id)} if rule else None),
        "code_list_href": link(request, "code-list"),
        "crumbs": trail(request, ("Coding rules", back), (title, "")),
        **_codes_context(request.POST),
        **_preview_context(request, form=completed, rule_id=rule.id if rule else None, typed=typed),
    }
    return render(request, "investments/rule_form.html", context, status=status)


def _preview_context(
    request: DistrictRequest, *, form: RuleForm, rule_id: UUID | None, typed: Mapping[str, str]
) -> dict[str, Any]:
    """Return the preview, or the words of why there is none yet."""
    empty: dict[str, Any] = {"preview": None, "rows": None, "changes": None, "years": ""}
    if not any(typed.get(name, "").strip() for name in SEGMENTS):
        words = "Name at least one code, and what the rule catches is shown here."
        return empty | {"preview_notice": Notice(title="", text=words)}
    if not form.is_valid():
        return empty | {"preview_notice": _cannot({n: str(e[0]) for n, e in form.errors.items()})}
    try:
        preview = preview_rule(rule=form.to_input(), rule_id=rule_id)
    except CodingRefused as error:
        return empty | {"preview_notice": _cannot(error.errors)}
    query = {name: value for name, value in typed.items() if value and name not in ("export", "part")}
    if rule_id:
        query["rule"] = str(rule_id)
    base = link(request, "rule-preview")
    return {
        "preview": preview,
        "has_owner": bool(typed.get("owner")),
        "preview_notice": None,
        "rows": _rows_table(preview, query=query, base=base),
        "changes": _changes_table(preview, query=query | {"part": "changes"}, base=base),
        "years": year_words(preview),
    }


def _cannot(errors: Mapping[str, str]) -> Notice:
    words = tuple(_labelled(name=name, message=message) for name, message in errors.items())
    return Notice(title="This rule cannot be read yet", items=words, tone=Tone.WARNING)


def _labelled(*, name: str, message: str) -> str:
    """Name a segment as the form does before what is wrong with it."""
    words = plain_words(name=name, message=message)
    return f"{SEGMENT_LABELS[name]}: {words}" if name in SEGMENT_LABELS else words


def _rows_table(preview: RulePreview, *, query: Mapping[str, str], base: str) -> Table:
    rows = sorted(preview.rows, key=lambda one: (-one.fiscal_year, one.kind))
    elsewhere: dict[tuple[int, str], list[str]] = {}
    for one in preview.elsewhere:
        elsewhere.setdefault((one.fiscal_year, one.kind), []).append(one.rule_name)

    def cells(one: Any) -> tuple[CellValue, ...]:
        names = elsewhere.get((one.fiscal_year, one.kind), [])
        note = f"by {', '.join(names)}" if names else ""
        name = amount_name(fiscal_year=one.fiscal_year, kind=one.kind)
        return (name, one.caught, one.counted, Cell(value=one.elsewhere, note=note))

    return make_table(
        key="preview-rows",
        caption="Dollars it would catch",
        columns=PREVIEW_COLUMNS,
        records=rows,
        cells=cells,
        query=query,
        page_size=ALL_ROWS,
        export_base=base,
        empty=Empty(title="No spending on these accounts"),
    )


def _changes_table(preview: RulePreview, *, query: Mapping[str, str], base: str) -> Table:
    changes = sorted(preview.changes, key=lambda one: (-one.fiscal_year, one.kind, one.name))
    return make_table(
        key="preview-changes",
        caption="Figures that change when you save",
        columns=CHANGE_COLUMNS,
        records=changes,
        cells=lambda one: (
            one.name,
            amount_name(fiscal_year=one.fiscal_year, kind=one.kind),
            one.before,
            one.after,
            one.change,
        ),
        query=query,
        page_size=ALL_ROWS,
        export_base=base,
        empty=Empty(title="No figure changes"),
    )


def _form(
    *,
    data: Mapping[str, str] | None,
    rule: RuleRow | None,
    initial: Mapping[str, Any] | None = None,
    keep: UUID | None = None,
) -> RuleForm:
    return RuleForm(
        data,
        initial=dict(initial or {}),
        initiatives=list_initiative_names(also=rule.initiative_id if rule else keep),
        segments=list_segments(),
    )


def _from_address(request: DistrictRequest) -> dict[str, str]:
    """Start from what the address names: codes, an initiative, a name."""
    given = {name: request.GET.get(name, "")[:400] for name in (*SEGMENTS, "owner", "name")}
    initial = {name: value for name, value in given.items() if value}
    if not initial.get("name"):
        codes = {name: initial[name].split(",") for name in SEGMENTS if initial.get(name)}
        titles = [title for title in find_titles(codes=codes).values() if title]
        initial["name"] = titles[0][:200] if titles else ""
    return initial | {"share": "100"}


def _codes_context(data: Mapping[str, str]) -> dict[str, Any]:
    text, segment = data.get("find_text", "")[:100], data.get("find_segment", "")
    found = find_codes(text=text, segment=segment if segment in SEGMENTS else "")
    labels = {one.name: one.label for one in list_segments()} if found else {}
    return {"find_text": text, "found": [_found(one, labels) for one in found]}


def _found(one: FoundCode, labels: Mapping[str, str]) -> dict[str, str]:
    return {
        "segment": one.segment,
        "label": labels.get(one.segment, one.segment),
        "code": one.code,
        "title": one.title,
    }


def _asked_rule(request: DistrictRequest) -> UUID | None:
    text = request.GET.get("rule", "")
    if not text:
        return None
    found = _uuid(text)
    if found is None:
        raise Http404
    return found


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
