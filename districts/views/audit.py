"""Admin pages of the audit: every write, searchable, and each one field by field."""

from django.http import HttpResponse
from django.urls import reverse

from districts.access.decorators import DistrictRequest, district_page
from districts.access.permissions import Permission
from districts.exports import page_size_for
from districts.forms.organisation import AuditFilterForm
from districts.selectors import audit as selectors
from districts.tables import Cell, Column, Empty, Kind, Table, make_table
from districts.views.answers import crumbs, found, show_table

_LONG = 180


@district_page(Permission.MANAGE_DISTRICT)
def list_audit(request: DistrictRequest) -> HttpResponse:
    """Show every write of the district, newest first, those that match."""
    form = AuditFilterForm(
        request.GET, people=selectors.list_audit_people(), tables=selectors.list_audit_tables()
    )
    typed = form.cleaned_data if form.is_valid() else {}
    only = selectors.AuditFilter(
        actor_id=typed.get("person"),
        table=typed.get("table", ""),
        since=typed.get("since"),
        until=typed.get("until"),
        text=typed.get("q", ""),
    )
    page = selectors.list_audit(
        only=only,
        page=_page_number(request),
        page_size=page_size_for(request, usual=selectors.PAGE_SIZE),
    )
    return show_table(
        request,
        template="districts/list.html",
        table=_audit_table(request, page),
        context={
            "form": form,
            "title": "Audit",
            "lead": _lead(page.total, is_filtered=any(typed.values())),
            "note": "Who wrote what, when, with the value before and after, and what happened to the accounts of"
            " this district's people. Rows of a ledger or of results are audited by the upload they came from.",
            "crumbs": crumbs(request, here="Audit"),
        },
    )


def _lead(total: int, *, is_filtered: bool) -> str:
    writes = "1 write" if total == 1 else f"{total or 'No'} writes"
    return f"{writes} match." if is_filtered and total != 1 else f"{writes} recorded."


def _audit_table(request: DistrictRequest, page: selectors.AuditPage) -> Table:
    def cells(row: selectors.AuditRow) -> tuple[Cell, ...]:
        is_cut = len(row.sentence) > _LONG
        short = f"{row.sentence[:_LONG].rsplit(' ', 1)[0]} … (read all of it)" if is_cut else row.sentence
        href = reverse("districts:audit-show", args=[request.district.slug, row.event_id])
        return (
            Cell(value=row.at, href=href),
            Cell(value=row.who),
            Cell(value=f"{row.action} {row.thing}"),
            Cell(value=row.name),
            Cell(value=row.sentence, text=short, href=href if is_cut else ""),
        )

    return make_table(
        key="audit",
        caption="Writes",
        columns=(
            Column(key="at", label="When", kind=Kind.MOMENT, is_sortable=False),
            Column(key="who", label="Who", is_sortable=False),
            Column(key="what", label="What", is_sortable=False),
            Column(key="name", label="Name", is_sortable=False),
            Column(key="changes", label="Changes", is_sortable=False),
        ),
        records=page.rows,
        cells=cells,
        query=request.GET.dict(),
        total=page.total,
        page_size=page_size_for(request, usual=selectors.PAGE_SIZE),
        export_base=request.path,
        empty=Empty(
            title="No write matches",
            text="Change the words, the person or the dates.",
            action_label="Show every write",
            action_href=request.path,
        ),
    )


@district_page(Permission.MANAGE_DISTRICT)
def show_audit(request: DistrictRequest, event_id: int) -> HttpResponse:
    """Show one write, field by field."""
    event = found(selectors.get_audit_event(event_id=event_id))
    table = make_table(
        key="fields",
        caption="Fields",
        columns=(
            Column(key="field", label="Field"),
            Column(key="before", label="Before"),
            Column(key="after", label="After"),
        ),
        records=event.changes,
        cells=lambda change: (change.field, change.before, change.after),
        query=request.GET.dict(),
        page_size=200,
        export_base=request.path,
        empty=Empty(title="Nothing more to say"),
    )
    back = reverse("districts:audit-list", args=[request.district.slug])
    return show_table(
        request,
        template="districts/audit_event.html",
        table=table,
        context={
            "event": event,
            "title": event.title,
            "lead": event.lead,
            "crumbs": crumbs(request, ("Audit", back), here=f"{event.action} {event.thing}"),
        },
    )


def _page_number(request: DistrictRequest) -> int:
    text = request.GET.get("page", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 1
