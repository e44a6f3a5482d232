"""Where uploaded bytes lie: by district and hash, written once. Must not know what they hold."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction

from districts.errors import DomainError
from districts.landing.limits import Limits, describe_bytes
from districts.tenancy import current_district_id

ACCOUNT_COLUMNS = ("slice", "account", "what", "before", "after", "change")


class FileTooLarge(DomainError):
    """The file is larger than the server accepts."""

    status = 413


class FileEmpty(DomainError):
    """Nothing was uploaded."""


@dataclass(frozen=True, kw_only=True)
class StoredFile:
    """Bytes in the store."""

    sha256: str
    size: int
    path: Path


def get_limits() -> Limits:
    """Give the limits of this installation (SRM_MAX_UPLOAD)."""
    return Limits(max_upload=settings.MAX_UPLOAD)


def district_folder() -> Path:
    """Give the open district's folder, readable by the service only."""
    folder = Path(settings.UPLOADS) / str(current_district_id())
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def stored_path(sha256: str) -> Path:
    """Give where the bytes of that hash lie in the open district."""
    return district_folder() / sha256


def problem_path(upload_id: UUID, reading: str) -> Path:
    """Give where the full list of problems of one reading of an upload lies."""
    return district_folder() / f"{upload_id}.{reading}.problems.csv"


def accounts_path(problems: Path) -> Path:
    """Give where the list of changed accounts of the same reading lies."""
    return problems.with_name(problems.name.removesuffix("problems.csv") + "accounts.csv")


def drop_problem_files(upload_id: UUID, *, keep: str, accounts: str = "") -> None:
    """Delete the lists of earlier readings once the transaction that replaces them has committed.

    `keep` names the reading whose lists stay, `accounts` the one whose list of changed accounts does.
    """
    folder, kept = district_folder(), problem_path(upload_id, keep)
    stays = {kept, accounts_path(problem_path(upload_id, accounts or keep))}

    def drop() -> None:
        for path in folder.glob(f"{upload_id}.*.csv"):
            if path not in stays:
                path.unlink(missing_ok=True)

    transaction.on_commit(drop)


def store_file(chunks: Iterable[bytes]) -> StoredFile:
    """Write a stream into the store under its hash; the same bytes are kept once.

    Raises FileTooLarge and FileEmpty; leaves nothing behind when it raises.
    """
    limits, digest, size = get_limits(), hashlib.sha256(), 0
    handle, name = tempfile.mkstemp(dir=district_folder(), prefix="arriving-")
    arriving = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            for chunk in chunks:
                size += len(chunk)
                if size > limits.max_upload:
                    raise FileTooLarge(
                        f"The file is larger than {describe_bytes(limits.max_upload)}, the most that "
                        "is accepted. Split it by year, or ask for a higher SRM_MAX_UPLOAD."
                    )
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        if not size:
            raise FileEmpty("The file is empty. Export it again and upload the new file.")
        target = stored_path(digest.hexdigest())
        arriving.replace(target)
    finally:
        arriving.unlink(missing_ok=True)
    return StoredFile(sha256=digest.hexdigest(), size=size, path=target)


def read_chunks(path: Path, *, size: int = 1024 * 1024) -> Iterator[bytes]:
    """Yield a file on disk in pieces; opened when the first is asked for, so a request ended early leaks none."""
    with path.open("rb") as file:
        while chunk := file.read(size):
            yield chunk
