"""Ledger cost and the coding meter: load the current ledger, share it out, save what changed.

Must not hold arithmetic (`calc` does) nor write anything but derived tables.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import astuple, dataclass
from datetime import date
from typing import Any
from uuid import UUID

import numpy as np
import polars as pl
from django.db import connection
from psycopg import sql

from districts.models import Filing
from districts.pipeline.results import digest, save_results
from districts.pipeline.spec import Outcome, Recompute
from investments.calc.coding import Coding, Ints, Ledger, Rule, code_ledger
from investments.calc.coding_meter import MeterCell, coding_meter
from investments.calc.ledger_cost import CostCell
from investments.calc.ledger_cost import ledger_cost as add_up_ledger_cost
from investments.calc.patterns import SegmentColumn, encode_segment, parse_patterns
from investments.calc.sharing import from_micro, to_share
from investments.models import AmountKind, CodingMeter, CodingRule, LedgerCost
from investments.objects import ObjectSetting, get_object_setting
from investments.open_years import kind_of, open_years, subjects_of
from investments.segments import SEGMENTS

VERSION = "2"
LEDGER_FAMILY = "ledger"

_BETWEEN_CODES = "\x1f"  # no import lets a control character into a code


@dataclass(frozen=True)
class LedgerFiling:
    """One current filing of the ledger: which fiscal year and kind of amount it is, and through which day."""

    id: UUID
    fiscal_year: int
    kind: str
    through_on: date | None = None


@dataclass(frozen=True)
class LoadedLedger:
    """The ledger as calc needs it, and the database's ids of its accounts, by position."""

    ledger: Ledger
    account_ids: Ints


def ledger_cost(context: Recompute) -> Outcome:
    """Recompute the ledger cost of every initiative and the coding meter, whole, from source.

    Idempotent: the same ledger and rules change no row. The same few queries for any number of rules.
    """
    filings = list_current_filings()
    add_up_accounts(filings=filings)
    rules = load_rules()
    objects = get_object_setting()
    segment = objects.funding_segment
    coding = code_current_ledger(rules=rules, filings=filings, also={segment}, objects=objects)
    through = {(one.fiscal_year, one.kind): one.through_on for one in filings}
    changed = save_results(
        context=context,
        model=LedgerCost,
        keys=_COST_KEYS,
        rows=(
            _cost_row(cell) | {"through_on": through.get((cell.fiscal_year, cell.kind))}
            for cell in add_up_ledger_cost(coding=coding, source_segment=segment)
        ),
    )
    changed += save_results(
        context=context,
        model=CodingMeter,
        keys=("fiscal_year", "kind", "fund"),
        rows=(
            _meter_row(cell) | {"through_on": through.get((cell.fiscal_year, cell.kind))}
            for cell in coding_meter(coding=coding)
        ),
    )
    return Outcome(
        changed_rows=changed,
        fingerprint=digest(
            [
                VERSION,
                segment,
                astuple(objects),
                [[str(one.id), str(one.through_on)] for one in filings],
                list(map(_words, rules)),
            ]
        ),
    )


def list_current_filings(*, fiscal_year: int | None = None, kind: str = "") -> list[LedgerFiling]:
    """List the ledger filings that count now, by year and kind; narrowed when asked. One query."""
    current = Filing.objects.filter(family=LEDGER_FAMILY, is_current=True)
    if fiscal_year is not None:
        current = current.filter(fiscal_year=fiscal_year)
    if kind:
        current = current.filter(subject__in=subjects_of([kind]))
    rows = list(
        current.order_by("fiscal_year", "subject", "ledger", "id").values_list(
            "id", "fiscal_year", "subject", "through_on"
        )
    )
    through = open_years(row[1:] for row in rows)
    found = [
        LedgerFiling(
            id=pk,
            fiscal_year=year,
            kind=kind_of(fiscal_year=year, subject=subject, open_through=through),
            through_on=through.get(year) if subject == AmountKind.ACTUAL else None,
        )
        for pk, year, subject, _ in rows
    ]
    return [one for one in found if not kind or one.kind == kind]


