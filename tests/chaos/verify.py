"""What is left after the faults: how long the queue took, which acknowledged writes are lost, which results are wrong."""

from __future__ import annotations

import json
import time
from collections import defaultdict
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from diagnostics.models import Effect, InitiativeReturn, MetricResult, Trend
from districts.models import CalculationRun, District, Filing, Mark, ResultModel, Upload
from districts.pipeline.spec import Recompute, get_pipeline
from districts.tenancy import district_scope
from investments.models import AccountSum, Allocation, CodingMeter, CodingRule, LedgerCost, LedgerEntry
from strategy.models import Initiative
from tests.chaos import judged
from tests.chaos.edits import FOLDER

RESULTS: tuple[type[ResultModel], ...] = (LedgerCost, CodingMeter, Trend, Effect, InitiativeReturn)


def verify(*, patience: float) -> dict[str, Any]:
    """Wait for the queue to drain, then compare everything with what was acknowledged and with a fresh recompute."""
    started = time.monotonic()
    while Mark.objects.exists() and time.monotonic() - started < patience:
        time.sleep(0.1)
    drained_in = time.monotonic() - started
    lines = [json.loads(line) for line in (FOLDER / "edits.log").read_text().splitlines()]
    acknowledged = [line for line in lines if line["acknowledged"]]
    lost: list[Any] = []
    wrong: list[str] = []
    rows = 0
    for district in District.objects.order_by("pk"):
        with district_scope(district.pk, cause="verify"):
            lost += lost_writes([line for line in acknowledged if line["district"] == district.pk])
            wrong += [f"{district.slug}: {words}" for words in unsettled_uploads()]
            shown = shown_results()
            rows += sum(map(len, shown.values()))
            wrong += [f"{district.slug}: {words}" for words in differences(shown, from_scratch(district.pk))]
    return {
        "left": Mark.objects.count(),
        "drained_in": round(drained_in, 1),
        "acknowledged": len(acknowledged),
        "unknown": len([line for line in lines if "error" in line]),
        "refused": sorted({line["refused"] for line in lines if "refused" in line}),
        "errors": sorted({line["error"] for line in lines if "error" in line}),
        "lost": lost,
        "wrong": wrong,
        "result_rows": rows,
        "by_edit": {
            kind: sum(a["edit"] == kind for a in acknowledged)
            for kind in ("rule", "initiative", "allocation", "ledger", "results", "plan", "check_in")
        },
    }


def lost_writes(acknowledged: list[dict[str, Any]]) -> list[str]:
    """Return the acknowledged writes that are not there; a later one of the same thing may have replaced it."""
    newest: dict[tuple[str, str], int] = defaultdict(int)
    for line in acknowledged:
        if "version" in line:
            thing = (line["edit"], line["key"])
            newest[thing] = max(newest[thing], line["version"])
    there = {("rule", name.split(" v")[0]): int(name.split(" v")[1]) for name in _names(CodingRule)}
    there |= {("initiative", name.split(" v")[0]): int(name.split(" v")[1]) for name in _names(Initiative)}
    there |= judged.versions()
    for allocation in Allocation.objects.select_related("initiative", "funding_source"):
        number = allocation.initiative.name.split()[1]
        there[("allocation", f"{number} {allocation.funding_source.code}")] = int(allocation.amount * 100)
    lost = [f"{thing} v{version}" for thing, version in newest.items() if there.get(thing, -1) < version]
    for line in acknowledged:
        if line["edit"] == "ledger":
            stored = LedgerEntry.objects.filter(filing__upload_id=line["key"]).aggregate(sum=Sum("amount"))[
                "sum"
            ]
            if stored != Decimal(line["total"]):
                lost.append(f"ledger {line['key']}: {stored} instead of {line['total']}")
        if line["edit"] == "results":
            found = MetricResult.objects.filter(filing__upload_id=line["key"])
            stored = found.aggregate(sum=Sum("numerator"))["sum"]
            if stored != Decimal(line["total"]):
                lost.append(f"results {line['key']}: {stored} instead of {line['total']}")
    return lost


def _names(model: Any) -> list[str]:
    return list(model.objects.values_list("name", flat=True))


def unsettled_uploads() -> list[str]:
    """Return uploads that were not imported, and slices without exactly one current filing, the newest."""
    problems = [
        f"upload {upload.pk} is {upload.state}: {upload.message}"
        for upload in Upload.objects.exclude(state=Upload.State.IMPORTED)
    ]
    slices = Filing.objects.values_list("family", "subject", "fiscal_year").distinct()
    for family, subject, year in slices:
        filings = Filing.objects.filter(family=family, subject=subject, fiscal_year=year).order_by(
            "-filed_at", "-created_at", "-id"
        )
        current = [filing.pk for filing in filings if filing.is_current]
        if current != [filing.pk for filing in filings[:1]] or not current:
            problems.append(f"{subject} FY{year}: {len(current)} current filings, or an old one")
    return problems


def shown_results() -> dict[str, set[tuple[str, str]]]:
    """Return what every result table shows now, as (what about, what it says)."""
    return {
        model.__name__: set(model.objects.filter(shown_until=None).values_list("row_key", "row_hash"))
        for model in RESULTS
    }


def from_scratch(district_id: int) -> dict[str, set[tuple[str, str]]]:
    """Compute every result of the district anew, with no result there before; leave nothing of it.

    A verdict once issued is no result of today's data but a record: it stays, closed, and is issued again or not.
    """
    with transaction.atomic():
        InitiativeReturn.objects.filter(issue__gte=1, shown_until=None).update(shown_until=timezone.now())
        InitiativeReturn.objects.filter(issue=0).delete()
        for model in (LedgerCost, CodingMeter, Trend, Effect, AccountSum):
            model.objects.all().delete()
        for calculation in get_pipeline().calculations:
            now = timezone.now()
            run = CalculationRun.objects.create(
                calculation=calculation.name, version="scratch", state="done", started_at=now, finished_at=now
            )
            calculation.recompute(Recompute(district_id=district_id, run=run, now=now))
        results = shown_results()
        transaction.set_rollback(True)
    return results


def differences(
    shown: dict[str, set[tuple[str, str]]], scratch: dict[str, set[tuple[str, str]]]
) -> list[str]:
    """Return the tables whose rows differ, and by how many."""
    return [
        f"{name}: {len(shown[name] ^ scratch[name])} rows differ"
        for name in shown
        if shown[name] != scratch[name]
    ]
