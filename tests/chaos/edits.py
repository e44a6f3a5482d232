"""A web-like process that edits two districts through the real services, and writes down what was acknowledged.

Every line it writes follows a commit. An edit that failed, or whose commit nobody answered, is written down
as unknown: it may count or not. Runs as `python -m tests.chaos.edits setup|write|last|verify`.
"""

from __future__ import annotations

import json
import os
import random
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import django

from tests.chaos import judged

FOLDER = Path(os.environ["SRM_HOME"])
RESOURCES = ("3010", "3150", "2600", "6266", "7435", "6053")
DISTRICTS = {"bay": "3868478", "valley": "1062166"}
MUCH_WAITING = 40
SCHOOLS = ("101", "102", "103", "104", "105", "106")
RESULTS_MAP = {
    "school": "School Number",
    "year": "School Year",
    "numerator": "Absent",
    "denominator": "Enrolled",
    "metric": "chronic-absence",
}
HEADER = "Ccode,Dcode,SchoolCode,Fiscalyear,Period,Colcode,Account,Fund,Resource,Projectyear,Goal,Function,Object,Value"


def ledger(state_code: str, *, column: str, chance: random.Random) -> tuple[bytes, Decimal]:
    """Write a small ledger extract of the fiscal year 2024 and say what it sums to."""
    lines, total = [HEADER], Decimal(0)
    for resource in RESOURCES:
        for code in ("1100", "2100", "4300", "7310"):
            amount = Decimal(chance.randrange(100, 100_000_000)) / 100
            total += amount
            lines.append(
                f'"{state_code[:2]}","{state_code[2:]}","0000000","2023","A   ","{column}  ",'
                f'"01{resource}011101000{code}","01","{resource}","0","1110","1000","{code}",{amount}'
            )
    return "\n".join(lines).encode() + b"\n", total


def results(*, chance: random.Random) -> tuple[bytes, Decimal]:
    """Write the days missed at six schools in three years and say how many students they count."""
    lines, total = ["School Number;School Year;Absent;Enrolled"], Decimal(0)
    for school in SCHOOLS:
        for year in ("2021-22", "2022-23", "2023-24"):
            absent = chance.randrange(20, 400)
            total += absent
            lines.append(f"{school};{year};{absent};1000")
    return "\n".join(lines).encode() + b"\n", total


def setup() -> None:
    """Make two districts with four initiatives, a rule and a plan for each, and a year's ledger and budget."""
    from districts.models import District, School
    from districts.tenancy import district_scope
    from investments.services.coding_rules import RuleInput, create_rule
    from strategy.services.goals import GoalInput, create_goal
    from strategy.services.initiatives import create_initiative
    from strategy.services.metrics import MetricInput, create_metric

    for slug, state_code in DISTRICTS.items():
        district = District.objects.create(name=slug, slug=slug, state="CA", state_code=state_code)
        with district_scope(district.pk, cause="setup"):
            metric = create_metric(metric=MetricInput(name="Chronic absence", direction="down"))
            goal = GoalInput(
                name="Come to school",
                metric_id=metric,
                direction="down",
                population="All students",
                baseline_value=Decimal(30),
                baseline_year=2022,
                target_value=Decimal(20),
                due_on=date(2030, 6, 30),
            )
            goal_id = create_goal(goal=goal)
            for code in SCHOOLS:
                School.objects.create(name=f"School {code}", district_code=code)
            for number in range(4):
                initiative = create_initiative(initiative=initiative_input(goal_id, number, 0))
                pattern = {"resource": RESOURCES[number]}
                create_rule(
                    rule=RuleInput(name=f"rule {number} v0", initiative_id=initiative, patterns=pattern)
                )
                judged.make_plan(initiative_id=initiative, number=number)
            for column in ("BB", "BA"):
                land(ledger(state_code, column=column, chance=random.Random(slug))[0], name=f"{column}.csv")

    settle()


def settle() -> None:
    """Do all marked work here and now, so that every run starts from the same finished state."""
    from datetime import timedelta

    from districts.pipeline.engine import run_unit
    from districts.pipeline.sweep import list_waiting_units

    while units := list_waiting_units(older_than=timedelta(0)):
        for unit in units:
            run_unit(unit=unit)


def initiative_input(goal_id: UUID, number: int, version: int) -> Any:
    """An initiative whose name carries its version."""
    from strategy.services.initiatives import InitiativeInput

    return InitiativeInput(
        name=f"initiative {number} v{version}",
        kind="initiative",
        goal_id=goal_id,
        theory_of_action="If we teach more, more is learned.",
        review_on=date(2024 + version % 9, 6, 30),
        review_rule="Ten percent fewer.",
    )


