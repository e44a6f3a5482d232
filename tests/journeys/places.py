"""Make a district for journeys on the running installation: `python -m tests.journeys.places <name>`.

Runs as a process of its own. Files go through the product's own uploads and worker. Prints a `Place` as JSON.
"""

from __future__ import annotations

import dataclasses
import json
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import django

django.setup()

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes  # noqa: E402
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret  # noqa: E402
from django.apps import apps  # noqa: E402
from django.utils import timezone  # noqa: E402

from districts.access.permissions import Role  # noqa: E402
from districts.landing.kinds import FileMap  # noqa: E402
from districts.landing.services import confirm_school_names, land_upload, save_map, undo_upload  # noqa: E402
from districts.models import Attempt, Mark, Membership, School, Upload, User  # noqa: E402
from districts.services.keys import create_key  # noqa: E402
from districts.services.people import invite_person  # noqa: E402
from districts.services.recovery import issue_reset_link  # noqa: E402
from districts.tenancy import district_scope  # noqa: E402
from investments.models import CodingRule  # noqa: E402
from investments.services import archive_rule  # noqa: E402
from srm.demo_district import build  # noqa: E402
from srm.demo_district.places import FILES, make_departments, make_schools  # noqa: E402
from srm.demo_district.san_francisco import SAN_FRANCISCO  # noqa: E402
from strategy.models import Goal, Initiative  # noqa: E402
from strategy.services import archive_goal, archive_initiative  # noqa: E402
from tests.architecture.factories import URL_OBJECTS  # noqa: E402
from tests.cast import PASSWORD, Cast, make_cast  # noqa: E402
from tests.journeys import decided  # noqa: E402
from tests.journeys.site import Place  # noqa: E402

STATE_CODE = "3868478"
A_YEARS = ("*_A_2022-23_*.dat", "*_A_2023-24_*.dat")
UNKNOWN = "Cost centre,Konto,Euros\n0110,4711,12.50\n0120,4712,3.00\n"
GENERIC = "Fund,Resource,Function,Object,Amount\n01,3010,1000,1100,1200.50\n01,0000,2700,1300,200.25\n"
NOBODYS = "colour,shape\nred,round\nblue,square\n"


def bay() -> Place:
    """Two years of San Francisco's actuals with budgets, code lists, results, every decision of the demo."""
    cast = make_cast(name="Bay Unified", slug="bay", state_code=STATE_CODE)
    build.make_organisation(district=cast.district)
    manager = cast.people[Role.DATA_MANAGER].pk
    for path in _files():
        _land(cast, path.read_bytes(), path.name, auto_confirm=True)
    _wait(cast)
    cabinet = cast.people[Role.CABINET].pk
    build.decide(district=cast.district, by=cabinet, say=_silent)
    build.plan(district=cast.district, by=manager, say=_silent, story=SAN_FRANCISCO)
    with district_scope(cast.district.pk, actor_id=manager, cause="journeys"):
        decided.draft_a_plan(by=manager)
        decided.check_in(by=cabinet)
        codes = {"The Alamo": School.objects.get(name="Alamo ES").pk, "District office": "left_out"}
        confirm_school_names(by=manager, answers={name: str(one) for name, one in codes.items()})
    uploads = _uploads_in_every_state(cast)
    _wait(cast)
    with district_scope(cast.district.pk, actor_id=manager, cause="journeys"):
        objects = {name: _rows(label) for name, label in URL_OBJECTS.items()}
        objects["upload_id"] = [_newest_import(), *uploads]
        objects |= decided.decide(by=cabinet) | decided.asked_for_names()
        secrets = _secrets(cast)
        archived = _archive_something()
        for name, pk in archived.items():
            objects[name] = [*objects[name], pk]
    return _place(cast, objects | secrets)


def loop() -> Place:
    """A district with people and schools, and no goal, no file and no figure yet."""
    return _begun(name="Loop Unified", slug="loop")


def decide() -> Place:
    """Another such district, for the loop up to a decision."""
    return _begun(name="Decide Unified", slug="decide")


def _begun(*, name: str, slug: str) -> Place:
    cast = make_cast(name=name, slug=slug, state_code=STATE_CODE)
    with district_scope(cast.district.pk, cause="journeys"):
        make_schools()
        make_departments()
    return _place(cast, {})


def data() -> Place:
    """A district with people and nothing else, for the data pages."""
    return _place(make_cast(name="Data Unified", slug="data", state_code=STATE_CODE), {})


PLACES: dict[str, Callable[[], Place]] = {"bay": bay, "loop": loop, "decide": decide, "data": data}


def _files() -> Iterator[Path]:
    yield from sorted((FILES / "ledger" / "codes").glob("*_fy2021-22.csv"))
    for pattern in A_YEARS:
        yield from (FILES / "ledger").glob(pattern)
    yield from (FILES / "schools").glob("chronic_absenteeism_*.csv")


def _land(cast: Cast, content: bytes, filename: str, **given: Any) -> Upload:
    by = cast.people[Role.DATA_MANAGER].pk
    with district_scope(cast.district.pk, actor_id=by, cause=f"upload of {filename}"):
        return land_upload(by=by, filename=filename, chunks=[content], **given).upload


