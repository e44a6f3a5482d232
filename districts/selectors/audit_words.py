"""Stored values in the words of the audit: names of rows, maps and lists without brackets; must not query."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_NAMING = ("name", "email", "filename")
_WRAPPERS = frozenset({"values", "options"})


def named(row: Mapping[str, Any]) -> str:
    """Name a row by what it holds: a name, a code with its title, a filing's kind and year; empty else."""
    for field in _NAMING:
        if row.get(field):
            return str(row[field])
    if row.get("code") or row.get("title"):
        return " ".join(str(row[part]) for part in ("code", "title") if row.get(part))
    if row.get("subject") and row.get("fiscal_year") is not None:
        return filing_name(subject=str(row["subject"]), fiscal_year=int(row["fiscal_year"]))
    return ""


def filing_name(*, subject: str, fiscal_year: int) -> str:
    """Name a filing: "budget FY2026"."""
    words = subject.replace("_", " ").replace("-", " ")
    return f"{words} FY{fiscal_year}" if fiscal_year else words


def plain(value: Any) -> str:
    """Write a stored value as a person would say it: "Fund: FUND; Amount: Balance"."""
    if isinstance(value, dict):
        return "; ".join(f"{key}: {part}" for key, part in _leaves(value)) or "nothing"
    if isinstance(value, list):
        return ", ".join(plain(part) for part in value) or "nothing"
    if value is None or value == "":
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def parts_that_differ(
    before: Mapping[str, Any], after: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Keep of two maps the parts that are not the same in both."""
    old, new = dict(before), dict(after)
    for key in before.keys() & after.keys():
        if before[key] == after[key]:
            del old[key], new[key]
        elif isinstance(before[key], dict) and isinstance(after[key], dict):
            old[key], new[key] = parts_that_differ(before[key], after[key])
    return old, new


def _leaves(value: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    for key, part in value.items():
        words = "" if key in _WRAPPERS else str(key).replace("_", " ")
        label = f"{above} {words}".strip()
        if isinstance(part, dict):
            yield from _leaves(part, label)
        elif part not in (None, "", []):
            yield label[:1].upper() + label[1:], plain(part)
