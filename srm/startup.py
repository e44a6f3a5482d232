"""What a long-running process does before its first work: refuse to run unsafely. Holds no check itself."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from django.core import checks
from django.db import connections

ISOLATION = "districts.E001"  # only a warning to a command of srm_owner; never to what runs for long


def refuse_unsafe_start(*, tags: Sequence[str] | None = None) -> None:
    """End this process, saying why, when a system check finds an error; the isolation audit is one.

    `tags` limits the checks to what matters to the process: a worker serves no page.
    """
    found = checks.run_checks(tags=tags, databases=["default"])
    _let_go_of_the_database()
    errors = [
        message
        for message in found
        if (message.is_serious() or message.id == ISOLATION) and not message.is_silenced()
    ]
    if not errors:
        return
    for error in errors:
        sys.stderr.write(f"{error}\n")
    sys.stderr.write("SRM does not start: its checks found errors.\n")
    raise SystemExit(3)


def _let_go_of_the_database() -> None:
    """Close what the checks opened: processes are forked next, and a connection must not be shared."""
    for connection in connections.all(initialized_only=True):
        connection.close()
        close_pool = getattr(connection, "close_pool", None)
        if close_pool is not None:
            close_pool()