def load_rules() -> list[Rule]:
    """Load the coding rules in force, in the order they apply. One query."""
    return [
        rule_of(row=row) for row in CodingRule.objects.filter(archived_at=None).order_by("position", "id")
    ]


def rule_of(*, row: CodingRule) -> Rule:
    """Turn a stored rule into the one that calc applies."""
    return Rule(
        key=str(row.pk),
        owner=None if row.initiative_id is None else str(row.initiative_id),
        band=row.band,
        pattern=parse_patterns(patterns=row.patterns),
        share=to_share(share=row.share),
        first_fiscal_year=row.first_fiscal_year,
        last_fiscal_year=row.last_fiscal_year,
    )


def code_current_ledger(
    *,
    rules: Sequence[Rule],
    filings: Sequence[LedgerFiling],
    also: Collection[str] = (),
    objects: ObjectSetting | None = None,
) -> Coding:
    """Load the filings' sums by account and share them out; segments no rule names stay unread."""
    named = {part.segment for rule in rules for part in rule.pattern.segments}
    loaded = load_ledger(
        filings=filings, segments=named | {"fund", "resource", "object", *also}, objects=objects
    )
    return code_ledger(rules=rules, ledger=loaded.ledger, is_strict=False)


def load_ledger(
    *,
    filings: Sequence[LedgerFiling],
    segments: Collection[str],
    objects: ObjectSetting | None = None,
) -> LoadedLedger:
    """Load the filings' sums by account, with the segments asked for dictionary-coded.

    Sums by account come from those the last recompute kept, or else from the entries themselves;
    amounts arrive as whole micro-dollars. objects: the district's, read when not given. Three queries.
    """
    filing, account, amount = _read_cells(filings=filings)
    account_ids, columns = _read_accounts(names=[name for name in SEGMENTS if name in segments])
    kinds = tuple(dict.fromkeys(one.kind for one in filings))
    year_of = np.array([one.fiscal_year for one in filings], dtype=np.int32)
    kind_of = np.array([kinds.index(one.kind) for one in filings], dtype=np.int32)
    return LoadedLedger(
        ledger=Ledger(
            columns=columns,
            accounts=account_ids.size,
            account=np.searchsorted(account_ids, account).astype(np.int32),
            fiscal_year=year_of[filing],
            kind=kind_of[filing],
            amount=amount,
            kinds=kinds,
            objects=(objects or get_object_setting()).scopes,
        ),
        account_ids=account_ids,
    )


# One value a filing, not one row an account: taking 160,000 rows from the driver one by one takes
# longer than adding up a million. Big-endian pairs of account id and micro-dollars.
_CELLS = """
SELECT array_position(%(ids)s::uuid[], filing_id) - 1,
       string_agg(int8send(account_id) || int8send(amount), ''::bytea)
FROM (
    SELECT filing_id, account_id, amount
    FROM investments_accountsum
    WHERE filing_id = ANY(%(ids)s::uuid[])
    UNION ALL
    SELECT filing_id, account_id, (sum(amount) * 1000000)::bigint
    FROM investments_ledgerentry
    WHERE filing_id = ANY(ARRAY(
        SELECT wanted.filing_id FROM unnest(%(ids)s::uuid[]) AS wanted (filing_id)
        WHERE NOT EXISTS (SELECT 1 FROM investments_accountsum s WHERE s.filing_id = wanted.filing_id)
    ))
    GROUP BY filing_id, account_id
) cells
GROUP BY filing_id
"""
_ACCOUNTS = """
SELECT string_agg(int8send(id), ''::bytea), {columns}
FROM (SELECT * FROM investments_account ORDER BY id) a
"""
_DROP_SUMS = "DELETE FROM investments_accountsum WHERE NOT (filing_id = ANY(%s::uuid[]))"
_ADD_SUMS = """
INSERT INTO investments_accountsum (district_id, filing_id, account_id, amount)
SELECT district_id, filing_id, account_id, (sum(amount) * 1000000)::bigint
FROM investments_ledgerentry
WHERE filing_id = ANY(ARRAY(
        SELECT wanted.filing_id FROM unnest(%(ids)s::uuid[]) AS wanted (filing_id)
        WHERE NOT EXISTS (SELECT 1 FROM investments_accountsum s WHERE s.filing_id = wanted.filing_id)
    ))
GROUP BY district_id, filing_id, account_id
"""


