"""The write side of landing: a file arrives, is mapped, confirmed, undone. Must not parse.

Every service runs inside `district_scope`; `by` is the id of the person (None: the system).
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePath
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from districts.errors import DomainError
from districts.landing import jobs
from districts.landing.elections import elect_current, lock_filings, slice_key
from districts.landing.kinds import FileMap
from districts.landing.problems import read_problem_file
from districts.landing.recognition import (
    find_kind,
    get_sample,
    get_source,
    header_hash,
    recognise_kind,
)
from districts.landing.store import StoredFile, problem_path, store_file
from districts.models import Filing, SavedMap, Upload, UploadProblem
from districts.pipeline.marks import mark
from districts.tenancy import current_district_id

INLINE_BYTES = 8 * 1024 * 1024
State = Upload.State
BEFORE_IMPORT = (
    State.LANDED,
    State.NEEDS_KIND,
    State.NEEDS_MAP,
    State.READING,
    State.READY,
    State.REJECTED,
    State.FAILED,
)


class NoSuchUpload(DomainError):
    """The district has no such upload."""

    status = 404


class WrongState(DomainError):
    """The upload is not in a state that allows this."""

    status = 409


class RowsNotNamed(DomainError):
    """Only rows with errors can be left out, each named."""


@dataclass(frozen=True, kw_only=True)
class Landed:
    """A file that landed; `is_new` is False when its bytes were here already."""

    upload: Upload
    is_new: bool


def land_upload(
    *,
    by: int | None,
    filename: str,
    chunks: Iterable[bytes],
    kind: str = "",
    file_map: FileMap | None = None,
    auto_confirm: bool = False,
) -> Landed:
    """Store a file and start reading it; the same bytes, any number of times, have one effect.

    Raises FileTooLarge, FileEmpty, UnknownKind, MapIncomplete. A file that cannot be read lands as
    rejected, with the reason.
    """
    if kind:
        find_kind(kind)
    stored = store_file(chunks)
    with transaction.atomic():
        _lock_bytes(stored)
        there = Upload.objects.filter(sha256=stored.sha256, undone_at__isnull=True)
        known = (there.filter(kind=kind) if kind else there).order_by("-uploaded_at").first()
        if known is not None:
            known = _land_again(known, by=by, file_map=file_map, auto_confirm=auto_confirm)
            return Landed(upload=known, is_new=False)
        upload = Upload.objects.create(
            kind=kind,
            filename=_clean_name(filename),
            sha256=stored.sha256,
            size=stored.size,
            uploaded_by_id=by,
            auto_confirm=auto_confirm,
            confirmed_by_id=by if auto_confirm else None,
            mapping=file_map.as_dict() if file_map else {},
        )
        upload.refresh_from_db()
        _start(upload)
    return Landed(upload=upload, is_new=True)


def _lock_bytes(stored: StoredFile) -> None:
    """Let one landing at a time of the same bytes look and write."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, %s)",
            [current_district_id(), zlib.crc32(stored.sha256.encode()) - 2**31],
        )


def _clean_name(filename: str) -> str:
    name = PurePath(filename.replace("\\", "/")).name
    name = "".join(character for character in name if character.isprintable()).strip()
    return name[-255:] or "upload"


def _start(upload: Upload) -> None:
    """Recognise a small file at once and leave a large one to the worker; then have it read."""
    try:
        if upload.size <= INLINE_BYTES and not upload.mapping:
            sample = get_sample(get_source(upload))
            kind = find_kind(upload.kind) if upload.kind else recognise_kind(sample)
            if not jobs.settle_plan(upload, kind=kind, sample=sample):
                return
    except DomainError as error:
        jobs.reject_upload(upload, error.message)
        return
    mark(name=jobs.READ_JOB, ref=str(upload.pk))


def _land_again(upload: Upload, *, by: int | None, file_map: FileMap | None, auto_confirm: bool) -> Upload:
    """The bytes are here already: a failed or waiting upload goes on, any other stays as it is."""
    if file_map is not None and upload.state in BEFORE_IMPORT and upload.kind:
        return save_map(by=by, upload_id=upload.pk, file_map=file_map, remember=False)
    if upload.state == State.FAILED:
        _restart(upload)
    if auto_confirm and upload.state == State.READY:
        return confirm_upload(by=by, upload_id=upload.pk)
    return upload


def _restart(upload: Upload) -> None:
    upload.state, upload.message, upload.preview = State.LANDED, "", {}
    upload.finished_at = None
    upload.save()
    mark(name=jobs.READ_JOB, ref=str(upload.pk))


def _get(upload_id: UUID, *states: str) -> Upload:
    """Lock an upload. Raises NoSuchUpload, and WrongState unless it is in one of the states."""
    found = Upload.objects.filter(pk=upload_id)
    upload: Upload | None = found.select_for_update(skip_locked=True).first()
    if upload is None and found.exists():
        raise WrongState("This upload is being worked on. Wait until that is done.")
    if upload is None:
        raise NoSuchUpload("This district has no such upload.")
    if upload.state not in states:
        raise WrongState(f"This upload is “{State(upload.state).label.lower()}”, so that cannot be done now.")
    return upload


