"""The mapping page of an upload, the kinds of file, and the saved maps; read only."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from uuid import UUID

from django.db.models.fields.json import KT

from districts.errors import DomainError
from districts.landing.kinds import FileKind, FileMap, MapField
from districts.landing.reader import ReadOptions, Sample
from districts.landing.recognition import find_kind, get_sample, get_source, kind_label, list_kinds
from districts.landing.selectors.uploads import find_upload
from districts.models import SavedMap, Upload


@dataclass(frozen=True, kw_only=True)
class MapPage:
    """The mapping page: the head of the file, the questions, the answers so far."""

    upload_id: UUID
    kind: str
    sample: Sample | None
    unreadable: str
    fields: tuple[MapField, ...]
    file_map: FileMap
    reading: int
    """Which reading of the file the questions are about, from 0; past the last: one that would be added."""
    readings: tuple[str, ...]
    """Every reading of the file in a few words; empty where a file of this kind is read once."""
    kinds: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class SavedMapRow:
    """A saved map."""

    id: UUID
    kind: str
    kind_label: str
    name: str
    saved_by: str
    saved_at: datetime.datetime
    used_at: datetime.datetime | None
    used_filename: str
    used_upload_id: UUID | None


def get_map_page(
    *, upload_id: UUID, kind: str = "", options: ReadOptions | None = None, reading: int = 0
) -> MapPage:
    """Show the head of a file with the questions of its kind and the answers so far.

    `options` lay the file out anew; then the answers are guessed anew. Raises NoSuchUpload and
    UnknownKind; a file that cannot be opened says why in `unreadable`.
    """
    upload = find_upload(upload_id)
    source, chosen = get_source(upload), kind or upload.kind
    whole = FileMap.from_dict(upload.mapping or {}) if chosen == upload.kind else FileMap()
    readings = _describe(whole, kind=chosen)
    place = max(0, min(reading, len(readings)))
    file_map = (*whole.readings(), FileMap(options=whole.options))[place]
    if options is not None and options != file_map.options:
        file_map = FileMap(options=options)
    try:
        sample = get_sample(source, file_map.options)
    except DomainError as error:
        return MapPage(
            upload_id=upload.pk,
            kind=chosen,
            sample=None,
            unreadable=error.message,
            fields=(),
            file_map=file_map,
            reading=place,
            readings=readings,
            kinds=kind_choices(),
        )
    fields: tuple[MapField, ...] = ()
    if chosen:
        one = find_kind(chosen)
        fields = one.fields(sample, source)
        if not file_map.values:
            file_map = FileMap(options=file_map.options, values=one.guess(sample, source))
    return MapPage(
        upload_id=upload.pk,
        kind=chosen,
        sample=sample,
        unreadable="",
        fields=fields,
        file_map=file_map,
        reading=place,
        readings=readings,
        kinds=kind_choices(),
    )


def _describe(whole: FileMap, *, kind: str) -> tuple[str, ...]:
    chosen = find_kind(kind) if kind else None
    if chosen is None or not chosen.reads_more:
        return ()
    return tuple(chosen.describe_reading(one) for one in whole.readings())


def check_map(*, upload_id: UUID, file_map: FileMap) -> None:
    """Raise MapIncomplete, naming the question, when an upload cannot be read with a map."""
    upload = find_upload(upload_id)
    source, kind = get_source(upload), find_kind(upload.kind)
    kind.check_map(get_sample(source, file_map.options), file_map, source)


def kinds_with_filing_date() -> frozenset[str]:
    """Name the kinds whose files do not say when they were filed, so that a person may."""
    return frozenset(kind.name for kind in list_kinds() if kind.asks_filing_date)


def kinds_with_questions() -> frozenset[str]:
    """Name the kinds whose columns a person maps."""
    return frozenset(kind.name for kind in list_kinds() if type(kind).fields is not FileKind.fields)


def kind_choices() -> tuple[tuple[str, str], ...]:
    """Give every kind of file by name and label."""
    return tuple((kind.name, kind.label) for kind in list_kinds())


def list_saved_maps() -> list[SavedMapRow]:
    """List saved maps by kind and name, each with the upload that used it last. Two queries."""
    maps = list(SavedMap.objects.select_related("saved_by").order_by("kind", "name"))
    used = {
        one.used_map: one
        for one in Upload.objects.annotate(used_map=KT("provenance__saved_map_id"))
        .filter(used_map__in=[str(one.pk) for one in maps])
        .order_by("used_map", "-uploaded_at", "-id")
        .distinct("used_map")
    }
    return [_map_row(one, used.get(str(one.pk))) for one in maps]


def _map_row(one: SavedMap, last: Upload | None) -> SavedMapRow:
    return SavedMapRow(
        id=one.pk,
        kind=one.kind,
        kind_label=kind_label(one.kind),
        name=one.name,
        saved_by=one.saved_by.name if one.saved_by else "",
        saved_at=one.saved_at,
        used_at=last.uploaded_at if last else None,
        used_filename=last.filename if last else "",
        used_upload_id=last.pk if last else None,
    )
