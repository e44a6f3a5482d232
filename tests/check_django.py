"""Django's own checks, as `make check` runs them: migrations complete, production settings safe, isolation in force."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.data import ROOT
from tests.servers import Slot

COMMANDS = (
    ["makemigrations", "--check", "--dry-run"],
    ["check", "--deploy", "--database", "default", "--fail-level", "WARNING"],
)


def main() -> int:
    """Run every command on a freshly migrated database and return the number that failed."""
    slot = Slot()
    try:
        slot.clone()
        environment = os.environ | slot.environment() | {"SRM_ENV": "production"}
        failed = 0
        for command in COMMANDS:
            done = subprocess.run(
                [sys.executable, "manage.py", *command], cwd=ROOT, env=environment, check=False
            )
            failed += done.returncode != 0
        return failed
    finally:
        slot.release()


if __name__ == "__main__":
    sys.exit(main())
