"""Read side of the audit: who wrote what, when, with each field's old and new value in plain words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Q, QuerySet
from django.db.models.functions import Cast
from django.utils import timezone

from districts.models import AuditEvent, Membership, User
from districts.selectors.account_words import events_said_as, words_of
from districts.selectors.audit_words import named, parts_that_differ, plain
from districts.tenancy import DistrictModel

PAGE_SIZE = 50
_SPOKEN = {"districts.ApiKey": "API key", "districts.User": "account", "districts.District": "organisation"}
_UNSAID = frozenset({"id", "district_id"})
_SAID_ALREADY = frozenset({"event", "email"})  # of an event of an account


@dataclass(frozen=True, kw_only=True)
class AuditFilter:
    """Which writes to show; empty means all. Dates are days of the district."""

    actor_id: int | None = None
    table: str = ""
    since: date | None = None
    until: date | None = None
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class FieldChange:
    """One field of one write: what it said before and after; None where there was no row."""

    key: str
    field: str
    before: str | None
    after: str | None


@dataclass(frozen=True, kw_only=True)
class AuditRow:
    """One write."""

    event_id: int
    at: datetime
    who: str
    action: str
    thing: str
    name: str
    cause: str
    changes: tuple[FieldChange, ...]
    is_of_account: bool = False

    @property
    def title(self) -> str:
        """Say what was done: "Department changed", "Reset password"."""
        words = (self.action, self.thing) if self.is_of_account else (self.thing, self.action)
        return " ".join(words).capitalize()

    @property
    def lead(self) -> str:
        """Say who did it to what: "Ann changed the department “Teaching”."."""
        of = "of " if self.is_of_account and self.thing != "account" else ""
        return f"{self.who} {self.action} the {self.thing}{f' {of}“{self.name}”' if self.name else ''}."

    @property
    def sentence(self) -> str:
        """Say the changes in one line: "Role: Cabinet → Board member"."""
        return "; ".join(_sentence(change) for change in self.changes)


@dataclass(frozen=True, kw_only=True)
class AuditPage:
    """One page of writes, newest first, out of `total`."""

    rows: tuple[AuditRow, ...]
    total: int


@dataclass(frozen=True, kw_only=True)
class Option:
    """One choice of a filter."""

    value: str
    label: str


def list_audit(*, only: AuditFilter, page: int = 1, page_size: int = PAGE_SIZE) -> AuditPage:
    """Return one page of the open district's writes. Queries: two, one for people, one per table named."""
    found = _filtered(only)
    total = found.count()
    page = max(1, min(page, (total + page_size - 1) // page_size))
    events = list(found.order_by("-at", "-id")[(page - 1) * page_size : page * page_size])
    return AuditPage(rows=_rows(events), total=total)


def get_audit_event(*, event_id: int) -> AuditRow | None:
    """Return one write of the open district, or None."""
    event = AuditEvent.objects.filter(pk=event_id).first()
    return _rows([event])[0] if event else None


def list_audit_tables() -> tuple[Option, ...]:
    """Return the tables that were written, in words."""
    names = AuditEvent.objects.order_by().values_list("table_name", flat=True).distinct()
    options = [Option(value=name, label=thing_of(table=name)) for name in names]
    return tuple(sorted(options, key=lambda option: option.label))


def list_audit_people() -> tuple[Option, ...]:
    """Return the people who wrote, and those who belong to the district now."""
    ids = set(AuditEvent.objects.order_by().values_list("actor_id", flat=True).distinct())
    ids |= set(Membership.objects.values_list("user_id", flat=True))
    people = User.objects.filter(pk__in=ids - {None})
    options = [Option(value=str(user.pk), label=user.get_full_name()) for user in people]
    return tuple(sorted(options, key=lambda option: option.label.casefold()))


def thing_of(*, table: str) -> str:
    """Name a table in plain words: "coding rule"."""
    model = _models().get(table)
    if model is None:
        return table
    return _SPOKEN.get(model._meta.label, str(model._meta.verbose_name))


def _filtered(only: AuditFilter) -> QuerySet[AuditEvent]:
    events: QuerySet[AuditEvent] = AuditEvent.objects.all()
    if only.actor_id is not None:
        events = events.filter(actor_id=only.actor_id)
    if only.table:
        events = events.filter(table_name=only.table)
    if only.since:
        events = events.filter(at__gte=_midnight(only.since))
    if only.until:
        events = events.filter(at__lt=_midnight(only.until + timedelta(days=1)))
    if only.text:
        people = list(User.objects.filter(_named(only.text), pk__in=_actors()).values_list("pk", flat=True))
        events = events.annotate(
            before_text=Cast("before", models.TextField()), after_text=Cast("after", models.TextField())
        ).filter(
            Q(before_text__icontains=only.text)
            | Q(after_text__icontains=only.text)
            | Q(cause__icontains=only.text)
            | _account_events(only.text)
            | Q(actor_id__in=people)
        )
    return events


def _named(text: str) -> Q:
    return Q(name__icontains=text) | Q(email__icontains=text)


def _account_events(text: str) -> Q:
    """Match events of accounts by the words they are said in."""
    return Q(table_name=User._meta.db_table, after__event__in=events_said_as(text=text))


def _actors() -> list[int]:
    ids = AuditEvent.objects.order_by().values_list("actor_id", flat=True).distinct()
    return [pk for pk in ids if pk is not None]


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _models() -> dict[str, type[models.Model]]:
    return {model._meta.db_table: model for model in apps.get_models()}


def _rows(events: Iterable[AuditEvent]) -> tuple[AuditRow, ...]:
    events = list(events)
    names = _names_of_references(events)
    return tuple(_row(event, names) for event in events)


def _row(event: AuditEvent, names: Mapping[str, Mapping[str, str]]) -> AuditRow:
    words = words_of(event.after) if event.table_name == User._meta.db_table else None
    people = names.get(User._meta.db_table, {})
    nobody = words.nobody if words else "SRM itself"
    changes = _changes(event, names)
    if words:
        changes = tuple(change for change in changes if change.key not in _SAID_ALREADY)
    return AuditRow(
        event_id=event.pk,
        at=timezone.localtime(event.at),
        who=people.get(str(event.actor_id), "a person since deleted") if event.actor_id else nobody,
        action=words.action if words else AuditEvent.Action(event.action).label,
        thing=words.thing if words else thing_of(table=event.table_name),
        name=_name_of_row(event, names),
        cause=event.cause,
        changes=changes,
        is_of_account=words is not None,
    )


def _name_of_row(event: AuditEvent, names: Mapping[str, Mapping[str, str]]) -> str:
    row = event.after or event.before or {}
    if name := named(row):
        return name
    model = _models().get(event.table_name)
    if row.get("user_id"):
        return names.get(User._meta.db_table, {}).get(str(row["user_id"]), "")
    parts = [
        names.get(one.related_model._meta.db_table, {}).get(str(row.get(one.attname)), "")
        for one in (model._meta.concrete_fields if model else ())
        if one.related_model is not None and one.related_model is not User and one.name != "district"
    ]
    return ", ".join(part for part in parts if part)


def _changes(event: AuditEvent, names: Mapping[str, Mapping[str, str]]) -> tuple[FieldChange, ...]:
    before, after = event.before, event.after
    model = _models().get(event.table_name)
    fields = {f.attname: f for f in model._meta.concrete_fields} if model else {}
    keys = [key for key in {**(before or {}), **(after or {})} if key not in _UNSAID]
    changes = []
    for key in keys:
        old, new = (before or {}).get(key), (after or {}).get(key)
        if old == new and before is not None and after is not None:
            continue
        if old in (None, "") and new in (None, ""):
            continue
        field = fields.get(key)
        if isinstance(old, dict) and isinstance(new, dict):
            old, new = parts_that_differ(old, new)
        changes.append(
            FieldChange(
                key=key,
                field=_label(key, field),
                before=None if before is None else _words(old, field, names),
                after=None if after is None else _words(new, field, names),
            )
        )
    return tuple(changes)


def _label(key: str, field: models.Field[Any, Any] | None) -> str:
    words = (str(field.verbose_name) if field else key.replace("_", " ")).removeprefix("is ")
    return words[:1].upper() + words[1:]


def _words(value: Any, field: models.Field[Any, Any] | None, names: Mapping[str, Mapping[str, str]]) -> str:
    """Write one stored value as a person would say it."""
    if value is None or value == "":
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if field is not None and field.related_model is not None:
        table = field.related_model._meta.db_table
        return names.get(table, {}).get(str(value), f"a {field.verbose_name} that is no longer there")
    if field is not None and field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(field, models.DateTimeField):
        return f"{timezone.localtime(datetime.fromisoformat(str(value))):%Y-%m-%d %H:%M}"
    if isinstance(field, models.DecimalField):
        return f"{Decimal(str(value)).normalize():,f}"
    return plain(value)


def _names_of_references(events: list[AuditEvent]) -> dict[str, dict[str, str]]:
    """Read, table by table, what the rows named by these events are called now."""
    wanted: dict[str, tuple[type[models.Model], set[str]]] = {User._meta.db_table: (User, set())}
    for event in events:
        if event.actor_id:
            wanted[User._meta.db_table][1].add(str(event.actor_id))
        model = _models().get(event.table_name)
        for field in model._meta.concrete_fields if model else ():
            parent = field.related_model
            if parent is None or field.name == "district":
                continue
            ids = wanted.setdefault(parent._meta.db_table, (parent, set()))[1]
            ids |= {
                str(row[field.attname])
                for row in (event.before, event.after)
                if row and row.get(field.attname)
            }
    return {table: _read_names(model, ids) for table, (model, ids) in wanted.items() if ids}


def _read_names(model: type[models.Model], ids: set[str]) -> dict[str, str]:
    """Say what rows are called; of rows that are gone, what they were called when they were last written."""
    if model is not User and not issubclass(model, DistrictModel):
        return {}
    rows = model._default_manager.filter(pk__in=ids)  # noqa: SLF001
    if model.__str__ is models.Model.__str__:
        found = {str(row.pk): named(vars(row)) for row in rows}
    else:
        found = {str(row.pk): str(row) for row in rows}
    gone = ids - found.keys()
    if gone and model is not User:
        last = AuditEvent.objects.filter(table_name=model._meta.db_table, row_id__in=gone).order_by("id")
        found |= {event.row_id: named(event.after or event.before or {}) for event in last}
    return {pk: name for pk, name in found.items() if name}


def _sentence(change: FieldChange) -> str:
    if change.before is None:
        return f"{change.field}: {change.after}"
    if change.after is None:
        return f"{change.field} was {change.before}"
    return f"{change.field}: {change.before} → {change.after}"
