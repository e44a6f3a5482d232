"""Data and sizes that tests share. Makes no rows."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared" / "data"
FULL = os.environ.get("SRM_FULL") == "1"

needs_shared = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the public data sets are not beside the project (../shared/data)"
)


def sized(*, usual: int, full: int) -> int:
    """Return how many to try: `usual` in make test, `full` in make test-full."""
    return full if FULL else usual


def chromium() -> str:
    """Return the path of Chromium, or skip the test that needs it."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        found = shutil.which(name)
        if found:
            return found
    mac = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
    if mac.exists():
        return str(mac)
    pytest.skip("no Chromium on this machine (make browser installs it on Debian)")
