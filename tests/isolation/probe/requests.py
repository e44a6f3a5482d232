"""Send random requests of random districts through the whole WSGI stack on a small pool; print what was wrong.

A process of its own: the pool exists in web processes only.
"""

from __future__ import annotations

import io
import json
import os
import random
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from wsgiref.util import setup_testing_defaults

import django

FAILURES = ("python", "database", "template")


def main(plan: dict[str, Any]) -> dict[str, Any]:
    """Run the plan: the number of requests, the seed, cookies, and the districts by slug."""
    django.setup()
    from tests.isolation.probe.mutants import ALL

    ALL[plan["mutant"]]()
    from srm.wsgi import application

    found: Counter[str] = Counter()
    done: Counter[str] = Counter()

    def get(path: str, query: str = "") -> tuple[int, str]:
        environ: dict[str, Any] = {}
        setup_testing_defaults(environ)
        environ |= {
            "HTTP_HOST": "localhost",
            "REMOTE_ADDR": "127.0.0.1",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "HTTP_COOKIE": f"sessionid={random.choice(plan['sessions'])}",
            "wsgi.input": io.BytesIO(),
            "wsgi.errors": sys.stderr,
        }
        status: list[str] = []
        response = application(environ, lambda line, headers, *_: status.append(line))
        body = b"".join(response).decode()
        response.close()
        return int(status[0].split()[0]), body

    def one(number: int) -> None:
        chance = random.Random(f"{plan['seed']}-{number}")
        slug, district = chance.choice(list(plan["districts"].items()))
        kind = chance.choices(["inside", "outside", "alone", "nested"], [16, 2, 1, 1])[0]
        fails = chance.choice(FAILURES) if kind == "inside" and chance.random() < 0.125 else ""
        if kind == "inside":
            status, body = get(f"/d/{slug}/probe/{number}/", f"fail={fails}")
            expected = json.dumps([[district]] * 3)
        elif kind == "outside":
            status, body, expected = *get("/outside/"), "[]"
        else:
            status, body = get(f"/{kind}/{district}/")
            expected = json.dumps([[district], []])
        done["requests"] += 1
        done["failed on purpose"] += bool(fails)
        if status != (500 if fails else 200):
            found[f"{kind} answered {status}"] += 1
        elif not fails and json.loads(body) != json.loads(expected):
            found[f"{kind} saw wrong rows"] += 1
        if kind == "inside" and not fails:
            done[slug] += 1

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(one, range(plan["requests"])))
    return {"found": found, "done": done}


if __name__ == "__main__":
    os.environ["SRM_PROCESS"] = "web"
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.isolation.probe.settings"
    json.dump(main(json.load(sys.stdin)), sys.stdout)
