"""The segments of an account, in their order; the one list of them. Must not import anything of the project."""

from __future__ import annotations

from typing import Final

SEGMENTS: Final = (
    "fund",
    "resource",
    "project_year",
    "goal",
    "function",
    "object",
    "location",
    "program",
    "local_1",
    "local_2",
    "local_3",
    "local_4",
)
