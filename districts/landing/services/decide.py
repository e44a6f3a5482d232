"""What a person decides about an upload: its kind, its map, rows to leave out, confirm, undo."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from districts.errors import DomainError
from districts.landing import jobs
from districts.landing.elections import elect_current, lock_filings, slice_key
from districts.landing.kinds import FileKind, FileMap
from districts.landing.problems import read_problem_file
from districts.landing.recognition import find_kind, get_sample, get_source, header_hash
from districts.landing.resting import find_resting
from districts.landing.same_day import describe_same_day, list_unanswered
from districts.landing.services.left_out import keep_left_out
from districts.landing.services.standing import (
    PreviewChanged,
    SameDay,
    WrongState,
    forget_reading,
    keep_same_day_answer,
    lock_before_import,
    lock_in,
    lock_upload,
    restart,
)
from districts.landing.store import problem_path
from districts.models import Filing, SavedMap, Upload
from districts.pipeline.marks import mark

State = Upload.State


class RowsNotNamed(DomainError):
    """Only rows with errors can be left out, each named."""


def choose_kind(*, upload_id: UUID, kind: str) -> Upload:
    """Say what kind of file an upload is. Raises NoSuchUpload, WrongState, UnknownKind."""
    chosen = find_kind(kind)
    with transaction.atomic():
        upload = lock_before_import(upload_id)
        twin = Upload.objects.filter(sha256=upload.sha256, kind=kind, undone_at__isnull=True).exclude(
            pk=upload.pk
        )
        if twin.exists():
            raise WrongState("The same file was uploaded before as this kind. Open that upload.")
        upload.kind, upload.mapping, upload.left_out_rows = kind, {}, []
        upload.auto_confirm = False
        forget_reading(upload)
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
    """Map the columns of an upload and have it read to a preview; the map is kept for the same header.

    Raises NoSuchUpload, WrongState, MapIncomplete, Unreadable.
    """
    with transaction.atomic():
        upload = lock_before_import(upload_id)
        if not upload.kind:
            raise WrongState("Say first what kind of file this is.")
        kind, source = find_kind(upload.kind), get_source(upload)
        sample = get_sample(source, file_map.options)
        kind.check_map(sample, file_map, source)
        upload.mapping, upload.left_out_rows = file_map.as_dict(), []
        upload.auto_confirm = False
        saved = None
        if remember and kind.fields(sample, source):
            saved = _remember(
                by=by, kind=kind.name, header=header_hash(sample), file_map=file_map,
                name=(name or f"{kind.label}: {upload.filename}")[:120],
            )  # fmt: skip
        upload.provenance = {
            **(upload.provenance or {}),
            "saved_map": "",
            "saved_map_id": str(saved.pk) if saved else "",
            "map_by": "person",
        }
        restart(upload)
    return upload


def _remember(*, by: int | None, kind: str, header: str, file_map: FileMap, name: str) -> SavedMap:
    """Keep a map for the next file with these columns; a map that has a name keeps it."""
    answers = {"mapping": file_map.as_dict(), "saved_by_id": by}
    saved: SavedMap
    saved, _ = SavedMap.objects.update_or_create(
        kind=kind, header_hash=header, defaults=answers, create_defaults={**answers, "name": name}
    )
    return saved


def read_again(*, upload_id: UUID) -> Upload:
    """Read a refused or stopped upload once more: what was in its way may be gone.

    Answers a person gave stay, and so do the rows left out; a map that was guessed or replayed is
    decided anew. Raises NoSuchUpload and WrongState.
    """
    with transaction.atomic():
        upload = lock_before_import(upload_id)
        if upload.state not in (State.REJECTED, State.FAILED):
            raise WrongState("This upload was not refused, so there is nothing to try again.")
        if (upload.provenance or {}).get("map_by") == "plan":
            upload.mapping = {}
        restart(upload)
    return upload


def confirm_upload(
    *, by: int | None, upload_id: UUID, seen: str = "", replaces_same_day: bool = False
) -> Upload:
    """Confirm what the preview showed; the worker imports it. Idempotent once confirmed.

    `seen` names the preview a person looked at; `replaces_same_day` says that it replaces a file of the
    same filing date. Raises NoSuchUpload, WrongState, PreviewChanged when another preview was made
    since, and SameDay when there is such a file and nobody said so.
    """
    with transaction.atomic():
        done: Upload | None = Upload.objects.filter(
            pk=upload_id, state__in=(State.CONFIRMED, State.IMPORTED)
        ).first()
        if done is not None:
            return done
        upload = lock_in(upload_id, State.READY)
        if seen and seen != (upload.preview or {}).get("reading"):
            raise PreviewChanged(
                "The difference was worked out again since you opened the page. Look at it, then confirm."
            )
        if replaces_same_day:
            keep_same_day_answer(upload)
        if files := list_unanswered(upload):
            raise SameDay(describe_same_day(files=files))
        upload.state, upload.confirmed_by_id, upload.message = State.CONFIRMED, by, ""
        upload.save()
        mark(name=jobs.IMPORT_JOB, ref=str(upload.pk))
    return upload


def leave_rows_out(*, upload_id: UUID, rows: Iterable[int], by: int | None = None) -> Upload:
    """Leave rows with errors out, each named by its number; they stay listed with what was wrong and by whom.

    Raises RowsNotNamed when a row has no error, NoSuchUpload, WrongState.
    """
    wanted = {int(row) for row in rows}
    with transaction.atomic():
        upload = lock_in(upload_id, State.REJECTED)
        if not wanted:
            raise RowsNotNamed("Name the rows to leave out.")
        if (upload.preview or {}).get("is_damaged"):
            raise RowsNotNamed("The file itself is damaged: leaving rows out does not repair it.")
        if (upload.preview or {}).get("has_sheets"):
            raise RowsNotNamed("Several sheets were read, so a row number names no row: correct the file.")
        unknown = sorted(wanted - _error_rows(upload))
        if unknown:
            raise RowsNotNamed(f"Row {unknown[0]:,} has no error of its own, so it cannot be left out.")
        keep_left_out(upload=upload, rows=wanted, by=by)
        upload.left_out_rows = sorted(set(upload.left_out_rows) | wanted)
        upload.auto_confirm = False
        restart(upload)
    return upload


def list_error_rows(*, upload_id: UUID) -> set[int]:
    """Give every row with an error, from the full list of problems."""
    upload = Upload.objects.filter(pk=upload_id).first()
    return _error_rows(upload) if upload else set()


def _error_rows(upload: Upload) -> set[int]:
    reading = (upload.preview or {}).get("reading", "")
    path = problem_path(upload.pk, reading)
    if not reading or not path.exists():
        return set()
    rows = {int(problem["row"]) for problem in read_problem_file(path) if problem["severity"] == "error"}
    return rows - {0}


def undo_upload(*, upload_id: UUID, take_along: str = "") -> Upload:
    """Take an upload back whole: its facts go, the filing it replaced counts again. Idempotent.

    Goes by what the upload filed, whatever its state says. The same bytes can be landed again
    afterwards. take_along: the stamp of what a person saw resting on it (`find_resting`), which then
    comes along to the filings that count again. Raises NoSuchUpload, WrongState while a worker has it
    or when other things rest on it now, and what the kind raises while something still rests on the facts.
    """
    with transaction.atomic():
        lock_filings()
        upload = lock_upload(upload_id)
        filings = list(Filing.objects.select_for_update().filter(upload=upload).order_by("pk"))
        if filings:
            kind = find_kind(upload.kind)
            if take_along:
                _take_along(upload, kind=kind, seen=take_along)
            kind.delete_facts([filing.pk for filing in filings], upload.pk)
            keys = [slice_key(filing) for filing in filings]
            Filing.objects.filter(upload=upload).delete()
            elect_current(keys)
            for name in kind.changed_inputs:
                mark(name=name)
        elif upload.state == State.UNDONE:
            return upload
        upload.state, upload.undone_at = State.UNDONE, upload.undone_at or timezone.now()
        upload.save()
    return upload


def _take_along(upload: Upload, *, kind: FileKind, seen: str) -> None:
    resting = find_resting(upload_id=upload.pk)
    if resting.stamp != seen:
        raise WrongState(
            "What rests on this upload changed since you opened the page. Nothing is undone: look again."
        )
    kind.take_along(resting.moves)
