"""A file arrives: stored once, recognised where it is small, and read; the same bytes have one effect."""

from __future__ import annotations

import time
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePath
from uuid import UUID

from django.db import connection, transaction

from districts.errors import DomainError
from districts.landing import jobs
from districts.landing.kinds import FileMap
from districts.landing.recognition import find_kind, get_sample, get_source, recognise_kind
from districts.landing.same_day import ANSWER
from districts.landing.services.decide import choose_kind, confirm_upload, read_again, save_map
from districts.landing.services.standing import BEFORE_IMPORT, WrongState, keep_same_day_answer
from districts.landing.store import StoredFile, store_file
from districts.models import Upload
from districts.pipeline.marks import mark
from districts.tenancy import current_district_id

INLINE_BYTES = 8 * 1024 * 1024
LOOKS, BETWEEN_LOOKS = 8, 0.25  # seconds: longer than a small file is read
State = Upload.State


@dataclass(frozen=True, kw_only=True)
class Landed:
    """A file that landed; `is_new` is False when its bytes were here already.

    `is_read_again` says that those bytes had been refused, and are tried once more.
    """

    upload: Upload
    is_new: bool
    is_read_again: bool = False


def land_upload(
    *,
    by: int | None,
    filename: str,
    chunks: Iterable[bytes],
    kind: str = "",
    file_map: FileMap | None = None,
    auto_confirm: bool = False,
    replaces_same_day: bool = False,
) -> Landed:
    """Store a file and start reading it; the same bytes, any number of times, have one effect.

    Bytes that were refused before are read again, for the cause may be gone. With `auto_confirm` a file of
    the same filing date as one that counts waits for a person, unless `replaces_same_day` says that it
    replaces that one; landing it again without saying so raises SameDay. Raises FileTooLarge,
    FileEmpty, UnknownKind, MapIncomplete, and WrongState where a worker has the same bytes in hand and
    would not see what is asked. A file that cannot be read lands as rejected, with the reason.
    """
    if kind:
        find_kind(kind)
    stored = store_file(chunks)
    with transaction.atomic():
        _lock_bytes(stored)
        known = _find(stored, kind)
        if known is not None:
            if replaces_same_day:
                _answer_same_day(known.pk)
            return _land_again(known, by=by, kind=kind, file_map=file_map, auto_confirm=auto_confirm)
        upload = Upload.objects.create(
            kind=kind,
            filename=_clean_name(filename),
            sha256=stored.sha256,
            size=stored.size,
            uploaded_by_id=by,
            auto_confirm=auto_confirm,
            confirmed_by_id=by if auto_confirm else None,
            mapping=file_map.as_dict() if file_map else {},
            provenance={ANSWER: True} if replaces_same_day else {},
        )
        upload.refresh_from_db()
        _start(upload)
    return Landed(upload=upload, is_new=True)


def _answer_same_day(upload_id: UUID) -> None:
    """Keep the answer with bytes that are here already, as long as nothing of them is imported."""
    upload: Upload | None = (
        Upload.objects.filter(pk=upload_id, state__in=BEFORE_IMPORT)
        .select_for_update(skip_locked=True)
        .first()
    )
    if upload is not None:
        keep_same_day_answer(upload)
        upload.save(update_fields=["provenance"])


def _lock_bytes(stored: StoredFile) -> None:
    """Let one landing at a time of the same bytes look and write."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, %s)",
            [current_district_id(), zlib.crc32(stored.sha256.encode()) - 2**31],
        )


def _find(stored: StoredFile, kind: str) -> Upload | None:
    """Find the upload of the same bytes: of that kind, else one whose kind is still open."""
    there = Upload.objects.filter(sha256=stored.sha256, undone_at__isnull=True).order_by("-uploaded_at")
    found: Upload | None = (
        there.filter(kind=kind).first() or there.filter(kind="").first() if kind else there.first()
    )
    return found


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


def _land_again(
    upload: Upload, *, by: int | None, kind: str, file_map: FileMap | None, auto_confirm: bool
) -> Landed:
    """Go on with bytes that are here already: new answers count, and a refused file is read again."""
    before = upload.state
    if kind and not upload.kind and before in BEFORE_IMPORT:
        upload = choose_kind(upload_id=upload.pk, kind=kind)
    if file_map is not None and upload.kind and upload.state in BEFORE_IMPORT and _is_other(upload, file_map):
        upload = save_map(by=by, upload_id=upload.pk, file_map=file_map, remember=False)
    elif before in (State.REJECTED, State.FAILED) and upload.state == before:
        upload = read_again(upload_id=upload.pk)
    if auto_confirm:
        upload = _confirm_too(upload.pk, by=by)
    is_read_again = before in (State.REJECTED, State.FAILED) and upload.state == State.LANDED
    return Landed(upload=upload, is_new=False, is_read_again=is_read_again)


def _is_other(upload: Upload, file_map: FileMap) -> bool:
    return FileMap.from_dict(upload.mapping or {}).as_dict() != file_map.as_dict()


def _confirm_too(upload_id: UUID, *, by: int | None) -> Upload:
    """Have an upload imported: now, if its preview is made, else as soon as it is read.

    Raises WrongState while a worker is reading it, who would not see the wish.
    """
    for look in range(LOOKS):
        if look:
            time.sleep(BETWEEN_LOOKS)
        seen: Upload = Upload.objects.get(pk=upload_id)
        is_open = seen.state in (State.LANDED, State.NEEDS_KIND, State.NEEDS_MAP) and not seen.auto_confirm
        if not is_open and seen.state != State.READY:
            return seen
        upload: Upload | None = (
            Upload.objects.filter(pk=upload_id).select_for_update(skip_locked=True).first()
        )
        if upload is None or upload.state != seen.state:
            continue
        if upload.state == State.READY:
            return confirm_upload(by=by, upload_id=upload_id)
        upload.auto_confirm, upload.confirmed_by_id = True, by
        upload.save(update_fields=["auto_confirm", "confirmed_by"])
        return upload
    raise WrongState(
        "The same file is being read at this moment, so it was not confirmed. Send it again once it is read."
    )
