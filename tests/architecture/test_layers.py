"""Imports go down only: import-linter says so of the tree as it is, and not of one with a planted import."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source import PACKAGES
from tests.data import ROOT


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).parent / "lint-imports"
    return subprocess.run(
        [str(program), "--config", "pyproject.toml", "--no-cache"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(folder)},
    )


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of the product, to plant imports in."""
    folder = tmp_path_factory.mktemp("layers")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def test_imports_go_down_only(copy: Path) -> None:
    done = lint(copy)
    assert done.returncode == 0, done.stdout
    assert "Imports go down only KEPT" in done.stdout


@pytest.mark.parametrize(
    ("planted", "line"),
    [
        ("districts/tenancy/scope.py", "from investments import models"),
        ("strategy/models.py", "import diagnostics.models"),
        ("investments/recompute.py", "from srm import settings"),
        ("investments/models.py", "def late() -> None:\n    import diagnostics.models"),
        ("districts/access/permissions.py", "import numpy"),
    ],
)
def test_a_planted_import_is_refused(copy: Path, planted: str, line: str) -> None:
    path = copy / planted
    before = path.read_text()
    path.write_text(f"{before}\n{line}\n")
    try:
        done = lint(copy)
    finally:
        path.write_text(before)
    assert done.returncode == 1, done.stdout
    assert "BROKEN" in done.stdout
