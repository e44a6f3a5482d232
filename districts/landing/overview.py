"""What the data pages say across uploads: the list, every filing, problems, the workers; read only.

Must not open a file.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.utils import timezone

from districts.landing.recognition import list_kinds
from districts.models import Heartbeat, ImportRun, Upload

State = Upload.State
SILENT_AFTER = timedelta(seconds=30)


class Group(StrEnum):
    """What a person looks for in the list of uploads."""

    NEEDS_PERSON = "needs-you"
    WORKING = "working"
    IMPORTED = "imported"
    UNDONE = "undone"


GROUPS: Mapping[Group, tuple[str, ...]] = {
    Group.NEEDS_PERSON: (
        State.NEEDS_KIND,
        State.NEEDS_MAP,
        State.READY,
        State.REJECTED,
        State.FAILED,
    ),
    Group.WORKING: (State.LANDED, State.READING, State.CONFIRMED, State.IMPORTING),
    Group.IMPORTED: (State.IMPORTED,),
    Group.UNDONE: (State.UNDONE,),
}
ORDERS = {
    "file": "filename",
    "kind": "kind",
    "state": "state",
    "errors": "error_count",
    "warnings": "warning_count",
    "who": "uploaded_by__name",
    "when": "uploaded_at",
    "size": "size",
}


@dataclass(frozen=True, kw_only=True)
class ListedUpload:
    """One upload in the list."""

    id: UUID
    filename: str
    kind_label: str
    state: str
    state_label: str
    errors: int
    warnings: int
    uploaded_at: datetime.datetime
    uploaded_by: str
    rows_loaded: int | None
    needs_person: bool


@dataclass(frozen=True, kw_only=True)
class UploadPage:
    """One page of the uploads that match, and how many wait for a person in all."""

    rows: tuple[ListedUpload, ...]
    total: int
    all_uploads: int
    waiting: int
    working: int


@dataclass(frozen=True, kw_only=True)
class Landing:
    """Who landed an upload, when, under which name."""

    upload_id: UUID
    filename: str
    uploaded_by: str
    uploaded_at: datetime.datetime


def list_upload_page(
    *, text: str = "", group: str = "", kind: str = "", order: str = "", page: int = 1, size: int = 50
) -> UploadPage:
    """List the uploads that match: what waits for a person first, then the newest. Four queries."""
    uploads = Upload.objects.all()
    if text:
        uploads = uploads.filter(Q(filename__icontains=text) | Q(uploaded_by__name__icontains=text))
    if group in GROUPS:
        uploads = uploads.filter(state__in=GROUPS[Group(group)])
    if kind:
        uploads = uploads.filter(kind=kind)
    total = uploads.count()
    found = list(_ordered(uploads, order)[(page - 1) * size : page * size])
    loaded = dict(
        ImportRun.objects.filter(upload__in=[one.pk for one in found]).values_list("upload_id", "rows_loaded")
    )
    labels = {one.name: one.label for one in list_kinds()}
    states = list(Upload.objects.values_list("state", flat=True))
    return UploadPage(
        rows=tuple(_listed(one, labels, loaded.get(one.pk)) for one in found),
        total=total,
        all_uploads=len(states),
        waiting=sum(1 for state in states if state in GROUPS[Group.NEEDS_PERSON]),
        working=sum(1 for state in states if state in GROUPS[Group.WORKING]),
    )


def list_waiting(*, limit: int = 5) -> tuple[ListedUpload, ...]:
    """List the newest uploads that wait for a person. Two queries."""
    waiting = Upload.objects.filter(state__in=GROUPS[Group.NEEDS_PERSON]).select_related("uploaded_by")
    labels = {one.name: one.label for one in list_kinds()}
    return tuple(_listed(one, labels, None) for one in waiting.order_by("-uploaded_at", "-id")[:limit])


def _ordered(uploads: QuerySet[Upload], order: str) -> QuerySet[Upload]:
    uploads = uploads.select_related("uploaded_by")
    name = ORDERS.get(order.removeprefix("-"))
    if name:
        return uploads.order_by(f"-{name}" if order.startswith("-") else name, "-uploaded_at", "-id")
    first = Case(
        When(state__in=GROUPS[Group.NEEDS_PERSON], then=Value(0)),
        When(state__in=GROUPS[Group.WORKING], then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    return uploads.order_by(first, "-uploaded_at", "-id")


def _listed(upload: Upload, labels: Mapping[str, str], rows_loaded: int | None) -> ListedUpload:
    return ListedUpload(
        id=upload.pk,
        filename=upload.filename,
        kind_label=labels.get(upload.kind, upload.kind),
        state=upload.state,
        state_label=str(State(upload.state).label),
        errors=upload.error_count,
        warnings=upload.warning_count,
        uploaded_at=upload.uploaded_at,
        uploaded_by=upload.uploaded_by.name if upload.uploaded_by else "",
        rows_loaded=rows_loaded,
        needs_person=upload.state in GROUPS[Group.NEEDS_PERSON],
    )


def get_landing(*, upload_id: UUID) -> Landing | None:
    """Say who landed an upload and when. One query."""
    upload = Upload.objects.select_related("uploaded_by").filter(pk=upload_id).first()
    if upload is None:
        return None
    return Landing(
        upload_id=upload.pk,
        filename=upload.filename,
        uploaded_by=upload.uploaded_by.name if upload.uploaded_by else "",
        uploaded_at=upload.uploaded_at,
    )


def is_worker_silent(*, now: datetime.datetime | None = None) -> bool:
    """Say whether no worker gave a sign of life lately: files wait until one does. One query."""
    now = now or timezone.now()
    newest = Heartbeat.objects.order_by("-at").values_list("at", flat=True).first()
    return newest is None or newest < now - SILENT_AFTER
