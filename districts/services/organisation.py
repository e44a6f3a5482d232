"""Write side of the organisation: settings, schools, departments; must not touch people or money."""

from districts.errors import DomainError


class NotFound(DomainError):
    """The district has no such school or department."""

    status = 404


class CodeTaken(DomainError):
    """Another school has this id."""


class NameTaken(DomainError):
    """Another department has this name."""
