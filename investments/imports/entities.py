"""Whose books the rows of a ledger are: where a file holds several, one alone can be loaded. Must not guess which."""

from __future__ import annotations

import polars as pl

from districts.landing.kinds import Reading

_MOST = 5


class Entities:
    """The column that names whose books a row is in, and the one whose rows are wanted.

    Rows of several entities without an answer refuse the file: their sum is nobody's ledger. With an answer,
    rows of the others are counted and left aside; a row without an entity is refused.
    """

    def __init__(self, reading: Reading) -> None:
        self._report = reading.report
        self._column = reading.file_map.get("entity")
        self._wanted = reading.file_map.get("entity_value").strip()
        self._rows: dict[str, int] = {}

    def keep(self, batch: pl.DataFrame) -> pl.DataFrame:
        """Return the rows of the entity wanted, or all where none was named."""
        if not self._column:
            return batch
        for name, rows in batch.group_by(self._column).len().iter_rows():
            self._rows[name or ""] = self._rows.get(name or "", 0) + rows
        if not self._wanted:
            return batch
        blank = batch.filter(pl.col(self._column) == "")
        if blank.height:
            self._report.add_frame(
                rows=blank["_row"],
                values=blank[self._column],
                column=self._column,
                why="does not say whose books it is in",
                what_to_do="Give the row its entity, or leave the row out.",
            )
        return batch.filter(pl.col(self._column) == self._wanted)

    def finish(self) -> None:
        """Say what the file held besides; refuse it where nobody said whose rows to load."""
        named = sorted(name for name in self._rows if name)
        if self._wanted and self._wanted not in named:
            self._refuse(
                self._wanted,
                f"is no value of the column «{self._column}», which holds {_listed(named)}",
                "Type one of them at «Load only the rows of» on the mapping page.",
            )
        elif self._wanted:
            others = sum(self._rows[name] for name in named if name != self._wanted)
            self._report.check(
                name="Rows of others",
                status="info",
                found=f"{others:,} {'row' if others == 1 else 'rows'}",
                note=f"Only the rows of {self._wanted} are loaded; the file also holds those of"
                f" {_listed([name for name in named if name != self._wanted]) or 'nobody else'}.",
            )
        elif len(named) > 1:
            self._refuse(
                _listed(named),
                f"are {len(named)} entities in the column «{self._column}»: their sum is nobody's ledger",
                "Answer «Load only the rows of» on the mapping page, or, if they are parts of this district's own"
                " books, say that no column names an entity.",
            )

    def _refuse(self, value: str, why: str, what_to_do: str) -> None:
        self._report.problem(
            row=0, column=self._column, value=value, why=why, what_to_do=what_to_do, is_of_file=True
        )


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
    return ", ".join(names[:_MOST]) + more
