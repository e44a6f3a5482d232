"""Production refuses to start with a default secret, DEBUG or a database that does not keep districts apart."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from tests.data import ROOT
from tests.servers import Slot

BIN = Path(sys.executable).parent
STARTS = {
    "web": [sys.executable, "-c", "import srm.wsgi"],
    "worker": [str(BIN / "celery"), "-A", "srm", "worker", "--pool=solo", "--loglevel=ERROR"],
    "beat": [str(BIN / "celery"), "-A", "srm", "beat", "--schedule={folder}/schedule", "--pidfile="],
}


def start(
    process: str, folder: Path, environment: dict[str, str], seconds: int = 60
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [word.format(folder=folder) for word in STARTS[process]],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=seconds,
    )


@pytest.fixture
def production(committed_db: None, slot: Slot) -> dict[str, str]:
    """An environment that production takes."""
    return os.environ | slot.environment() | {"SRM_ENV": "production", "SRM_ALLOWED_HOSTS": "srm.example"}


def test_production_starts_when_all_is_well(production: dict[str, str], tmp_path: Path) -> None:
    started = start("web", tmp_path, production)
    assert started.returncode == 0, started.stderr


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"SRM_SECRET_KEY": None}, "Set SRM_SECRET_KEY"),
        ({"SRM_SECRET_KEY": "short"}, "Set SRM_SECRET_KEY"),
        ({"SRM_SECRET_KEY_FALLBACKS": "short"}, "SRM_SECRET_KEY_FALLBACKS takes earlier secrets"),
        ({"SRM_DEBUG": "1"}, "SRM_DEBUG=1 is not allowed in production"),
        ({"DATABASE_URL": None}, "Set DATABASE_URL"),
        ({"REDIS_URL": None}, "Set REDIS_URL"),
        ({"SRM_ALLOWED_HOSTS": None}, "Set SRM_ALLOWED_HOSTS"),
    ],
)
def test_production_refuses_unsafe_settings(
    production: dict[str, str], tmp_path: Path, changed: dict[str, str | None], message: str
) -> None:
    environment = {name: value for name, value in (production | changed).items() if value is not None}
    refused = start("web", tmp_path, environment)
    assert refused.returncode == 1
    assert f"ImproperlyConfigured: {message}" in refused.stderr


@pytest.mark.parametrize("process", STARTS)
def test_no_process_starts_on_a_table_whose_isolation_is_off(
    production: dict[str, str], slot: Slot, tmp_path: Path, process: str
) -> None:
    with psycopg.connect(slot.owner_database_url, autocommit=True) as owner:
        owner.execute("ALTER TABLE districts_school NO FORCE ROW LEVEL SECURITY")
    refused = start(process, tmp_path, production)
    assert refused.returncode == 3
    assert "districts_school" in refused.stderr
    assert "SRM does not start: its checks found errors." in refused.stderr


@pytest.mark.parametrize("role", ["srm_owner", "srm_backup", "postgres"])
def test_web_does_not_start_as_another_role(
    production: dict[str, str], slot: Slot, tmp_path: Path, role: str
) -> None:
    url = slot.servers.url(role=role, database=slot.database)
    refused = start("web", tmp_path, production | {"DATABASE_URL": url})
    assert refused.returncode == 3
    assert role in refused.stderr
