"""What pages and the API say about uploads, saved maps and the freshness of each feed; read only."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, Min, Q

from districts.errors import DomainError
from districts.landing.kinds import FileKind, FileMap, MapField
from districts.landing.progress import Progress, get_progress
from districts.landing.reader import ReadOptions, Sample
from districts.landing.recognition import find_kind, get_sample, get_source, list_kinds
from districts.landing.services import NoSuchUpload
from districts.landing.store import problem_path, read_chunks, stored_path
from districts.models import Filing, ImportRun, SavedMap, Upload, UploadProblem

PROBLEMS_ON_A_PAGE = 50
WAITING = (Upload.State.LANDED, Upload.State.CONFIRMED)


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


@dataclass(frozen=True, kw_only=True)
class ProblemRow:
    """One problem of one row."""

    row: int | None
    column: str
    value: str
    why: str
    what_to_do: str
    severity: str


@dataclass(frozen=True, kw_only=True)
class ProblemPage:
    """One page of problems, and how many there are in all."""

    rows: tuple[ProblemRow, ...]
    page: int
    pages: int
    listed: int
    total: int


@dataclass(frozen=True, kw_only=True)
class CheckRow:
    """One line of the quality report."""

    name: str
    status: str
    expected: str
    found: str
    note: str


@dataclass(frozen=True, kw_only=True)
class FilingRow:
    """One slice an upload brought, and whether it counts now."""

    id: UUID
    family: str
    subject: str
    fiscal_year: int
    ledger: str
    period: str
    filed_at: datetime.datetime
    is_current: bool
    row_count: int
    control_totals: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class UploadDetail:
    """Everything the page of one upload shows."""

    upload: UploadRow
    sha256: str
    mapping: Mapping[str, Any]
    left_out_rows: tuple[int, ...]
    counts: Mapping[str, int]
    slices: tuple[Mapping[str, Any], ...]
    checks: tuple[CheckRow, ...]
    control_totals: Mapping[str, str]
    provenance: tuple[str, ...]
    saved_map: str
    filings: tuple[FilingRow, ...]
    problems: ProblemPage
    progress: Progress | None
    confirmed_by: str
    finished_at: datetime.datetime | None
    undone_at: datetime.datetime | None
    can_confirm: bool
    can_undo: bool
    can_leave_rows_out: bool


@dataclass(frozen=True, kw_only=True)
class MapPage:
    """The mapping page: the head of the file, the questions, the answers so far."""

    upload_id: UUID
    kind: str
    sample: Sample | None
    unreadable: str
    fields: tuple[MapField, ...]
    file_map: FileMap
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


@dataclass(frozen=True, kw_only=True)
class Feed:
    """How fresh one kind of data is."""

    family: str
    subject: str
    filings: int
    first_year: int
    last_year: int
    newest_filed_at: datetime.datetime
    newest_filename: str
    newest_upload_id: UUID


def list_uploads(*, limit: int = 100, state: str = "") -> list[UploadRow]:
    """List uploads, newest first. Two queries."""
    uploads = Upload.objects.select_related("uploaded_by").order_by("-uploaded_at", "-id")
    if state:
        uploads = uploads.filter(state=state)
    found = list(uploads[:limit])
    loaded = dict(
        ImportRun.objects.filter(upload__in=[one.pk for one in found]).values_list("upload_id", "rows_loaded")
    )
    return [_row(one, loaded.get(one.pk)) for one in found]


def get_upload(*, upload_id: UUID, page: int = 1) -> UploadDetail:
    """Show one upload with its preview, report and a page of problems. Raises NoSuchUpload."""
    upload = find_upload(upload_id)
    run = ImportRun.objects.filter(upload=upload).order_by("-finished_at").first()
    preview = upload.preview or {}
    row = _row(upload, run.rows_loaded if run else None)
    return UploadDetail(
        upload=row,
        sha256=upload.sha256,
        mapping=upload.mapping,
        left_out_rows=tuple(upload.left_out_rows),
        counts=preview.get("counts", {}),
        slices=tuple(preview.get("slices", ())),
        checks=tuple(
            CheckRow(**check) for check in (run.quality_report if run else preview.get("checks", ()))
        ),
        control_totals=run.control_totals if run else preview.get("control_totals", {}),
        provenance=tuple(preview.get("provenance", ())),
        saved_map=str((upload.provenance or {}).get("saved_map", "")),
        filings=tuple(list_filings(upload_id=upload.pk)),
        problems=list_problems(upload_id=upload.pk, page=page),
        progress=get_progress(upload_id=upload.pk) if row.is_working else None,
        confirmed_by=upload.confirmed_by.name if upload.confirmed_by else "",
        finished_at=upload.finished_at,
        undone_at=upload.undone_at,
        can_confirm=upload.state == Upload.State.READY,
        can_undo=upload.state not in (Upload.State.UNDONE, Upload.State.CONFIRMED, Upload.State.IMPORTING),
        can_leave_rows_out=upload.state == Upload.State.REJECTED
        and UploadProblem.objects.filter(upload=upload, severity="error", row__gt=0).exists(),
    )


def list_problems(*, upload_id: UUID, page: int = 1, size: int = PROBLEMS_ON_A_PAGE) -> ProblemPage:
    """Show one page of an upload's problems, errors first. The whole list is in the download."""
    upload = find_upload(upload_id)
    problems = UploadProblem.objects.filter(upload_id=upload_id).order_by("severity", "row", "id")
    listed = problems.count()
    pages = max(1, -(-listed // size))
    page = min(max(1, page), pages)
    return ProblemPage(
        rows=tuple(
            ProblemRow(
                row=one.row,
                column=one.column,
                value=one.value,
                why=one.why,
                what_to_do=one.what_to_do,
                severity=one.severity,
            )
            for one in problems[(page - 1) * size : page * size]
        ),
        page=page,
        pages=pages,
        listed=listed,
        total=upload.error_count + upload.warning_count,
    )


def stream_problems(*, upload_id: UUID) -> Iterator[bytes]:
    """Give the full list of problems as CSV bytes; opened at once, so no scope is needed later."""
    find_upload(upload_id)
    path = problem_path(upload_id)
    if not path.exists():
        return iter((b"severity,row,sheet,column,value,why,what_to_do\n",))
    return iter(read_chunks(path))


def stream_file(*, upload_id: UUID) -> Iterator[bytes]:
    """Give the bytes of the uploaded file as they arrived."""
    return iter(read_chunks(stored_path(find_upload(upload_id).sha256)))


def list_filings(*, upload_id: UUID) -> list[FilingRow]:
    """List the slices an upload brought. One query."""
    return [
        FilingRow(
            id=one.pk,
            family=one.family,
            subject=one.subject,
            fiscal_year=one.fiscal_year,
            ledger=one.ledger,
            period=one.period,
            filed_at=one.filed_at,
            is_current=one.is_current,
            row_count=one.row_count,
            control_totals=one.control_totals,
        )
        for one in Filing.objects.filter(upload_id=upload_id).order_by("subject", "-fiscal_year")
    ]


def get_map_page(*, upload_id: UUID, kind: str = "", options: ReadOptions | None = None) -> MapPage:
    """Show the head of a file with the questions of its kind and the answers so far.

    `options` lay the file out anew; then the answers are guessed anew. Raises NoSuchUpload and
    UnknownKind; a file that cannot be opened says why in `unreadable`.
    """
    upload = find_upload(upload_id)
    source, chosen = get_source(upload), kind or upload.kind
    file_map = FileMap.from_dict(upload.mapping or {}) if chosen == upload.kind else FileMap()
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
        kinds=kind_choices(),
    )


def check_map(*, upload_id: UUID, file_map: FileMap) -> None:
    """Raise MapIncomplete, naming the question, when an upload cannot be read with a map."""
    upload = find_upload(upload_id)
    source, kind = get_source(upload), find_kind(upload.kind)
    kind.check_map(get_sample(source, file_map.options), file_map, source)


def has_file(*, upload_id: UUID) -> bool:
    """Say whether the bytes of an upload are still in the store."""
    return stored_path(find_upload(upload_id).sha256).is_file()


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
    """List saved maps by kind and name. One query."""
    return [
        SavedMapRow(
            id=one.pk,
            kind=one.kind,
            kind_label=_kind_label(one.kind),
            name=one.name,
            saved_by=one.saved_by.name if one.saved_by else "",
            saved_at=one.saved_at,
        )
        for one in SavedMap.objects.select_related("saved_by").order_by("kind", "name")
    ]


def list_feeds() -> list[Feed]:
    """Say for each kind of data which years are there and when it was last filed. Two queries."""
    grouped = (
        Filing.objects.filter(is_current=True)
        .values("family", "subject")
        .annotate(
            filings=Count("id"),
            first=Min("fiscal_year"),
            last=Max("fiscal_year"),
            newest=Max("filed_at"),
        )
        .order_by("family", "subject")
    )
    newest = {
        (one.family, one.subject, one.filed_at): one.upload
        for one in Filing.objects.filter(is_current=True).select_related("upload")
    }
    return [
        Feed(
            family=one["family"],
            subject=one["subject"],
            filings=one["filings"],
            first_year=one["first"],
            last_year=one["last"],
            newest_filed_at=one["newest"],
            newest_filename=newest[one["family"], one["subject"], one["newest"]].filename,
            newest_upload_id=newest[one["family"], one["subject"], one["newest"]].pk,
        )
        for one in grouped
    ]


def count_waiting_for_person() -> int:
    """Count uploads that wait for somebody. One query."""
    states = (Upload.State.NEEDS_KIND, Upload.State.NEEDS_MAP, Upload.State.READY)
    count: int = Upload.objects.filter(Q(state__in=states) | Q(state=Upload.State.REJECTED)).count()
    return count


def find_upload(upload_id: UUID) -> Upload:
    """Give an upload of the open district. Raises NoSuchUpload."""
    found = Upload.objects.select_related("uploaded_by", "confirmed_by").filter(pk=upload_id).first()
    if found is None:
        raise NoSuchUpload("This district has no such upload.")
    upload: Upload = found
    return upload


def _kind_label(name: str) -> str:
    return next((kind.label for kind in list_kinds() if kind.name == name), name)


def _row(upload: Upload, rows_loaded: int | None) -> UploadRow:
    state = Upload.State(upload.state)
    return UploadRow(
        id=upload.pk,
        filename=upload.filename,
        kind=upload.kind,
        kind_label=_kind_label(upload.kind) if upload.kind else "",
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
        needs_person=state
        in (Upload.State.NEEDS_KIND, Upload.State.NEEDS_MAP, Upload.State.READY, Upload.State.REJECTED),
    )
