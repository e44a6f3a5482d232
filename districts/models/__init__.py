"""The foundation's tables."""

from districts.models.audit import AuditEvent
from districts.models.district import Department, District, FundingSegment, ObjectChart, School, SchoolAlias
from districts.models.landing import Filing, ImportRun, SavedMap, Upload, UploadProblem
from districts.models.people import ApiKey, Invitation, Membership, SavedView, SignInCount, User
from districts.models.work import (
    Attempt,
    CalculationRun,
    Heartbeat,
    Mark,
    ResultModel,
    result_table,
)

__all__ = [
    "ApiKey",
    "Attempt",
    "AuditEvent",
    "CalculationRun",
    "Department",
    "District",
    "Filing",
    "FundingSegment",
    "Heartbeat",
    "ImportRun",
    "Invitation",
    "Mark",
    "Membership",
    "ObjectChart",
    "ResultModel",
    "SavedMap",
    "SavedView",
    "School",
    "SchoolAlias",
    "SignInCount",
    "Upload",
    "UploadProblem",
    "User",
    "result_table",
]
