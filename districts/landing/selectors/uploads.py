"""Uploads: the list, one by its id, its file; read only."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from districts.landing.recognition import kind_label
from districts.landing.same_day import ANSWER, list_unanswered
from districts.landing.services import NoSuchUpload
from districts.landing.store import read_chunks, stored_path
from districts.models import ImportRun, Upload

WAITING = (Upload.State.LANDED, Upload.State.CONFIRMED)
NEEDS_PERSON = (
    Upload.State.NEEDS_KIND,
    Upload.State.NEEDS_MAP,
    Upload.State.READY,
    Upload.State.REJECTED,
)


@dataclass(frozen=True, kw_only=True)
class UploadRow:
    """One upload in the list."""

    id: UUID
    filename: str
    kind: str
    kind_label: str
    state: str
    state_label: str
    message: str
    size: int
    uploaded_at: datetime.datetime
    uploaded_by: str
    errors: int
    warnings: int
    rows_loaded: int | None
    is_working: bool
    needs_person: bool
    asks: str
    """What must be answered before the import goes on; empty for nothing."""


def list_uploads(*, limit: int = 100, state: str = "") -> list[UploadRow]:
    """List uploads, newest first. Two queries."""
    uploads = Upload.objects.select_related("uploaded_by").order_by("-uploaded_at", "-id")
    if state:
        uploads = uploads.filter(state=state)
    found = list(uploads[:limit])
    loaded = dict(
        ImportRun.objects.filter(upload__in=[one.pk for one in found]).values_list("upload_id", "rows_loaded")
    )
    return [to_row(one, loaded.get(one.pk)) for one in found]


def stream_file(*, upload_id: UUID) -> Iterator[bytes]:
    """Give the bytes of the uploaded file as they arrived."""
    return read_chunks(stored_path(find_upload(upload_id).sha256))


def has_file(*, upload_id: UUID) -> bool:
    """Say whether the bytes of an upload are still in the store."""
    return stored_path(find_upload(upload_id).sha256).is_file()


def find_upload(upload_id: UUID) -> Upload:
    """Give an upload of the open district. Raises NoSuchUpload."""
    found = Upload.objects.select_related("uploaded_by", "confirmed_by").filter(pk=upload_id).first()
    if found is None:
        raise NoSuchUpload("This district has no such upload.")
    upload: Upload = found
    return upload


def to_row(upload: Upload, rows_loaded: int | None) -> UploadRow:
    """Give an upload as a row."""
    state = Upload.State(upload.state)
    return UploadRow(
        id=upload.pk,
        filename=upload.filename,
        kind=upload.kind,
        kind_label=kind_label(upload.kind) if upload.kind else "",
        state=state.value,
        state_label=str(state.label),
        message=upload.message,
        size=upload.size,
        uploaded_at=upload.uploaded_at,
        uploaded_by=upload.uploaded_by.name if upload.uploaded_by else "",
        errors=upload.error_count,
        warnings=upload.warning_count,
        rows_loaded=rows_loaded,
        is_working=state in WAITING,
        needs_person=state in NEEDS_PERSON,
        asks=ANSWER if state is Upload.State.READY and list_unanswered(upload) else "",
    )
