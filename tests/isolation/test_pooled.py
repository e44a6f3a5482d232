"""Random districts on shared connections, a tenth failing in the middle: no wrong row, nothing half-written.

Pages go through the real WSGI stack on a connection pool; jobs through a real worker.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from importlib import import_module
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.utils import timezone

from districts.access.permissions import Role
from districts.models import Department, District, Mark, Membership, User
from districts.tenancy import district_scope
from tests.data import ROOT, sized
from tests.isolation.probe.mutants import ALL
from tests.servers import Slot

SLUGS = ("ash", "birch", "cedar", "dogwood")


@pytest.fixture
def four_districts(committed_db: None) -> dict[str, Any]:
    """Four districts with a department each, a person of each, and one who belongs to all."""
    everywhere = User.objects.create_user(email="everywhere@example.org")
    districts = {}
    for slug in SLUGS:
        district = District.objects.create(name=slug, slug=slug)
        person = User.objects.create_user(email=f"{slug}@example.org")
        with district_scope(district.pk):
            Department.objects.create(name=f"{slug} office")
            Membership.objects.create(user=everywhere, role=Role.CABINET)
            Membership.objects.create(user=person, role=Role.DISTRICT_ADMIN)
        districts[slug] = district.pk
    return {"districts": districts, "sessions": [_session(everywhere) for _ in range(4)]}


def _session(person: User) -> str:
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.create()
    return str(session.session_key)


def send_requests(slot: Slot, plan: dict[str, Any], *, requests: int, mutant: str = "") -> dict[str, Any]:
    """Run the probing process; return what it found wrong, half-written rows included."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.isolation.probe.requests"],
        input=json.dumps(plan | {"requests": requests, "seed": 20261123, "mutant": mutant}),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    report: dict[str, Any] = json.loads(done.stdout)
    expected = {pk: 1 + report["done"].get(slug, 0) for slug, pk in plan["districts"].items()}
    if _departments(slot) != expected:
        report["found"]["half-written rows"] = True
    return report


def _departments(slot: Slot) -> dict[int, int]:
    with psycopg.connect(slot.superuser_url) as superuser:
        return dict(
            superuser.execute("SELECT district_id, count(*) FROM districts_department GROUP BY 1").fetchall()
        )


def test_pooled_requests_see_their_own_district_only(slot: Slot, four_districts: dict[str, Any]) -> None:
    requests = sized(usual=5_000, full=100_000)
    report = send_requests(slot, four_districts, requests=requests)
    assert report["found"] == {}
    assert report["done"]["requests"] == requests
    assert report["done"]["failed on purpose"] > requests / 12


MUTANTS_SEEN_BY = {
    "session level": "alone saw wrong rows",
    "no reset": "nested saw wrong rows",
    "no rollback": "half-written rows",
    "scope around the view only": "inside answered 500",
}


def test_every_mutant_has_its_sign() -> None:
    assert set(MUTANTS_SEEN_BY) == set(ALL) - {""}


@pytest.mark.parametrize("mutant", MUTANTS_SEEN_BY)
def test_pooled_requests_report_the_mutant(slot: Slot, four_districts: dict[str, Any], mutant: str) -> None:
    found = send_requests(slot, four_districts, requests=200, mutant=mutant)["found"]
    assert MUTANTS_SEEN_BY[mutant] in found, found


def run_jobs(slot: Slot, districts: dict[str, int], *, jobs: int, mutant: str = "") -> list[dict[str, Any]]:
    """Mark `jobs` pieces of work of all districts in turn, run a worker on them; return its lines."""
    ids = list(districts.values())
    now = timezone.now()
    marks = [
        Mark(district_id=ids[n % len(ids)], target="probe", ref=str(n), created_at=now) for n in range(jobs)
    ]
    Mark.objects.bulk_create(marks)
    environment = os.environ | {
        "SRM_PROCESS": "worker",
        "SRM_PROBE_MUTANT": mutant,
        "DJANGO_SETTINGS_MODULE": "tests.isolation.probe.settings",
    }
    log = slot.home / "probe.log"
    command = [sys.executable, "-m", "celery", "-A", "srm", "worker", "-c", "2"]
    with (slot.home / "worker.log").open("w") as output:
        worker = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
        try:
            _send([(m.district_id, "probe", m.ref) for m in marks], environment)
            deadline = time.monotonic() + 60 + jobs / 20
            while len({line.get("ref") for line in _lines(log)} - {None}) < jobs:
                assert time.monotonic() < deadline, (slot.home / "worker.log").read_text()[-3000:]
                assert worker.poll() is None, (slot.home / "worker.log").read_text()[-3000:]
                time.sleep(0.2)
        finally:
            worker.terminate()
            worker.wait(timeout=60)
    return _lines(log)


def _send(units: list[tuple[int, str, str]], environment: dict[str, str]) -> None:
    """Send the hints from a web-like process: settings there name the same broker."""
    code = (
        "import json, sys, django; django.setup()\n"
        "from srm.celery import app\n"
        "from districts.pipeline.tasks import run_unit\n"
        "with app.connection_for_write() as c:\n"
        "    [run_unit.apply_async(u, connection=c) for u in json.load(sys.stdin)]\n"
    )
    subprocess.run(
        [sys.executable, "-c", code],
        input=json.dumps(units),
        text=True,
        cwd=ROOT,
        env=environment,
        check=True,
    )


def _lines(log: Path) -> list[dict[str, Any]]:
    if not log.exists():
        return []
    return [json.loads(line) for line in log.read_text().split("\n")[:-1]]


def wrong(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the lines that tell of another district's row, or of one seen outside a scope."""
    return [
        line
        for line in lines
        if "left" in line or line["sql"] != [line["district"]] or line["orm"] != [line["district"]]
    ]


def test_jobs_see_their_own_district_only(slot: Slot, four_districts: dict[str, Any]) -> None:
    jobs = sized(usual=1_000, full=20_000)
    lines = run_jobs(slot, four_districts["districts"], jobs=jobs)
    assert wrong(lines) == []
    tried = {line["ref"]: line for line in lines}
    assert len(tried) == jobs
    kept = Counter(line["district"] for line in tried.values() if not line["fails"])
    assert _departments(slot) == {pk: kept[pk] + 1 for pk in four_districts["districts"].values()}


def test_jobs_report_the_mutant(slot: Slot, four_districts: dict[str, Any]) -> None:
    assert wrong(run_jobs(slot, four_districts["districts"], jobs=60, mutant="session level")) != []
