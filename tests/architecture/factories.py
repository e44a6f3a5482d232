"""A district with a row in every tenant table, each value its own, and the objects URLs name.

Rows are made from the models alone, so a new table is covered as soon as it exists. A new name in a URL needs
one line in `URL_OBJECTS`; a table whose rows must hold particular values needs them in `WANTED`.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.db import models
from django.utils import timezone

from districts.access.credentials import hash_secret
from districts.access.permissions import Role
from districts.landing.store import stored_path
from districts.models import ApiKey, District, Membership, Upload, User
from districts.tenancy import district_scope
from investments.models import Account
from tests.cast import Cast

DAY = date(2024, 9, 2)
MOMENT = datetime(2024, 9, 2, 12, tzinfo=UTC)

URL_OBJECTS: dict[str, str] = {
    "membership_id": "districts.Membership",
    "invitation_id": "districts.Invitation",
    "school_id": "districts.School",
    "department_id": "districts.Department",
    "alias_id": "districts.SchoolAlias",
    "event_id": "districts.AuditEvent",
    "key_id": "districts.ApiKey",
    "upload_id": "districts.Upload",
    "saved_map_id": "districts.SavedMap",
    "filing_id": "districts.Filing",
    "metric_id": "strategy.Metric",
    "goal_id": "strategy.Goal",
    "initiative_id": "strategy.Initiative",
    "rule_id": "investments.CodingRule",
    "allocation_id": "investments.Allocation",
    "funding_source_id": "investments.FundingSource",
    "decision_id": "diagnostics.Decision",
}
"""The table each name in a URL is the key of."""

URL_QUERIES: dict[str, str] = {
    "investments:counted-list": "?year=2024&kind=actual&band=core",
    "api-ledger-totals": "?fiscal_year=2024&kind=actual",
}
"""What an address needs behind its question mark, where it has no answer without."""

SECRET_KWARGS = {"secret", "key", "uidb36"}
"""Names in URLs that are no keys of rows: signed or hashed secrets of the entrance."""

WANTED: dict[str, dict[str, Any]] = {
    "districts.Membership": {"role": Role.INITIATIVE_LEAD},
    "districts.Invitation": {
        "accepted_at": None,
        "revoked_at": None,
        "expires_at": lambda _: timezone.now() + timedelta(days=7),
    },
    "districts.ApiKey": {"revoked_at": None, "role": Role.BOARD_MEMBER},
    "districts.Upload": {"undone_at": None, "state": "imported", "left_out_rows": []},
    "districts.AuditEvent": {"table_name": "districts_school", "action": "insert", "before": None},
    "districts.Filing": {"is_current": True, "subject": "actual", "family": "ledger", "fiscal_year": 2024},
    "districts.ImportRun": {
        "quality_report": lambda planted: [
            {"name": planted.token, "status": "passed", "expected": "1", "found": "1", "note": planted.token}
        ]
    },
    "investments.Account": {"object": "1100", "resource": "3010", "fund": "01"},
    "investments.LedgerEntry": {"account_id": lambda planted: _row(Account, planted).pk},
    "investments.AccountSum": {
        "account_id": lambda planted: _row(Account, planted).pk,
        "amount": lambda planted: int(planted.amount * 10**6),
    },
    "strategy.Metric": {"break_years": []},
    "strategy.Goal": {"direction": "up", "baseline_value": 10, "target_value": 20, "archived_at": None},
    "strategy.Initiative": {"archived_at": None, "serves_from": DAY, "serves_to": date(2027, 6, 30)},
    "investments.CodingRule": {
        "band": "coded",
        "share": 1,
        "archived_at": None,
        "patterns": {"resource": "3010"},
        "first_fiscal_year": 2023,
        "last_fiscal_year": 2024,
    },
    "diagnostics.MetricResult": {"is_suppressed": False},
    "diagnostics.Trend": {"points": [], "grade": "all", "on_track": {}, "reached": {}},
    "diagnostics.EvaluationPlan": {
        "bar": 1,
        "baseline_year": 2022,
        "first_year": 2023,
        "outcome_year": 2024,
        "replaced_at": None,
        "locked_at": None,
    },
    "diagnostics.CheckIn": {"month": date(2024, 9, 1)},
    "diagnostics.Decision": {"board_action": "", "board_on": None, "withdrawn_at": None},
    "diagnostics.Effect": {"gates": [], "series": []},
}
"""Values that a table's constraints, or the pages that read it, ask for; all others are made up."""


class NoFactory(AssertionError):
    """A URL names something this registry does not know."""


