"""The history of a strategic goal or an initiative, from the audit, in words; must not write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q

from districts import formatting
from districts.models import AuditEvent, Department, School, User
from strategy.models import Goal, Initiative, Metric

_HIDDEN = {"id", "district_id", "created_at"}
_ONE_SAVE = timedelta(seconds=5)
_LABELS = {
    "name": "Name",
    "metric_id": "Metric",
    "direction": "Direction",
    "population": "Population",
    "group": "Group in results",
    "baseline_value": "Baseline",
    "baseline_year": "Baseline year",
    "target_value": "Target",
    "due_on": "Due date",
    "archived_at": "Archived",
    "kind": "Kind",
    "goal_id": "Strategic goal",
    "theory_of_action": "Theory of action",
    "owner_id": "Owner",
    "department_id": "Department",
    "grades": "Grades",
    "groups": "Groups",
    "serves_from": "Serves from",
    "serves_to": "Serves to",
    "review_on": "Review date",
    "review_rule": "Review rule",
    "origin_note": "Where it comes from",
}


@dataclass(frozen=True, kw_only=True)
class ValueChange:
    """One field before and after."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class HistoryEntry:
    """One write: who, when, what; `event_id` where it can be put back."""

    at: datetime
    who: str
    words: str
    changes: tuple[ValueChange, ...]
    event_id: int | None


def list_history(*, table: str, row_id: UUID) -> tuple[HistoryEntry, ...]:
    """Return what happened to one row (`table` is "goal" or "initiative"), newest first.

    For an initiative also the schools added and removed. Up to six queries.
    """
    wanted = Q(table_name=f"strategy_{table}", row_id=str(row_id))
    if table == "initiative":
        links = Q(table_name="strategy_initiativeschool")
        wanted |= links & Q(after__initiative_id=str(row_id))
        wanted |= links & Q(before__initiative_id=str(row_id))
    events = list(AuditEvent.objects.filter(wanted).order_by("at", "id"))
    names = _names(events)
    people = {user.pk: str(user) for user in User.objects.filter(pk__in={e.actor_id for e in events})}
    entries: list[HistoryEntry] = []
    for event in events:
        who = people.get(event.actor_id or 0, "The system")
        if event.table_name == "strategy_initiativeschool":
            _add_school(entries, event=event, who=who, names=names)
        else:
            entries.append(_entry(event=event, who=who, names=names))
    return tuple(reversed(entries))


def _entry(*, event: AuditEvent, who: str, names: Mapping[str, str]) -> HistoryEntry:
    before, after = event.before or {}, event.after or {}
    changed = [key for key in _LABELS if before and after and before.get(key) != after.get(key)]
    changes = tuple(
        ValueChange(
            label=_LABELS[key],
            before=_words(before.get(key), names),
            after=_words(after.get(key), names),
        )
        for key in changed
    )
    if not before:
        words = "Created it"
    elif changed == ["archived_at"]:
        words = "Archived it" if after.get("archived_at") else "Restored it"
        changes = ()
    else:
        words = "Changed " + ", ".join(change.label.lower() for change in changes)
    can_put_back = bool(changes) and changed != ["archived_at"]
    return HistoryEntry(
        at=event.at, who=who, words=words, changes=changes, event_id=event.pk if can_put_back else None
    )


def _add_school(
    entries: list[HistoryEntry], *, event: AuditEvent, who: str, names: Mapping[str, str]
) -> None:
    """Add a school that came or went, joined with those of the same save."""
    row = event.after or event.before or {}
    name = names.get(str(row.get("school_id")), "a school")
    label = "Schools added" if event.after else "Schools removed"
    last = entries[-1] if entries else None
    is_same = last is not None and last.who == who and event.at - last.at < _ONE_SAVE
    if last is None or not is_same:
        last = HistoryEntry(at=event.at, who=who, words="Changed its schools", changes=(), event_id=None)
        entries.append(last)
    others = tuple(change for change in last.changes if change.label != label)
    mine = next((change for change in last.changes if change.label == label), None)
    text = f"{mine.after}, {name}" if mine else name
    entries[-1] = replace(last, changes=(*others, ValueChange(label=label, before="", after=text)))


def _names(events: list[AuditEvent]) -> dict[str, str]:
    """Return the names behind the ids the events hold."""
    ids: dict[str, set[str]] = {}
    for event in events:
        for row in (event.before or {}, event.after or {}):
            for key in ("goal_id", "metric_id", "department_id", "school_id", "owner_id"):
                if row.get(key):
                    ids.setdefault(key, set()).add(str(row[key]))
    models: dict[str, Any] = {
        "goal_id": Goal,
        "metric_id": Metric,
        "department_id": Department,
        "school_id": School,
        "owner_id": User,
    }
    found: dict[str, str] = {}
    for key, wanted in ids.items():
        found |= {str(row.pk): str(row) for row in models[key].objects.filter(pk__in=wanted)}
    return found


def _words(value: object, names: Mapping[str, str]) -> str:
    if value in (None, ""):
        return formatting.NOTHING
    text = str(value)
    kinds = {**dict(Initiative.Kind.choices), **dict(Metric.Direction.choices)}
    return names.get(text, kinds.get(text, text))
