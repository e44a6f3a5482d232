"""What every refusal of plans and check-ins looks like; must not know a form."""

from __future__ import annotations

from collections.abc import Mapping

from districts.errors import DomainError


class EvaluationRefused(DomainError):
    """A plan or check-ins that cannot be kept as given; `errors` names each field and what to do about it."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(" ".join(errors.values()))
        self.errors = dict(errors)


class NotThere(DomainError):
    """The initiative does not exist in this district."""

    status = 404


class NotTheLead(DomainError):
    """Somebody else leads this initiative."""

    status = 409
