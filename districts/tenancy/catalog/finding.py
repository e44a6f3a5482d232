"""What the audit reports."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One thing that could show a district another's rows: where, what, and what to do."""

    where: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.where}: {self.problem}"
