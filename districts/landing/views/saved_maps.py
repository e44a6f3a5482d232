"""Saved maps of columns: list them, forget one; must not hold rules."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from districts.access.decorators import DistrictRequest, district_page
from districts.access.permissions import Permission
from districts.exports import export_table, page_size_for, wanted_export
from districts.landing import selectors, services
from districts.landing.views.parts import link, list_page, may_upload, trail
from districts.tables import Action, Column, Empty, Kind, Table, make_table

COLUMNS = (
    Column(key="name", label="Map"),
    Column(key="kind", label="Kind of file"),
    Column(key="who", label="Saved by"),
    Column(key="when", label="Saved", kind=Kind.MOMENT),
)


@district_page(Permission.VIEW_DATA)
def list_saved_maps(request: DistrictRequest) -> HttpResponse:
    """Show the maps that are replayed for files with the same column names."""
    maps = selectors.list_saved_maps()
    table = _table(request, maps)
    if file_type := wanted_export(request):
        return export_table(table=table, file_type=file_type, filename=f"{request.district.slug}-maps")
    count = "1 map is" if len(maps) == 1 else f"{len(maps)} maps are"
    context = list_page(
        request,
        current="map-list",
        table=table,
        title="Saved maps",
        lead=f"{count} replayed for files with the same columns." if maps else "No map has been saved yet.",
        crumbs=trail(request, here="Saved maps"),
    )
    return render(request, "landing/list.html", context)


@district_page(Permission.UPLOAD)
def delete_saved_map(request: DistrictRequest, saved_map_id: UUID) -> HttpResponse:
    """Ask, then forget a saved map."""
    found = next((one for one in selectors.list_saved_maps() if one.id == saved_map_id), None)
    if found is None:
        raise Http404
    back = link(request, "map-list")
    if request.method == "POST":
        services.delete_saved_map(map_id=saved_map_id)
        messages.success(request, f"The map “{found.name}” is forgotten.")
        return redirect(back)
    context = {
        "title": f"Forget the map “{found.name}”?",
        "lead": f"Forget the map “{found.name}”?",
        "consequences": [
            "The next file with these columns asks again what each of them means.",
            "Files that were imported with it stay as they are.",
        ],
        "confirm_label": "Forget this map",
        "is_dangerous": True,
        "cancel_href": back,
        "crumbs": trail(request, ("Saved maps", back), here="Forget"),
    }
    return render(request, "components/confirm.html", context)


def _table(request: DistrictRequest, maps: list[selectors.SavedMapRow]) -> Table:
    def actions(one: selectors.SavedMapRow) -> tuple[Action, ...]:
        href = link(request, "map-delete", saved_map_id=one.id)
        return (Action(label="Forget", href=href, about=one.name),)

    return make_table(
        key="maps",
        caption="Saved maps",
        columns=COLUMNS,
        records=maps,
        cells=lambda one: (
            one.name,
            one.kind_label,
            one.saved_by or "The system",
            timezone.localtime(one.saved_at),
        ),
        actions=actions if may_upload(request) else None,
        query=request.GET.dict(),
        sort="name",
        page_size=page_size_for(request),
        export_base=request.path,
        empty=Empty(
            title="No saved maps yet",
            text="When you map the columns of a file, the answers are kept for the next one like it.",
            action_label="Upload a file" if may_upload(request) else "",
            action_href=link(request, "upload-list") if may_upload(request) else "",
        ),
    )
