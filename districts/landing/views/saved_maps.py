"""Saved maps of columns: list them, rename or forget one; must not hold rules."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from districts.access.decorators import DistrictRequest, district_page
from districts.access.permissions import Permission
from districts.errors import DomainError
from districts.exports import export_table, page_size_for, wanted_export
from districts.landing import selectors, services
from districts.landing.forms.uploads import MapNameForm
from districts.landing.views.parts import link, list_page, may_upload, trail
from districts.tables import Action, Cell, CellValue, Column, Empty, Kind, Table, make_table

COLUMNS = (
    Column(key="name", label="Map"),
    Column(key="kind", label="Kind of file"),
    Column(key="who", label="Saved by"),
    Column(key="when", label="Saved", kind=Kind.MOMENT),
    Column(key="file", label="Last used for"),
    Column(key="used", label="Last used", kind=Kind.MOMENT),
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


def _find(saved_map_id: UUID) -> selectors.SavedMapRow:
    found = next((one for one in selectors.list_saved_maps() if one.id == saved_map_id), None)
    if found is None:
        raise Http404
    return found


@district_page(Permission.UPLOAD)
def rename_saved_map(request: DistrictRequest, saved_map_id: UUID) -> HttpResponse:
    """Ask for another name of a saved map, and write it down."""
    found, back = _find(saved_map_id), link(request, "map-list")
    form = MapNameForm(request.POST if request.method == "POST" else None, initial={"name": found.name})
    if request.method == "POST" and form.is_valid():
        name = form.cleaned_data["name"]
        try:
            services.rename_saved_map(map_id=saved_map_id, name=name)
        except DomainError as error:
            form.add_error("name", error.message)
        else:
            messages.success(request, f"The map is called “{name}” now.")
            return redirect(back)
    context = {
        "title": f"Rename the map “{found.name}”",
        "lead": "A name people know this kind of file by.",
        "form": form,
        "confirm_label": "Save the name",
        "cancel_href": back,
        "crumbs": trail(request, ("Saved maps", back), here="Rename"),
    }
    return render(request, "components/confirm.html", context, status=422 if form.errors else 200)


@district_page(Permission.UPLOAD)
def delete_saved_map(request: DistrictRequest, saved_map_id: UUID) -> HttpResponse:
    """Ask, then forget a saved map."""
    found = _find(saved_map_id)
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
        return (
            Action(label="Rename", href=link(request, "map-rename", saved_map_id=one.id), about=one.name),
            Action(label="Forget", href=link(request, "map-delete", saved_map_id=one.id), about=one.name),
        )

    def cells(one: selectors.SavedMapRow) -> tuple[CellValue, ...]:
        return (
            one.name,
            one.kind_label,
            one.saved_by or "The system",
            timezone.localtime(one.saved_at),
            Cell(
                value=one.used_filename,
                text="" if one.used_upload_id else "Not used yet",
                href=link(request, "upload-show", upload_id=one.used_upload_id) if one.used_upload_id else "",
            ),
            timezone.localtime(one.used_at) if one.used_at else None,
        )

    return make_table(
        key="maps",
        caption="Saved maps",
        columns=COLUMNS,
        records=maps,
        cells=cells,
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
