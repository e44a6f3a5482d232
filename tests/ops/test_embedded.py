"""The embedded servers: private, idempotent, and back after every kind of end."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from srm import embedded


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home whose parents only their owner may enter, as a home folder is."""
    parent = tmp_path_factory.mktemp("closed")
    parent.chmod(0o700)
    yield parent / "home"
    data = (parent / "home" / "servers").resolve()
    embedded.stop(home=parent / "home")
    shutil.rmtree(data, ignore_errors=True)


@pytest.fixture
def servers(home: Path) -> embedded.Servers:
    return embedded.start(home=home)


def one(url: str, query: str) -> object:
    with psycopg.connect(url, connect_timeout=5) as connection:
        row = connection.execute(query).fetchone()
    assert row is not None
    return row[0]


def test_start_is_idempotent(home: Path, servers: embedded.Servers) -> None:
    before = embedded.process_ids(home=home)
    assert embedded.start(home=home) == servers
    assert embedded.process_ids(home=home) == before
    assert one(servers.database_url, "SELECT current_user::text") == "srm_app"
    assert one(servers.owner_database_url, "SELECT current_user::text") == "srm_owner"
    assert redis.Redis.from_url(servers.redis_url).ping() is True


def test_servers_open_no_door_to_other_users(home: Path, servers: embedded.Servers) -> None:
    assert one(servers.superuser_url, "SHOW listen_addresses") == ""
    folder = Path(str(one(servers.superuser_url, "SHOW unix_socket_directories")))
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert len(str(folder / ".s.PGSQL.5432")) < 100
    assert stat.S_IMODE((home / "servers.json").stat().st_mode) == 0o600
    assert stat.S_IMODE((home / "servers").stat().st_mode) == 0o700
    assert stat.S_IMODE(home.parent.stat().st_mode) == 0o700
    methods = one(servers.superuser_url, "SELECT array_agg(DISTINCT auth_method) FROM pg_hba_file_rules")
    assert methods == ["scram-sha-256"]


def test_wrong_passwords_are_refused(servers: embedded.Servers) -> None:
    for url in (servers.database_url, servers.superuser_url):
        role, _, rest = url.partition("//")[2].partition(":")
        wrong = f"postgresql://{role}:wrong@{rest.partition('@')[2]}"
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(wrong)
    address = servers.redis_url.partition("@")[2]
    for url in (f"redis://{address}", f"redis://:wrong@{address}"):
        with pytest.raises(redis.exceptions.AuthenticationError), redis.Redis.from_url(url) as client:
            client.ping()


@pytest.mark.skipif(os.getuid() != 0, reason="only root hands its servers to another user")
def test_root_hands_servers_to_a_user_without_rights(home: Path, servers: embedded.Servers) -> None:
    for pid in embedded.process_ids(home=home).values():
        owner = Path(f"/proc/{pid}").stat().st_uid
        assert owner != 0


def test_roles_hold_what_they_need_and_no_more(servers: embedded.Servers) -> None:
    rows = one(
        servers.superuser_url,
        "SELECT array_agg(concat_ws(' ', rolname, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole)"
        " ORDER BY rolname) FROM pg_roles WHERE rolname LIKE 'srm_%'",
    )
    assert rows == ["srm_app f f f f", "srm_backup f t f f", "srm_owner f f f f"]
    with psycopg.connect(servers.owner_database_url, autocommit=True) as owner:
        owner.execute("DROP TABLE IF EXISTS made")
        owner.execute("CREATE TABLE made (id bigint GENERATED ALWAYS AS IDENTITY, name text)")
    with psycopg.connect(servers.database_url, autocommit=True) as app:
        app.execute("INSERT INTO made (name) VALUES ('a')")
        app.execute("UPDATE made SET name = 'b'")
        app.execute("CREATE TEMPORARY TABLE passing (name text)")
        for refused in ("TRUNCATE made", "DROP TABLE made", "CREATE TABLE other (id int)"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute(refused)
    with psycopg.connect(servers.backup_database_url, autocommit=True) as backup:
        assert backup.execute("SELECT name FROM made").fetchall() == [("b",)]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            backup.execute("DELETE FROM made")
    with psycopg.connect(servers.owner_database_url, autocommit=True) as owner:
        owner.execute("DROP TABLE made")


@pytest.mark.parametrize("end", ["immediate", "killed", "paused"])
def test_servers_come_back_with_what_was_committed(home: Path, servers: embedded.Servers, end: str) -> None:
    with psycopg.connect(servers.owner_database_url, autocommit=True) as owner:
        owner.execute(f"CREATE TABLE {end} AS SELECT 1 AS committed")
    processes = embedded.process_ids(home=home)
    if end == "immediate":
        embedded.restart_postgres(home=home, mode="immediate")
        embedded.restart_valkey(home=home)
    elif end == "killed":
        for pid in processes.values():
            os.kill(pid, signal.SIGKILL)
        deadline = time.monotonic() + 5
        while embedded.process_ids(home=home) and time.monotonic() < deadline:
            time.sleep(0.01)
        assert sorted(embedded.ensure_running(home=home)) == ["postgres", "valkey"]
    else:
        for pid in processes.values():
            os.kill(pid, signal.SIGSTOP)
        embedded.stop(home=home, mode="immediate")
        servers = embedded.start(home=home)
    assert not set(embedded.process_ids(home=home).values()) & set(processes.values())
    assert one(servers.owner_database_url, f"SELECT committed FROM {end}") == 1
    assert redis.Redis.from_url(servers.redis_url).ping() is True


def test_a_process_id_used_again_by_another_program_is_not_ours(
    home: Path, servers: embedded.Servers
) -> None:
    embedded.stop(home=home)
    sleeper = subprocess.Popen(["sleep", "60"])
    try:
        for name in ("postgres/postmaster.pid", "valkey/valkey.pid"):
            (home / "servers" / name).write_text(f"{sleeper.pid}\n")
        assert embedded.process_ids(home=home) == {}
        embedded.stop(home=home)
        assert sleeper.poll() is None
        again = embedded.start(home=home)
        assert one(again.database_url, "SELECT 1") == 1
    finally:
        sleeper.kill()
        sleeper.wait()


def test_data_of_another_version_is_refused_and_kept(home: Path, servers: embedded.Servers) -> None:
    embedded.stop(home=home)
    version = home / "servers" / "postgres" / "PG_VERSION"
    version.write_text("17\n")
    with pytest.raises(embedded.EmbeddedError, match="is of PostgreSQL 17, this is 18"):
        embedded.start(home=home)
    version.write_text("18\n")
    assert one(embedded.start(home=home).database_url, "SELECT 1") == 1


def test_second_start_is_quick(home: Path, servers: embedded.Servers) -> None:
    embedded.stop(home=home)
    started = time.monotonic()
    embedded.start(home=home)
    assert time.monotonic() - started < 5


def test_data_whose_passwords_are_lost_are_kept_and_named(home: Path, servers: embedded.Servers) -> None:
    embedded.stop(home=home)
    state, aside = home / "servers.json", home / "aside.json"
    state.rename(aside)
    with pytest.raises(
        embedded.EmbeddedError, match=r"holds data, but .*servers.json, which opens it, is gone"
    ):
        embedded.start(home=home)
    aside.rename(state)
    assert one(embedded.start(home=home).database_url, "SELECT 1") == 1
