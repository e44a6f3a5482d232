"""What a file may cost to read. Pure values; must not read settings or files."""

from dataclasses import dataclass

from districts.errors import DomainError

MEBIBYTE = 1024 * 1024


class Unreadable(DomainError):
    """The file as a whole cannot be read; the message says why and what to do."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Bounds that keep reading within memory whatever the file holds."""

    max_upload: int = 256 * MEBIBYTE
    max_columns: int = 1_000
    max_cell_length: int = 32_767
    max_line_length: int = 2 * MEBIBYTE
    max_unpacked: int = 768 * MEBIBYTE
    max_pack_ratio: int = 250
    max_pack_entries: int = 2_000
    max_workbook_cells: int = 12_600_000
    max_problems_on_disk: int = 1_000_000
    max_problems_in_memory: int = 1_000


def describe_bytes(size: int) -> str:
    """Say a size as a person would: 12 MB, 640 KB."""
    if size >= MEBIBYTE:
        return f"{size / MEBIBYTE:,.0f} MB"
    return f"{max(1, round(size / 1024)):,} KB"
