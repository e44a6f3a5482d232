"""Where an upload stands: lock it in the states that allow something, have it read again."""

from __future__ import annotations

from uuid import UUID

from districts.errors import DomainError
from districts.landing import jobs
from districts.landing.same_day import ANSWER
from districts.models import Filing, Upload
from districts.pipeline.marks import mark

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


class PreviewChanged(WrongState):
    """The preview was made again since the person saw it."""


class SameDay(WrongState):
    """A file of the same filing date counts now; nobody has said that this one replaces it."""


def lock_upload(upload_id: UUID) -> Upload:
    """Lock an upload, never waiting. Raises NoSuchUpload, and WrongState while a worker has it."""
    found = Upload.objects.filter(pk=upload_id)
    upload: Upload | None = found.select_for_update(skip_locked=True).first()
    if upload is None and found.exists():
        raise WrongState("This upload is being worked on. Wait until that is done.")
    if upload is None:
        raise NoSuchUpload("This district has no such upload.")
    return upload


def lock_in(upload_id: UUID, *states: str) -> Upload:
    """Lock an upload that is in one of the states. Raises NoSuchUpload and WrongState."""
    upload = lock_upload(upload_id)
    if upload.state not in states:
        raise WrongState(f"This upload is “{State(upload.state).label.lower()}”, so that cannot be done now.")
    return upload


def lock_before_import(upload_id: UUID) -> Upload:
    """Lock an upload of which nothing was imported. Raises NoSuchUpload and WrongState."""
    upload = lock_in(upload_id, *BEFORE_IMPORT)
    if Filing.objects.filter(upload=upload).exists():
        raise WrongState("This file was imported already. Undo it first.")
    return upload


def forget_reading(upload: Upload) -> None:
    """Forget what an earlier reading found: its preview and problems. Does not save.

    Why rows were left out stays while they are.
    """
    upload.message, upload.preview, upload.finished_at = "", {}, None
    upload.error_count = upload.warning_count = 0
    jobs.forget_problems(upload)


def keep_same_day_answer(upload: Upload) -> None:
    """Keep with an upload that it replaces a file of the same filing date. Does not save."""
    upload.provenance = {**(upload.provenance or {}), ANSWER: True}


def restart(upload: Upload) -> None:
    """Have a locked upload read anew; what its last reading found is gone."""
    forget_reading(upload)
    upload.state = State.LANDED
    upload.save()
    mark(name=jobs.READ_JOB, ref=str(upload.pk))
