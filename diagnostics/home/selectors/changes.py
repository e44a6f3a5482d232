"""What changed since a person's last visit, in words, from the audit and the runs; must not write."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Subquery, TextField, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce, NullIf

from diagnostics.home.selectors.state import RecomputeRun
from districts.models import AuditEvent, Upload, User

_MOST = 400
_TABLES = (
    "strategy_goal",
    "strategy_initiative",
    "strategy_initiativeschool",
    "investments_codingrule",
    "investments_allocation",
    "districts_upload",
)
_NOUNS = {"strategy_goal": "strategic goal", "strategy_initiative": "initiative"}
_MANY = {
    "strategy_goal": "{verb} {many} strategic goals",
    "strategy_initiative": "{verb} {many} initiatives",
    "strategy_initiativeschool": "{verb} the schools of {many} initiatives",
    "investments_codingrule": "{verb} the coding rules of {many} initiatives",
    "investments_allocation": "{verb} the allocations of {many} initiatives",
}
_FEW = 3
_CALCULATIONS = {
    "ledger_cost": "Initiative costs",
    "trend": "Trends of metrics",
    "initiative_return": "Verdicts",
}
_ENDED = (Upload.State.IMPORTED, Upload.State.UNDONE, Upload.State.REJECTED, Upload.State.FAILED)


@dataclass(frozen=True, kw_only=True)
class Change:
    """One thing that changed; `initiative_id` where it is about an initiative."""

    at: datetime
    who: str
    words: str
    initiative_id: UUID | None = None
    upload_id: UUID | None = None


def list_changes(
    *, since: datetime, names: Mapping[UUID, str], runs: Iterable[RecomputeRun]
) -> tuple[Change, ...]:
    """Return what changed since a moment, newest first, each thing once.

    `names` are the initiatives in use. One query.
    """
    person = User.objects.filter(pk=OuterRef("actor_id"))
    events = (
        AuditEvent.objects.filter(at__gt=since, table_name__in=_TABLES)
        .order_by("-at", "-id")
        .values(
            "at",
            "table_name",
            "row_id",
            "action",
            who=Coalesce(
                NullIf(Subquery(person.values("name")[:1]), Value("")),
                Subquery(person.values("email")[:1]),
                output_field=TextField(),
            ),
            name=KeyTextTransform("name", "after"),
            filename=KeyTextTransform("filename", "after"),
            state=KeyTextTransform("state", "after"),
            archived_at=KeyTextTransform("archived_at", "after"),
            was_archived_at=KeyTextTransform("archived_at", "before"),
            of_initiative=Coalesce(
                KeyTextTransform("initiative_id", "after"), KeyTextTransform("initiative_id", "before")
            ),
        )[:_MOST]
    )
    found: dict[tuple[str, str], Change] = {}
    began = _began(events)
    for event in events:
        key, change = _read(event, names=names, began=began)
        if change is not None:
            found.setdefault(key, change)
    changes = [*_gathered(found), *_recomputed(runs=runs, since=since)]
    return tuple(sorted(changes, key=lambda change: change.at, reverse=True))


def _gathered(found: Mapping[tuple[str, str], Change]) -> list[Change]:
    """Return the changes, more than three of one kind by one person as one line."""
    kinds: dict[tuple[str, str, str], list[Change]] = {}
    for (table, _), change in found.items():
        verb = change.words.split(" ", 1)[0] if table in _MANY else change.words
        kinds.setdefault((table, change.who, verb), []).append(change)
    lines: list[Change] = []
    for (table, who, verb), same in kinds.items():
        if len(same) > _FEW:
            words = _MANY[table].format(verb=verb, many=len(same))
            lines.append(Change(at=max(one.at for one in same), who=who, words=words))
        else:
            lines += same
    return lines


def _began(events: Iterable[Mapping[str, Any]]) -> set[str]:
    """Return the rows that were created in the time shown: their later changes say nothing more."""
    return {event["row_id"] for event in events if event["action"] == "insert"}


def _read(
    event: Mapping[str, Any], *, names: Mapping[UUID, str], began: set[str]
) -> tuple[tuple[str, str], Change | None]:
    table, row_id = event["table_name"], event["row_id"]
    who = event["who"] or "The system"
    if table in _NOUNS:
        is_initiative = table == "strategy_initiative"
        words = f"{_verb(event, began)} the {_NOUNS[table]} {event['name'] or ''}".strip()
        change = Change(
            at=event["at"],
            who=who,
            words=words,
            initiative_id=UUID(row_id) if is_initiative else None,
        )
        return (table, row_id), change
    if table == "districts_upload":
        return (table, row_id), _read_upload(event, who=who)
    initiative = event["of_initiative"]
    if table == "strategy_initiativeschool" and initiative in began:
        return (table, initiative or ""), None
    if initiative is None:
        return (table, ""), Change(at=event["at"], who=who, words="changed coding rules of no initiative")
    noun = {
        "strategy_initiativeschool": "the schools of",
        "investments_codingrule": "the coding rules of",
        "investments_allocation": "the allocations of",
    }[table]
    name = names.get(UUID(initiative), "an archived initiative")
    change = Change(at=event["at"], who=who, words=f"changed {noun} {name}", initiative_id=UUID(initiative))
    return (table, initiative), change


def _verb(event: Mapping[str, Any], began: set[str]) -> str:
    if event["archived_at"] and not event["was_archived_at"]:
        return "archived"
    if event["was_archived_at"] and not event["archived_at"]:
        return "restored"
    if event["row_id"] in began:
        return "set" if event["table_name"] == "strategy_goal" else "started"
    return "changed"


def _read_upload(event: Mapping[str, Any], *, who: str) -> Change | None:
    state, name = event["state"], f"“{event['filename']}”"
    if state is None:
        return None
    words = {
        Upload.State.IMPORTED: f"{name} was imported",
        Upload.State.UNDONE: f"the import of {name} was undone",
        Upload.State.REJECTED: f"{name} has problems and was not imported",
        Upload.State.FAILED: f"{name} could not be processed",
    }.get(Upload.State(state), f"{name} was uploaded and is not imported yet")
    is_by_person = state not in _ENDED
    return Change(
        at=event["at"], who=who if is_by_person else "", words=words, upload_id=UUID(event["row_id"])
    )


def _recomputed(*, runs: Iterable[RecomputeRun], since: datetime) -> list[Change]:
    latest: dict[str, Change] = {}
    for run in runs:
        if run.finished_at > since and run.calculation in _CALCULATIONS:
            words = (
                f"{_CALCULATIONS[run.calculation]} were computed anew: {run.changed_rows:,} numbers changed"
            )
            latest.setdefault(run.calculation, Change(at=run.finished_at, who="", words=words))
    return list(latest.values())
