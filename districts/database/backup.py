"""Back the whole product up into one file, and restore it into an empty server. Reads no model.

The file is a tar: `manifest.json`, `database.dump` (PostgreSQL's own format, every district in it) and
`uploads/`. It is taken as `srm_backup`, which reads past row-level security; it holds personal data.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import subprocess
import tarfile
import tempfile
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from districts.database import roles
from districts.database.programs import postgres_program

FORMAT = 1
_DUMP, _MANIFEST, _UPLOADS = "database.dump", "manifest.json", "uploads"


class BackupError(RuntimeError):
    """A backup that could not be taken or restored; nothing half-made is left in its place."""


def back_up(*, backup_url: str, uploads: Path, target: Path, now: dt.datetime) -> int:
    """Write a backup to `target` and return its size in bytes.

    Raises BackupError; `target` is then as it was. The database is read in one snapshot, files after it:
    stored files are never changed, so every file the snapshot names is there. Only its owner can read it.
    """
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as folder:
        dump, made = Path(folder) / _DUMP, Path(folder) / "made"
        _run("pg_dump", "--format=custom", f"--file={dump}", url=backup_url)
        manifest = {"format": FORMAT, "taken_at": now.isoformat(), "tables": _count_tables(backup_url)}
        with tarfile.open(made, "w") as archive:
            text = json.dumps(manifest, indent=1).encode()
            entry = tarfile.TarInfo(_MANIFEST)
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text))
            archive.add(dump, _DUMP)
            if uploads.is_dir():
                archive.add(uploads, _UPLOADS)
        made.chmod(0o600)
        made.replace(target)
    return target.stat().st_size


def restore(
    *,
    source: Path,
    superuser_url: str,
    database: str,
    passwords: roles.RolePasswords,
    uploads: Path,
) -> dict[str, object]:
    """Make roles and database, load a backup into them, put its files back, and return its manifest.

    Raises BackupError when the database holds tables already, `uploads` holds files already, the file is no
    backup, or loading fails: the load is one transaction.
    """
    if uploads.is_dir() and any(uploads.iterdir()):
        raise BackupError(f"{uploads} is not empty: a restore must not mix with what is there.")
    with tempfile.TemporaryDirectory() as folder, _opened(source) as archive:
        manifest = _manifest(archive)
        archive.extract(_DUMP, folder, filter="data")
        roles.bootstrap(superuser_url=superuser_url, database=database, passwords=passwords)
        url = make_conninfo(superuser_url, dbname=database)
        if _count_tables(url):
            raise BackupError(f"The database {database} holds tables already: restore into an empty one.")
        _run(
            "pg_restore",
            *("--exit-on-error", "--single-transaction", str(Path(folder) / _DUMP)),
            url=url,
        )
        _restore_uploads(archive, uploads)
    if _count_tables(url) != manifest["tables"]:
        raise BackupError("The restored database does not hold the tables that the backup lists.")
    return manifest


def _restore_uploads(archive: tarfile.TarFile, uploads: Path) -> None:
    uploads.mkdir(parents=True, exist_ok=True)
    prefix = f"{_UPLOADS}/"
    for entry in archive.getmembers():
        if entry.name.startswith(prefix):
            entry.name = entry.name.removeprefix(prefix)
            archive.extract(entry, uploads, filter="data")


def _opened(source: Path) -> tarfile.TarFile:
    try:
        return tarfile.open(source)
    except (tarfile.TarError, OSError) as error:
        raise BackupError(f"{source} cannot be read as a backup: {error}") from error


def _manifest(archive: tarfile.TarFile) -> dict[str, object]:
    try:
        file = archive.extractfile(_MANIFEST)
    except KeyError:
        file = None
    if file is None:
        raise BackupError("This file is not a backup of SRM: it has no manifest.")
    manifest: dict[str, object] = json.load(file)
    if manifest["format"] != FORMAT:
        raise BackupError(f"This backup is of format {manifest['format']}; this version reads {FORMAT}.")
    return manifest


def _count_tables(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    return row[0] if row else 0


def _run(program: str, *arguments: str, url: str) -> None:
    """Run a program of PostgreSQL; the password goes by the environment, which other users cannot list."""
    parts = conninfo_to_dict(url)
    password = str(parts.pop("password", ""))
    done = subprocess.run(
        [str(postgres_program(name=program)), f"--dbname={make_conninfo('', **parts)}", *arguments],
        env=os.environ | {"PGPASSWORD": password},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BackupError(f"{program} failed:\n{done.stderr.strip()}")
