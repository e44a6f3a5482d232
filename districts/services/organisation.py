"""Write side of the organisation: settings, schools, departments; must not touch people or money."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from districts.errors import DomainError
from districts.models import AuditEvent, Department, District, FundingSegment, School
from districts.pipeline.marks import mark
from districts.tenancy import current_district_id


class NotFound(DomainError):
    """The district has no such school or department."""

    status = 404


class CodeTaken(DomainError):
    """Another school has this id."""


class NameTaken(DomainError):
    """Another department has this name."""