def add_up_accounts(*, filings: Sequence[LedgerFiling]) -> None:
    """Add up by account each filing that is not yet, and drop the sums of filings that no longer count.

    A filing's rows never change, so its sums are made once. Called by the recompute alone, under
    its lock; reading works without them, only slower. Two queries.
    """
    ids = [one.id for one in filings]
    with connection.cursor() as cursor:
        cursor.execute(_DROP_SUMS, [ids])
        cursor.execute(_ADD_SUMS, {"ids": ids})


def _read_cells(*, filings: Sequence[LedgerFiling]) -> tuple[Ints, Ints, Ints]:
    """Read the filings' sums: which filing (its position), account id, micro-dollars."""
    ids = [one.id for one in filings]
    with connection.cursor() as cursor:
        cursor.execute(_CELLS, {"ids": ids})
        parts = [(at, np.frombuffer(packed, dtype=">i8").reshape(-1, 2)) for at, packed in cursor.fetchall()]
    if not parts:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    pairs = np.concatenate([pair for _, pair in parts]).astype(np.int64)
    filing = np.repeat([at for at, _ in parts], [len(pair) for _, pair in parts]).astype(np.int64)
    return filing, pairs[:, 0], pairs[:, 1]


def _read_accounts(*, names: Sequence[str]) -> tuple[Ints, dict[str, SegmentColumn]]:
    """Load the chart of accounts, ordered by id, each segment dictionary-coded."""
    between = sql.Literal(_BETWEEN_CODES)
    columns = [sql.SQL("string_agg({}, {})").format(sql.Identifier(name), between) for name in names]
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(_ACCOUNTS).format(columns=sql.SQL(", ").join(columns)))
        packed, *texts = cursor.fetchone()
    if packed is None:
        nothing = {name: encode_segment(values=[]) for name in names}
        return np.zeros(0, dtype=np.int64), nothing
    ids = np.frombuffer(packed, dtype=">i8").astype(np.int64)
    coded = (_dictionary_coded(values=pl.Series(text.split(_BETWEEN_CODES))) for text in texts)
    return ids, dict(zip(names, coded, strict=True))


def _dictionary_coded(*, values: pl.Series) -> SegmentColumn:
    codes = values.unique().sort()
    index = values.rank("dense").to_numpy().astype(np.int32) - 1
    return SegmentColumn(codes=tuple(codes.to_list()), index=index.astype(np.int32))


_COST_KEYS = (
    "initiative_id",
    "band",
    "fiscal_year",
    "kind",
    "fund",
    "source",
    "object_class",
    "is_indirect",
)


def _cost_row(cell: CostCell) -> dict[str, Any]:
    return {
        "initiative_id": cell.owner,
        "band": cell.band,
        "fiscal_year": cell.fiscal_year,
        "kind": cell.kind,
        "fund": cell.fund,
        "source": cell.source,
        "object_class": cell.object_class,
        "is_indirect": cell.is_indirect,
        "caught": from_micro(amount=cell.caught),
        "counted": from_micro(amount=cell.counted),
    }


def _meter_row(cell: MeterCell) -> dict[str, Any]:
    return {
        "fiscal_year": cell.fiscal_year,
        "kind": cell.kind,
        "fund": cell.fund,
        "total": from_micro(amount=cell.total),
        "coded": from_micro(amount=cell.coded),
        "core": from_micro(amount=cell.core),
        "not_split": from_micro(amount=cell.not_split),
        "not_yet_coded": from_micro(amount=cell.uncoded),
    }


def _words(rule: Rule) -> list[Any]:
    years = [rule.first_fiscal_year, rule.last_fiscal_year]
    return [rule.key, rule.owner, rule.band, rule.pattern.as_dict(), rule.share, years]