def _silent(_words: str) -> None:
    """Say nothing of how far the work is."""


def _uploads_in_every_state(cast: Cast) -> list[str]:
    """Land small files that end in each state a person can meet; returns their keys."""
    state_file = next((FILES / "ledger").glob("*_BS1_2023-24_*.dat")).read_bytes()
    truncated = state_file[: len(state_file) // 2].rpartition(b"\n")[0] + b"\n"
    names = FileMap(values=decided.NAMES_MAP)
    made = [
        _land(cast, NOBODYS.encode(), "shapes.csv"),
        _land(cast, GENERIC.encode(), "our-ledger.csv"),
        _land(cast, state_file, "estimates.dat"),
        _land(cast, truncated, "cut-off.dat"),
        _land(cast, decided.NAMES_ASKED.encode(), "names.csv", kind="results", file_map=names),
        _land(cast, UNKNOWN.encode(), "konten.csv"),
    ]
    bad_row = GENERIC.replace("200.25", "two hundred")
    mapped = _land(cast, f"{bad_row}01,3150,1000,1100,7.00\n".encode(), "one-bad-row.csv")
    by = cast.people[Role.DATA_MANAGER].pk
    with district_scope(cast.district.pk, actor_id=by, cause="journeys"):
        values = dict(FileMap.from_dict(mapped.mapping or {}).values)
        values |= {"fiscal_year_value": "2024", "kind_value": "actual"}
        options = FileMap.from_dict(mapped.mapping or {}).options
        save_map(by=by, upload_id=mapped.pk, file_map=FileMap(options=options, values=values))
        undo_upload(upload_id=made[-1].pk)
    return [str(upload.pk) for upload in (*made, mapped)]


def _newest_import() -> str:
    found = Upload.objects.filter(state="imported", kind="sacs_dat").order_by("-uploaded_at").first()
    assert found is not None, "no ledger was imported"
    return str(found.pk)


def _rows(label: str) -> list[str]:
    model = apps.get_model(label)
    first = model._default_manager.order_by("pk").first()
    return [str(first.pk)] if first is not None else []


def _secrets(cast: Cast) -> dict[str, list[str]]:
    """Open an invitation and a reset link, and return the secrets of their pages."""
    admin = cast.people[Role.DISTRICT_ADMIN].pk
    now = timezone.now()
    offer = invite_person(by=admin, email="new@bay.example", role=Role.CABINET, now=now)
    forgetful = User.objects.create_user(email="forgetful@bay.example", password=PASSWORD, name="Fay Forgets")
    member = Membership.objects.create(user=forgetful, role=Role.INITIATIVE_LEAD)
    link = issue_reset_link(by=admin, membership_id=member.pk, now=now)
    careful = User.objects.create_user(email="careful@bay.example", password=PASSWORD, name="Cal Careful")
    Membership.objects.create(user=careful, role=Role.CABINET)
    totp = generate_totp_secret()
    TOTP.activate(careful, totp)
    RecoveryCodes.activate(careful)
    return {
        "invitation_id": [str(offer.invitation_id)],
        "invitation-accept.secret": [offer.secret],
        "password-reset-by-link.secret": [link],
        "totp": [totp],
    }


def _archive_something() -> dict[str, str]:
    """Archive a goal, an initiative and a rule, for the pages of what is out of use."""
    now = timezone.now() - timedelta(minutes=1)
    goal = Goal.objects.exclude(pk__in=Initiative.objects.values("goal")).first()
    initiative = Initiative.objects.order_by("-name").first()
    rule = CodingRule.objects.filter(initiative=initiative).first()
    archived: dict[str, UUID] = {}
    if goal is not None:
        archive_goal(goal_id=goal.pk, now=now)
        archived["goal_id"] = goal.pk
    if rule is not None:
        archive_rule(rule_id=rule.pk, now=now)
        archived["rule_id"] = rule.pk
    if initiative is not None:
        archive_initiative(initiative_id=initiative.pk, now=now)
        archived["initiative_id"] = initiative.pk
    return {name: str(pk) for name, pk in archived.items()}


def _place(cast: Cast, objects: dict[str, list[str]]) -> Place:
    admin = cast.people[Role.DISTRICT_ADMIN].pk
    with district_scope(cast.district.pk, actor_id=admin, cause="journeys"):
        keys = {
            role.value: create_key(by=admin, name=f"Journeys, {role.label}", role=role).secret
            for role in Role
        }
        if objects:
            objects["key_id"] = _rows("districts.ApiKey")
    return Place(slug=cast.slug, district_id=cast.district.pk, keys=keys, objects=objects)


def _wait(cast: Cast, *, seconds: float = 300) -> None:
    deadline = time.monotonic() + seconds
    while marks := Mark.objects.filter(district=cast.district).count():
        failed = Attempt.objects.filter(district=cast.district, failed_at__isnull=False).first()
        if failed is not None or time.monotonic() > deadline:
            raise RuntimeError(
                f"{marks} steps of work are left; failed: {failed.target if failed else 'none'}"
            )
        time.sleep(0.2)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(dataclasses.asdict(PLACES[sys.argv[1]]())))
