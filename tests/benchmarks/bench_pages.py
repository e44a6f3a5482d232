"""Pages a second of the product, gunicorn and settings as in the demo, against a bare hello view of Django.

The district is the demo's, made through its own uploads and worker (a small scene in a smoke run).
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from statistics import median

from django.conf import settings
from django.test import Client
from django.urls import reverse

from districts.access.permissions import Role
from districts.models import District, Heartbeat, Membership, User
from districts.tenancy import district_scope
from strategy.models import Initiative
from tests.benchmarks.bed import Bed, answers, copy_assets, free_port, resident, wait_for
from tests.benchmarks.crowd import throughput
from tests.benchmarks.table import Row
from tests.cast import make_cast
from tests.data import ROOT
from tests.diagnostics.scene import make_scene, own_queries

LEAST, MOST_QUERIES = 0.07, 4
REQUESTS, HELLOS = 300, 6_000


def bench_pages(bed: Bed) -> list[Row]:
    """Ask for hello, home and an initiative's page in turn; count queries; weigh the processes."""
    bed.fresh()
    memory: list[Row] = []
    district = _scene() if bed.is_smoke else _demo(bed, memory)
    client, paths = _signed_in(district)
    rows = [_queries(client, name, path) for name, path in paths.items()]
    copy_assets(bed)
    bed.vacuum()
    cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
    return [*_throughput(bed, paths, cookie, memory), *rows, *memory]


def _scene() -> District:
    cast = make_cast(name="Bay Unified", slug="bay", state_code="3868478")
    with district_scope(cast.district.pk, cause="benchmark"):
        make_scene(cast)
    return cast.district


def _demo(bed: Bed, memory: list[Row]) -> District:
    """Make the demo's district as `make demo` does; weigh the worker and the beat after it."""
    with bed.service("worker") as worker, bed.service("beat") as beat:
        wait_for(Heartbeat.objects.exists, what="the worker to start")
        done = subprocess.run(
            [sys.executable, "manage.py", "demo"], cwd=ROOT, capture_output=True, text=True, check=False,
            env=bed.environment() | {"SRM_ENV": "demo", "SRM_URL": "http://127.0.0.1"},
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(done.stdout + done.stderr)
        memory += [
            _weight("worker, after the demo's imports", resident(worker)),
            _weight("beat", resident(beat)),
        ]
    return District.objects.get(slug="san-francisco")


def _weight(name: str, megabytes: Sequence[float]) -> Row:
    parts = " + ".join(f"{one:.0f}" for one in megabytes)
    return Row(f"resident memory: {name} ({parts})", None, sum(megabytes), None, "", None, "MB")


def _signed_in(district: District) -> tuple[Client, dict[str, str]]:
    with district_scope(district.pk):
        person = Membership.objects.filter(role=Role.CABINET).values_list("user_id", flat=True)[0]
        initiative = (
            Initiative.objects.filter(kind="initiative").order_by("name").values_list("pk", flat=True)[0]
        )
    client = Client()
    client.force_login(User.objects.get(pk=person))
    place = {"slug": district.slug}
    return client, {
        "cabinet home": reverse("diagnostics:home-show", kwargs=place),
        "initiative page": reverse(
            "diagnostics:initiative-show", kwargs=place | {"initiative_id": initiative}
        ),
    }


def _queries(client: Client, name: str, path: str) -> Row:
    count = sum(sql not in ("BEGIN", "COMMIT") for sql in own_queries(client, path))
    return Row(
        f"{name}: queries beyond session, user, membership, scope", None, count, None, f"<= {MOST_QUERIES}",
        count <= MOST_QUERIES, "",
    )  # fmt: skip


def _throughput(bed: Bed, paths: dict[str, str], cookie: str, memory: list[Row]) -> list[Row]:
    ports = {name: free_port() for name in ("hello", "web")}
    hellos, requests = bed.sized(HELLOS, least=40), bed.sized(REQUESTS, least=20)
    found: dict[str, list[float]] = {name: [] for name in ("hello", *paths)}
    with bed.service("web", port=ports["web"]) as web:
        command = list(bed.demo_service("web", port=ports["hello"]).command)
        command[command.index("srm.wsgi")] = "tests.benchmarks.hello"
        with bed.process("hello", command, bed.environment()):
            wait_for(lambda: answers(ports["hello"], "/"), what="the hello view")
            wait_for(lambda: answers(ports["web"], "/health/"), what="the web")
            for _ in range(bed.rounds + 1):  # the first is for the processes to warm up
                found["hello"].append(throughput(port=ports["hello"], path="/", requests=hellos))
                for name, path in paths.items():
                    found[name].append(
                        throughput(port=ports["web"], path=path, cookie=cookie, requests=requests)
                    )
        memory.append(_weight("web, after the crowd", resident(web)))
    hello = median(found["hello"][1:])
    rows = []
    for name in paths:
        ratio = median(ours / floor for ours, floor in zip(found[name][1:], found["hello"][1:], strict=True))
        rows.append(
            Row(name, hello, median(found[name][1:]), ratio, f">= {LEAST:g}x hello", ratio >= LEAST, "/s")
        )
    return rows