def land(content: bytes, *, name: str, kind: str = "sacs_csv", values: dict[str, str] | None = None) -> UUID:
    """Land a file that is confirmed beforehand, as the API can."""
    from districts.landing.kinds import FileMap
    from districts.landing.services import land_upload

    file_map = FileMap(values=values) if values else None
    landed = land_upload(
        by=None,
        filename=name,
        chunks=[content],
        kind=kind,
        file_map=file_map,
        auto_confirm=True,
        replaces_same_day=True,
    )
    return UUID(str(landed.upload.pk))


@dataclass
class Editor:
    """One person at work in one district, until told to stop."""

    slug: str
    district_id: int
    seed: str
    stop: threading.Event
    log: Any
    versions: dict[str, int] = field(default_factory=dict)

    def work(self) -> None:
        """Edit until told to stop; no failure ends it."""
        from django.db import close_old_connections

        from districts.errors import DomainError

        chance = random.Random(f"{self.seed} {self.slug}")
        kinds: list[Callable[[random.Random], dict[str, Any]]] = [
            self.change_rule,
            self.allocate,
            self.change_initiative,
            self.land_ledger,
            self.land_results,
            self.replace_plan,
            self.check_in,
        ]
        coming: list[Callable[[random.Random], dict[str, Any]]] = []
        while not self.stop.is_set():
            close_old_connections()  # as a request does before and after
            self.let_the_queue_breathe()
            coming = coming or chance.sample(kinds, len(kinds))  # each as often as the others
            edit = coming.pop()
            try:
                self.write(acknowledged=True, **edit(random.Random(chance.random())))
            except DomainError as error:
                self.write(acknowledged=False, edit=edit.__name__, refused=error.message)
            except Exception as error:  # noqa: BLE001 - any answer but a commit is written down
                self.write(
                    acknowledged=False, edit=edit.__name__, error=type(error).__name__, words=str(error)[:200]
                )
                time.sleep(0.1)
            time.sleep(0.03)

    def let_the_queue_breathe(self) -> None:
        """Wait a little while much is waiting: the test is of faults, not of how fast this machine is."""
        from django.db import Error, close_old_connections

        from districts.models import Mark

        for _ in range(20):
            try:
                if self.stop.is_set() or Mark.objects.count() < MUCH_WAITING:
                    return
            except Error:
                close_old_connections()  # the database is down: the edit that follows will say so
            time.sleep(0.1)

    def write(self, **line: Any) -> None:
        """Append one line, in one write."""
        self.log.write(json.dumps({"district": self.district_id, **line}, default=str) + "\n")
        self.log.flush()

    def next_version(self, key: str) -> int:
        """A number that is used once, whether or not the edit succeeds."""
        self.versions[key] = self.versions.get(key, 0) + 1
        return self.versions[key]

    def change_rule(self, chance: random.Random) -> dict[str, Any]:
        """Give a rule another resource and another name."""
        from districts.tenancy import district_scope
        from investments.models import CodingRule
        from investments.services.coding_rules import RuleInput, update_rule

        number = chance.randrange(4)
        version = self.next_version(f"rule {number}")
        with district_scope(self.district_id, cause="edit"):
            found = CodingRule.objects.get(name__startswith=f"rule {number} v")
            rule = RuleInput(
                name=f"rule {number} v{version}",
                initiative_id=found.initiative_id,
                patterns={"resource": chance.choice(RESOURCES)},
            )
            update_rule(rule_id=found.pk, rule=rule)
        return {"edit": "rule", "key": f"rule {number}", "version": version}

    def change_initiative(self, chance: random.Random) -> dict[str, Any]:
        """Give an initiative another review date and another name."""
        from districts.tenancy import district_scope
        from strategy.models import Initiative
        from strategy.services.initiatives import update_initiative

        number = chance.randrange(4)
        version = self.next_version(f"initiative {number}")
        with district_scope(self.district_id, cause="edit"):
            found = Initiative.objects.get(name__startswith=f"initiative {number} v")
            changed = initiative_input(found.goal_id, number, version)
            update_initiative(initiative_id=found.pk, initiative=changed)
        return {"edit": "initiative", "key": f"initiative {number}", "version": version}

    def allocate(self, chance: random.Random) -> dict[str, Any]:
        """Set an allocation; its cents are its version."""
        from districts.models import Filing
        from districts.tenancy import district_scope
        from investments.services.allocations import save_allocation
        from strategy.models import Initiative

        number, source = chance.randrange(4), chance.choice(RESOURCES)
        version = self.next_version(f"allocation {number} {source}")
        with district_scope(self.district_id, cause="edit"):
            budget = Filing.objects.get(subject="budget", is_current=True)
            initiative = Initiative.objects.get(name__startswith=f"initiative {number} v")
            save_allocation(
                filing_id=budget.pk, initiative_id=initiative.pk, source=source, amount=Decimal(version) / 100
            )
        return {"edit": "allocation", "key": f"{number} {source}", "version": version}

    def land_ledger(self, chance: random.Random) -> dict[str, Any]:
        """Land another filing of the year's actuals."""
        from districts.tenancy import district_scope

        content, total = ledger(DISTRICTS[self.slug], column="BA", chance=chance)
        with district_scope(self.district_id, cause="edit"):
            upload = land(content, name=f"{self.next_version('ledger')}.csv")
        return {"edit": "ledger", "key": str(upload), "total": total}

    def land_results(self, chance: random.Random) -> dict[str, Any]:
        """Land another filing of three years of results."""
        from districts.tenancy import district_scope

        content, total = results(chance=chance)
        with district_scope(self.district_id, cause="edit"):
            name = f"{self.next_version('results')} results.csv"
            upload = land(content, name=name, kind="results", values=RESULTS_MAP)
        return {"edit": "results", "key": str(upload), "total": total}

    def replace_plan(self, chance: random.Random) -> dict[str, Any]:
        """Lock another plan in the place of the one in force."""
        from districts.tenancy import district_scope

        number = chance.randrange(4)
        version = self.next_version(f"plan {number}")
        with district_scope(self.district_id, cause="edit"):
            judged.replace_plan(
                initiative_id=self.initiative(number),
                number=number,
                version=version,
                bar=Decimal(chance.randrange(1, 900)) / 100,
            )
        return {"edit": "plan", "key": f"{number}", "version": version}

    def check_in(self, chance: random.Random) -> dict[str, Any]:
        """Say what a school got in a month."""
        from districts.tenancy import district_scope

        number = chance.randrange(4)
        version = self.next_version(f"check-in {number}")
        with district_scope(self.district_id, cause="edit"):
            judged.check_in(
                initiative_id=self.initiative(number),
                version=version,
                delivered=Decimal(chance.randrange(11)),
            )
        return {"edit": "check_in", "key": f"{number}", "version": version}

    def initiative(self, number: int) -> UUID:
        """Return the key of an initiative, whatever its name is by now."""
        from strategy.models import Initiative

        return UUID(str(Initiative.objects.get(name__startswith=f"initiative {number} v").pk))