@dataclass
class Planted:
    """A district and one row of each of its tables, all of whose text holds `token`."""

    cast: Cast
    token: str
    amount: Decimal
    rows: dict[str, models.Model] = field(default_factory=dict)
    keys: dict[Role, str] = field(default_factory=dict)

    def url_kwargs(self, names: list[str]) -> dict[str, Any]:
        """Return what a URL needs to name this district's objects; raises NoFactory."""
        return {name: self._url_value(name) for name in names}

    def _url_value(self, name: str) -> Any:
        if name == "slug":
            return self.cast.slug
        if name in SECRET_KWARGS:
            return "no-such-secret"
        if name not in URL_OBJECTS:
            raise NoFactory(
                f"a URL names {name!r}, which tests/architecture/factories.py does not know: add"
                f" {name!r} and its table to URL_OBJECTS."
            )
        return self.rows[URL_OBJECTS[name]].pk


def tenant_models() -> list[type[models.Model]]:
    """Return every model whose rows belong to a district and are kept apart by policy."""
    found = []
    for model in apps.get_models():
        names = {constraint.name for constraint in model._meta.constraints}
        if model is not District and any(str(name).endswith("_district") for name in names):
            found.append(model)
    return found


def plant(*, cast: Cast, token: str, amount: Decimal) -> Planted:
    """Make one row in every tenant table of a district, and an API key for each role."""
    planted = Planted(cast=cast, token=token, amount=amount)
    with district_scope(
        cast.district.pk, actor_id=cast.people[Role.DISTRICT_ADMIN].pk, cause=f"{token} planted"
    ):
        for model in tenant_models():
            _row(model, planted)
        for upload in Upload.objects.all():
            stored_path(upload.sha256).write_text(f"{token} in the file that was landed")
        for role in Role:
            secret = f"srm_{token}_{role.value}"
            ApiKey.objects.create(
                name=f"{token} key {role.value}",
                role=role,
                prefix=secret[:12],
                key_hash=hash_secret(secret),
                created_by=cast.people[Role.DISTRICT_ADMIN],
            )
            planted.keys[role] = secret
    return planted


def _row(model: type[models.Model], planted: Planted) -> models.Model:
    label = model._meta.label
    if label in planted.rows:
        return planted.rows[label]
    values: dict[str, Any] = {}
    for one in model._meta.concrete_fields:
        if one.primary_key or one.name == "district" or getattr(one, "auto_now", False):
            continue
        values[one.name] = _value(one, planted)
    for name, value in WANTED.get(label, {}).items():
        values[name] = value(planted) if callable(value) else value
    planted.rows[label] = model._default_manager.create(**values)
    return planted.rows[label]


def _value(one: Any, planted: Planted) -> Any:
    if one.related_model is User:
        return _another_person(planted) if one.model is Membership else _admin(planted)
    if one.related_model is not None:
        return _row(one.related_model, planted)
    if one.choices:
        return one.choices[0][0]
    made = _MADE.get(one.get_internal_type())
    if made is None:
        raise NoFactory(f"no value is known for a {one.get_internal_type()}: add one to factories.py")
    return made(one, planted)


def _text(one: Any, planted: Planted) -> str:
    text = f"{planted.token} {one.model._meta.model_name} {one.name}"
    return text[: one.max_length] if one.max_length else text


def _decimal(one: Any, planted: Planted) -> Decimal:
    has_room = one.max_digits - one.decimal_places >= 9
    return planted.amount if has_room else Decimal("0.5")


def _small(one: Any, planted: Planted) -> int:
    return 2024 if "year" in one.name else 7


_MADE: dict[str, Any] = {
    "CharField": _text,
    "TextField": _text,
    "SlugField": lambda one, planted: planted.token,
    "EmailField": lambda one, planted: (
        f"{planted.token}.{one.model._meta.model_name}@{planted.token}.example"
    ),
    "DecimalField": _decimal,
    "FloatField": lambda one, planted: float(planted.amount),
    "IntegerField": lambda one, planted: int(planted.amount),
    "PositiveIntegerField": lambda one, planted: int(planted.amount),
    "BigIntegerField": lambda one, planted: int(planted.amount),
    "SmallIntegerField": _small,
    "PositiveSmallIntegerField": _small,
    "BooleanField": lambda one, planted: True,
    "DateField": lambda one, planted: DAY,
    "DateTimeField": lambda one, planted: MOMENT,
    "UUIDField": lambda one, planted: uuid.uuid4(),
    "JSONField": lambda one, planted: [planted.token] if one.default is list else {"note": planted.token},
}


def _admin(planted: Planted) -> User:
    return planted.cast.people[Role.DISTRICT_ADMIN]


def _another_person(planted: Planted) -> User:
    return User.objects.create_user(
        email=f"{planted.token}.another@{planted.token}.example", name=f"{planted.token} another person"
    )
