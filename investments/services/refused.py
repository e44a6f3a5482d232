"""What every refusal of the write side of investments looks like; must not know a form."""

from __future__ import annotations

from collections.abc import Mapping

from districts.errors import DomainError


class InvestmentRefused(DomainError):
    """A rule or an allocation that cannot be kept as given; `errors` names each field and what to do."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(" ".join(errors.values()))
        self.errors = dict(errors)


class NotThere(DomainError):
    """The thing to change does not exist in this district."""

    status = 404
