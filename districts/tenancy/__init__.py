"""Keeping districts apart: scope, policies, base models, request scope, catalog audit. Nothing else."""

from districts.tenancy.base import (
    DistrictManager,
    DistrictModel,
    FactModel,
    UUIDv7,
    parent_key,
)
from districts.tenancy.constraints import (
    Audited,
    BulkForeignKey,
    DistrictForeignKey,
    DistrictPolicy,
    district_table,
)
from districts.tenancy.scope import (
    CrossDistrictScope,
    NoDistrictScope,
    credential_scope,
    current_district_id,
    current_scope,
    district_scope,
    set_local,
    user_scope,
)

__all__ = [
    "Audited",
    "BulkForeignKey",
    "CrossDistrictScope",
    "DistrictForeignKey",
    "DistrictManager",
    "DistrictModel",
    "DistrictPolicy",
    "FactModel",
    "NoDistrictScope",
    "UUIDv7",
    "credential_scope",
    "current_district_id",
    "current_scope",
    "district_scope",
    "district_table",
    "parent_key",
    "set_local",
    "user_scope",
]