def choose_kind(*, upload_id: UUID, kind: str) -> Upload:
    """Say what kind of file an upload is. Raises NoSuchUpload, WrongState, UnknownKind."""
    chosen = find_kind(kind)
    with transaction.atomic():
        upload = _get(upload_id, *BEFORE_IMPORT)
        twin = Upload.objects.filter(sha256=upload.sha256, kind=kind, undone_at__isnull=True).exclude(
            pk=upload.pk
        )
        if twin.exists():
            raise WrongState("The same file was uploaded before as this kind. Open that upload.")
        upload.kind, upload.mapping, upload.left_out_rows = kind, {}, []
        UploadProblem.objects.filter(upload=upload).delete()
        upload.error_count = upload.warning_count = 0
        try:
            sample = get_sample(get_source(upload))
        except DomainError as error:
            jobs.reject_upload(upload, error.message)
            return upload
        if jobs.settle_plan(upload, kind=chosen, sample=sample):
            mark(name=jobs.READ_JOB, ref=str(upload.pk))
    return upload


def save_map(
    *, by: int | None, upload_id: UUID, file_map: FileMap, remember: bool = True, name: str = ""
) -> Upload:
    """Map the columns of an upload and have it read; the map is replayed for the same header.

    Raises NoSuchUpload, WrongState, MapIncomplete, Unreadable.
    """
    with transaction.atomic():
        upload = _get(upload_id, *BEFORE_IMPORT)
        if not upload.kind:
            raise WrongState("Say first what kind of file this is.")
        kind, source = find_kind(upload.kind), get_source(upload)
        sample = get_sample(source, file_map.options)
        kind.check_map(sample, file_map, source)
        upload.mapping, upload.left_out_rows = file_map.as_dict(), []
        upload.provenance = {**(upload.provenance or {}), "saved_map": ""}
        if remember and kind.fields(sample, source):
            SavedMap.objects.update_or_create(
                kind=kind.name,
                header_hash=header_hash(sample),
                defaults={
                    "name": (name or f"{kind.label}: {upload.filename}")[:120],
                    "mapping": file_map.as_dict(),
                    "saved_by_id": by,
                },
            )
        _restart(upload)
    return upload


def delete_saved_map(*, map_id: UUID) -> None:
    """Forget a saved map. Idempotent."""
    SavedMap.objects.filter(pk=map_id).delete()


def confirm_upload(*, by: int | None, upload_id: UUID) -> Upload:
    """Confirm what the preview showed; the worker imports it. Idempotent once confirmed.

    Raises NoSuchUpload and WrongState.
    """
    with transaction.atomic():
        done: Upload | None = Upload.objects.filter(
            pk=upload_id, state__in=(State.CONFIRMED, State.IMPORTED)
        ).first()
        if done is not None:
            return done
        upload = _get(upload_id, State.READY)
        upload.state, upload.confirmed_by_id = State.CONFIRMED, by
        upload.save()
        mark(name=jobs.IMPORT_JOB, ref=str(upload.pk))
    return upload


def leave_rows_out(*, upload_id: UUID, rows: Iterable[int]) -> Upload:
    """Leave rows with errors out, each named by its number; they are counted in the report.

    Raises RowsNotNamed when a row has no error, NoSuchUpload, WrongState.
    """
    wanted = {int(row) for row in rows}
    with transaction.atomic():
        upload = _get(upload_id, State.REJECTED)
        if not wanted:
            raise RowsNotNamed("Name the rows to leave out.")
        unknown = sorted(wanted - list_error_rows(upload_id=upload.pk))
        if unknown:
            raise RowsNotNamed(f"Row {unknown[0]:,} has no error of its own, so it cannot be left out.")
        upload.left_out_rows = sorted(set(upload.left_out_rows) | wanted)
        _restart(upload)
    return upload


def list_error_rows(*, upload_id: UUID) -> set[int]:
    """Give every row with an error, from the full list of problems."""
    path = problem_path(upload_id)
    if not path.exists():
        return set()
    rows = {int(problem["row"]) for problem in read_problem_file(path) if problem["severity"] == "error"}
    return rows - {0}


def undo_upload(*, upload_id: UUID) -> Upload:
    """Take an upload back whole: its facts go, the filing it replaced counts again.

    The same bytes can be landed again afterwards. Raises NoSuchUpload, WrongState, and what the
    kind raises while something still rests on the facts.
    """
    with transaction.atomic():
        lock_filings()
        upload = _get(upload_id, State.IMPORTED, *BEFORE_IMPORT)
        if upload.state == State.IMPORTED:
            kind = find_kind(upload.kind)
            filings = list(Filing.objects.filter(upload=upload))
            kind.delete_facts([filing.pk for filing in filings], upload.pk)
            keys = [slice_key(filing) for filing in filings]
            Filing.objects.filter(upload=upload).delete()
            elect_current(keys)
            for name in kind.changed_inputs:
                mark(name=name)
        upload.state, upload.undone_at = State.UNDONE, timezone.now()
        upload.save()
    return upload