def write(seed: str) -> None:
    """Edit both districts at once until a file called `stop` appears."""
    from districts.models import District

    stop = threading.Event()
    with (FOLDER / "edits.log").open("a") as log:
        editors = [Editor(d.slug, d.pk, seed, stop, log) for d in District.objects.order_by("slug")]
        threads = [threading.Thread(target=editor.work) for editor in editors]
        for thread in threads:
            thread.start()
        (FOLDER / "writing").touch()
        while not (FOLDER / "stop").exists():
            time.sleep(0.05)
        stop.set()
        for thread in threads:
            thread.join()


def last() -> None:
    """Give the first rule of each district a resource it had not, and be acknowledged."""
    from districts.models import District

    with (FOLDER / "edits.log").open("a") as log:
        for district in District.objects.order_by("slug"):
            editor = Editor(district.slug, district.pk, "last", threading.Event(), log, {"rule 0": 10**6})
            editor.write(acknowledged=True, **editor.change_rule(Always(RESOURCES[5])))


class Always(random.Random):
    """Chance that always picks the first rule and one resource."""

    def __init__(self, choice: str) -> None:
        super().__init__(0)
        self.picked = choice

    def randrange(self, *_: Any) -> int:
        return 0

    def choice(self, _: Any) -> Any:
        return self.picked


def main() -> None:
    """Do what the command line asks for."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "srm.settings")
    django.setup()
    if sys.argv[1] == "setup":
        setup()
    elif sys.argv[1] == "write":
        write(sys.argv[2])
    elif sys.argv[1] == "last":
        last()
    else:
        from tests.chaos.verify import verify

        json.dump(verify(patience=float(sys.argv[2])), sys.stdout)


if __name__ == "__main__":
    main()
