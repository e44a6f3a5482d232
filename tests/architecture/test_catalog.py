"""The catalog audit: silent on the database as migrated, loud on every mistake of `mutations`."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import psycopg
import pytest
from django.apps import apps
from django.core import checks
from django.db import connection

from districts.database import roles
from districts.tenancy import DistrictModel, FactModel
from districts.tenancy.catalog import Finding, audit, exceptions, list_tenant_tables
from tests.architecture import mutations
from tests.data import ROOT
from tests.servers import Slot


@pytest.fixture
def superuser(slot: Slot, django_db_setup: None) -> Iterator[psycopg.Connection]:
    """A superuser in a transaction that is always undone, changes of roles included."""
    with psycopg.connect(slot.superuser_url) as opened:
        yield opened
        opened.rollback()


def audit_as_app(opened: psycopg.Connection) -> list[Finding]:
    opened.execute("SET LOCAL SESSION AUTHORIZATION srm_app")
    return audit(opened.cursor())


def test_audit_of_the_migrated_database_finds_nothing(superuser: psycopg.Connection) -> None:
    assert audit_as_app(superuser) == []


@pytest.mark.parametrize("mutation", mutations.ALL, ids=lambda m: m.name)
def test_audit_reports_the_mistake(superuser: psycopg.Connection, mutation: mutations.Mutation) -> None:
    superuser.execute("SELECT set_config('session_authorization', %s, true)", [mutation.by])
    superuser.execute(mutation.sql)
    findings = audit_as_app(superuser)
    assert [f for f in findings if f.where == mutation.where and mutation.problem in f.problem], findings
    assert all(finding.remedy for finding in findings)


@pytest.mark.parametrize(
    ("role", "words"), [(roles.OWNER, "not connected as srm_app"), ("postgres", "is a superuser")]
)
def test_audit_reports_the_wrong_role(slot: Slot, django_db_setup: None, role: str, words: str) -> None:
    with psycopg.connect(slot.servers.url(role=role, database=slot.database)) as opened:
        problems = [f.problem for f in audit(opened.cursor()) if f.where == f"role {role}"]
    assert [p for p in problems if words in p], problems


@pytest.mark.django_db
def test_every_exception_still_names_something() -> None:
    """A stale line in the list of exceptions would excuse a later table of the same name."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind IN ('r', 'p', 'i')")
        names = {name for (name,) in cursor.fetchall()}
        cursor.execute("SELECT table_name, column_name FROM information_schema.columns")
        columns = set(cursor.fetchall())
    listed = {
        *exceptions.PLATFORM_TABLES,
        *exceptions.OWN_ROW_TABLES,
        *exceptions.APPEND_ONLY_TABLES,
        *exceptions.UNAUDITED_TABLES,
        *exceptions.PROVENANCE_TABLES,
        *exceptions.UNIQUE_WITHOUT_DISTRICT,
    }
    assert listed - names == set()
    assert set(exceptions.REFERENCES_WITHOUT_KEY) - columns == set()


@pytest.mark.django_db
def test_every_model_is_a_tenant_table_or_a_listed_one() -> None:
    with connection.cursor() as cursor:
        tenant = set(list_tenant_tables(cursor))
    by_model = {m._meta.db_table for m in apps.get_models() if issubclass(m, DistrictModel | FactModel)}
    assert tenant == by_model


@pytest.mark.django_db
def test_the_audit_is_a_check_of_the_database() -> None:
    assert checks.run_checks(tags=[checks.Tags.database], databases=["default"]) == []


STARTS = {
    "web": [sys.executable, "-c", "import srm.wsgi"],
    "worker": [sys.executable, "-m", "celery", "-A", "srm", "worker", "--pool", "solo"],
    "beat": [sys.executable, "-m", "celery", "-A", "srm", "beat", "-s", "schedule"],
}


@pytest.mark.parametrize("process", STARTS)
@pytest.mark.parametrize("mistake", ["policy", "role"])
def test_a_process_whose_audit_fails_does_not_start(
    committed_db: None, slot: Slot, tmp_path: object, process: str, mistake: str
) -> None:
    environment = os.environ | slot.environment()
    environment["SRM_PROCESS"] = "web" if process == "web" else "worker"
    if mistake == "role":
        environment["DATABASE_URL"] = slot.owner_database_url
        words = "not connected as srm_app"
    else:
        with psycopg.connect(slot.owner_database_url) as owner:
            owner.execute("DROP POLICY school_district ON districts_school")
        words = "districts_school: lacks the policy"
    done = subprocess.run(
        STARTS[process], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode != 0
    assert words in done.stderr
    assert "does not start" in done.stderr
