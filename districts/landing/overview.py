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
from districts.models import Filing, Heartbeat, ImportRun, Upload, UploadProblem

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
class FilingLine:
    """One filing of one slice: what it holds and whether it counts."""

    family: str
    subject: str
    fiscal_year: int
    ledger: str
    filed_at: datetime.datetime
    is_current: bool
    row_count: int
    amount: str
    filename: str
    upload_id: UUID
    uploaded_at: datetime.datetime


@dataclass(frozen=True, kw_only=True)
class UndoEffect:
    """What happens to one slice when the upload that filed it is undone."""

    subject: str
    fiscal_year: int
    ledger: str
    was_current: bool
    next_filename: str
    next_filed_at: datetime.datetime | None


@dataclass(frozen=True, kw_only=True)
class ListedProblem:
    """One problem of one upload."""

    upload_id: UUID
    filename: str
    uploaded_at: datetime.datetime
    severity: str
    row: int | None
    column: str
    value: str
    why: str
    what_to_do: str


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


def list_all_filings() -> tuple[FilingLine, ...]:
    """List every filing, the current one of a slice before those it superseded. One query."""
    filings = Filing.objects.select_related("upload").order_by(
        "family", "subject", "-fiscal_year", "ledger", "-is_current", "-filed_at", "-id"
    )
    return tuple(
        FilingLine(
            family=one.family,
            subject=one.subject,
            fiscal_year=one.fiscal_year,
            ledger=one.ledger,
            filed_at=one.filed_at,
            is_current=one.is_current,
            row_count=one.row_count,
            amount=str(one.control_totals.get("amount", "")),
            filename=one.upload.filename,
            upload_id=one.upload_id,
            uploaded_at=one.upload.uploaded_at,
        )
        for one in filings
    )


def list_undo_effects(*, upload_id: UUID) -> tuple[UndoEffect, ...]:
    """Say slice by slice what counts again when an upload is undone. Two queries."""
    own = list(Filing.objects.filter(upload_id=upload_id).order_by("subject", "-fiscal_year"))
    others = (
        Filing.objects.filter(
            family__in={one.family for one in own}, fiscal_year__in={one.fiscal_year for one in own}
        )
        .exclude(upload_id=upload_id)
        .select_related("upload")
        .order_by("-filed_at", "-created_at", "-id")
    )
    following: dict[tuple[str, str, int, str], Filing] = {}
    for one in others:
        following.setdefault((one.family, one.subject, one.fiscal_year, one.ledger), one)
    effects = []
    for one in own:
        after = following.get((one.family, one.subject, one.fiscal_year, one.ledger))
        effects.append(
            UndoEffect(
                subject=one.subject,
                fiscal_year=one.fiscal_year,
                ledger=one.ledger,
                was_current=one.is_current,
                next_filename=after.upload.filename if after else "",
                next_filed_at=after.filed_at if after else None,
            )
        )
    return tuple(effects)


def list_all_problems(
    *, text: str = "", severity: str = "", page: int = 1, size: int = 50
) -> tuple[tuple[ListedProblem, ...], int]:
    """List problems of uploads that are not undone, newest upload first; and how many match. Two queries."""
    problems = UploadProblem.objects.filter(upload__undone_at__isnull=True)
    if severity:
        problems = problems.filter(severity=severity)
    if text:
        problems = problems.filter(
            Q(upload__filename__icontains=text) | Q(why__icontains=text) | Q(column__icontains=text)
        )
    ordered = problems.select_related("upload").order_by(
        "-upload__uploaded_at", "upload_id", "severity", "row", "id"
    )
    found = tuple(
        ListedProblem(
            upload_id=one.upload_id,
            filename=one.upload.filename,
            uploaded_at=one.upload.uploaded_at,
            severity=one.severity,
            row=one.row,
            column=one.column,
            value=one.value,
            why=one.why,
            what_to_do=one.what_to_do,
        )
        for one in ordered[(page - 1) * size : page * size]
    )
    return found, problems.count()


def is_worker_silent(*, now: datetime.datetime | None = None) -> bool:
    """Say whether no worker gave a sign of life lately: files wait until one does. One query."""
    now = now or timezone.now()
    newest = Heartbeat.objects.order_by("-at").values_list("at", flat=True).first()
    return newest is None or newest < now - SILENT_AFTER
