"""Every page with a badge polls in one way: the same answer and the same word that numbers changed."""

from __future__ import annotations

import re
from pathlib import Path

from districts.polling import CHANGED

ROOT = Path(__file__).parents[2]


def test_pages_listen_for_the_one_event_that_the_badge_sends() -> None:
    heard = {
        name
        for path in (ROOT / "templates").rglob("*.html")
        for name in re.findall(r'hx-trigger="([a-z-]+) from:body"', path.read_text())
    }
    assert heard == {CHANGED}
