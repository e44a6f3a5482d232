"""A backup is everything, and a restore into an empty server gives the same product back, as safe as before."""

from __future__ import annotations

import io
import os
import stat
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from districts.models import School
from districts.tenancy import district_scope
from srm import embedded
from tests.cast import make_cast
from tests.data import ROOT
from tests.servers import Slot

TABLES = """
    SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity, pg_get_userbyid(c.relowner), c.relacl::text[],
           ARRAY(SELECT concat_ws(' ', polname, polcmd, pg_get_expr(polqual, polrelid),
                                  pg_get_expr(polwithcheck, polrelid))
                 FROM pg_policy WHERE polrelid = c.oid ORDER BY 1),
           ARRAY(SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = c.oid ORDER BY conname),
           ARRAY(SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = c.oid AND NOT tgisinternal
                 ORDER BY tgname)
    FROM pg_class c WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace ORDER BY 1
"""
ROLES = """
    SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication, rolcanlogin FROM pg_roles
    WHERE rolname LIKE 'srm%' ORDER BY 1
"""
DEFAULTS = "SELECT defaclrole::regrole::text, defaclobjtype, defaclacl::text[] FROM pg_default_acl ORDER BY 2"


def rows(url: str, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(query).fetchall()


def contents(url: str) -> dict[str, tuple[object, ...]]:
    """Every table's row count and a digest of its rows; every sequence's position."""
    with psycopg.connect(url) as connection:
        tables = [
            row[0]
            for row in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        ]
        found: dict[str, tuple[object, ...]] = {}
        for table in tables:
            digest = f"SELECT count(*), md5(string_agg(t::text, '|' ORDER BY t::text)) FROM \"{table}\" t"
            found[table] = connection.execute(digest).fetchone() or ()
        for name, value in connection.execute("SELECT sequencename, last_value FROM pg_sequences"):
            found[name] = (value,)
        return found


def manage(*arguments: str, **addresses: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=os.environ | addresses,
        capture_output=True,
        text=True,
        check=False,
    )


def command(name: str, path: Path, addresses: dict[str, str]) -> None:
    """Run a command in this process, as `manage.py` would with these addresses."""
    with pytest.MonkeyPatch.context() as patch:
        for key, value in addresses.items():
            patch.setenv(key, value)
        if "SRM_HOME" in addresses:
            patch.setattr(settings, "UPLOADS", Path(addresses["SRM_HOME"]) / "uploads")
        call_command(name, str(path), stdout=io.StringIO())


@pytest.fixture
def taken(committed_db: None, slot: Slot, short_folder: Path) -> Path:
    """A backup of two districts with people, schools and stored files."""
    for name in ("Bay", "Valley"):
        cast = make_cast(name=name, slug=name.lower(), state_code=name)
        with district_scope(cast.district.pk, cause="test"):
            School.objects.create(name=f"{name} Elementary")
        stored = slot.home / "uploads" / name.lower() / "ab" / "file.csv"
        stored.parent.mkdir(parents=True)
        stored.write_bytes(f"{name}\0file".encode())
    target = short_folder / "srm.backup"
    url = slot.servers.url(role="srm_backup", database=slot.database)
    command("backup", target, {"BACKUP_DATABASE_URL": url})
    return target


@pytest.fixture
def empty(short_folder: Path) -> Iterator[dict[str, str]]:
    """The addresses of a fresh server that has neither roles nor database."""
    home = short_folder / "restored"
    servers = embedded.start(home=home, durable=False)
    with psycopg.connect(servers.superuser_url, autocommit=True) as connection:
        connection.execute("DROP DATABASE srm")
        for role in ("srm_app", "srm_owner", "srm_backup"):
            connection.execute(f"DROP ROLE {role}")
    yield {
        "SUPERUSER_DATABASE_URL": servers.superuser_url,
        "DATABASE_URL": servers.database_url,
        "OWNER_DATABASE_URL": servers.owner_database_url,
        "BACKUP_DATABASE_URL": servers.backup_database_url,
        "SRM_HOME": str(short_folder / "files"),
    }
    embedded.stop(home=home, mode="immediate")


def test_restore_gives_back_rows_roles_isolation_and_files(
    taken: Path, empty: dict[str, str], slot: Slot
) -> None:
    command("restore", taken, empty)

    here = slot.superuser_url
    there = empty["SUPERUSER_DATABASE_URL"].replace("/postgres?", "/srm?")
    before = contents(here)
    assert before["districts_school"][0] == 2
    assert contents(there) == before
    assert rows(there, TABLES) == rows(here, TABLES)
    assert rows(there, DEFAULTS) == rows(here, DEFAULTS)
    assert rows(there, ROLES) == [
        ("srm_app", False, False, False, False, False, True),
        ("srm_backup", False, True, False, False, False, True),
        ("srm_owner", False, False, False, False, False, True),
    ]
    for name in ("bay", "valley"):
        stored = Path("uploads") / name / "ab" / "file.csv"
        assert (Path(empty["SRM_HOME"]) / stored).read_bytes() == (slot.home / stored).read_bytes()


def test_restored_database_keeps_districts_apart(taken: Path, empty: dict[str, str]) -> None:
    command("restore", taken, empty)
    with psycopg.connect(empty["DATABASE_URL"]) as app:
        ids = [row[0] for row in app.execute("SELECT id FROM districts_district ORDER BY slug")]
        assert app.execute("SELECT count(*) FROM districts_school").fetchone() == (0,)
        for number, name in zip(ids, ("Bay", "Valley"), strict=True):
            app.execute("SELECT set_config('srm.district_id', %s, true)", [str(number)])
            assert app.execute("SELECT name FROM districts_school").fetchall() == [(f"{name} Elementary",)]
    with psycopg.connect(empty["BACKUP_DATABASE_URL"]) as backup:
        assert backup.execute("SELECT count(*) FROM districts_school").fetchone() == (2,)
    checked = manage("check", "--database", "default", **empty)
    assert checked.returncode == 0, checked.stderr
    migrated = manage("migrate", "--check", "--skip-checks", **empty)
    assert migrated.returncode == 0, migrated.stdout + migrated.stderr


def test_restore_refuses_a_database_that_holds_tables(taken: Path, empty: dict[str, str]) -> None:
    command("restore", taken, empty)
    with pytest.raises(CommandError, match="is not empty: a restore must not mix with what is there"):
        command("restore", taken, empty)
    with pytest.raises(
        CommandError, match="The database srm holds tables already: restore into an empty one"
    ):
        command("restore", taken, empty | {"SRM_HOME": empty["SRM_HOME"] + "-2"})


def test_backup_is_private_and_leaves_the_old_one_when_it_fails(taken: Path, slot: Slot) -> None:
    assert stat.S_IMODE(taken.stat().st_mode) == 0o600
    before = taken.read_bytes()
    with pytest.raises(CommandError, match="pg_dump failed"):  # srm_app may not read past isolation
        command("backup", taken, {"BACKUP_DATABASE_URL": slot.database_url})
    assert taken.read_bytes() == before
    assert [path.name for path in taken.parent.iterdir()] == [taken.name]


def test_restore_refuses_what_is_no_backup(short_folder: Path, empty: dict[str, str]) -> None:
    for name, data in (("text", b"not a tar"), ("tar", _tar({"other": b"x"}))):
        path = short_folder / name
        path.write_bytes(data)
        with pytest.raises(CommandError, match="backup"):
            command("restore", path, empty)
    assert rows(empty["SUPERUSER_DATABASE_URL"], ROLES) == []


def _tar(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return buffer.getvalue()
