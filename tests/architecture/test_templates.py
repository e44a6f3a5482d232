"""Templates keep to the content policy: no inline style, no inline script, no handler attribute."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.data import ROOT

TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
REFUSED = {
    "a style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.DOTALL),
    "a style element": re.compile(r"<style\b"),
    "an event handler": re.compile(r"<[^>]*\s(on[a-z]+|hx-on[:\w-]*)\s*=", re.DOTALL),
    "an inline script": re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>"),
    "htmx that needs eval": re.compile(r"hx-(vals|headers)\s*=\s*[\"']js:|hx-trigger\s*=\s*[\"'][^\"']*\["),
    "an address of another host": re.compile(r"(src|href|action)\s*=\s*[\"'](https?:)?//"),
    "a value passed as safe": re.compile(r"\|\s*safe\b|autoescape off"),
}


def breaches(text: str) -> list[str]:
    return [name for name, pattern in REFUSED.items() if pattern.search(text)]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_template_keeps_to_the_content_policy(path: Path) -> None:
    assert breaches(path.read_text()) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('<p\n class="a" style="color:red">', ["a style attribute"]),
        ("<style>p{}</style>", ["a style element"]),
        ('<a onclick="go()">', ["an event handler"]),
        ('<a hx-on:click="go()">', ["an event handler"]),
        ("<script>go()</script>", ["an inline script"]),
        ('<p hx-trigger="click[ctrlKey]">', ["htmx that needs eval"]),
        ('<link href="https://cdn.example/x.css">', ["an address of another host"]),
        ("{{ name|safe }}", ["a value passed as safe"]),
    ],
)
def test_the_guard_catches_each_breach(text: str, found: list[str]) -> None:
    assert breaches(text) == found
