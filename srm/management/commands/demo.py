"""Make the demo districts through uploads and the worker, and write its sign-ins to demo.json."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from districts.models import Membership
from districts.tenancy import district_scope
from srm.demo_district import build, people
from srm.demo_district.san_francisco import SAN_FRANCISCO
from srm.demo_district.story import Story
from srm.demo_district.washington import WASHINGTON


class Command(BaseCommand):
    """`manage.py demo`: needs a running worker; may be run again after an interruption."""

    help = "Make the demo districts. A worker must be running."

    def handle(self, *args: Any, **options: Any) -> None:
        """Build step by step, then write demo.json, readable by its owner only."""
        if settings.IS_PRODUCTION:
            raise CommandError("The demo is not for production.")
        accounts, keys = [], {}
        for story in (SAN_FRANCISCO, WASHINGTON):
            self.stdout.write(f"  {story.name} ...")
            people_of, keys[story.slug] = self._build(story)
            accounts += people_of
        demo = {
            "url": os.environ.get("SRM_URL", ""),
            "accounts": [asdict(account) for account in accounts],
            "api_keys": keys,
        }
        path = settings.HOME / "demo.json"
        path.unlink(missing_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(demo, file, indent=2)
        self.stdout.write(f"The demo districts are ready; sign-ins are in {path}")

    def _build(self, story: Story) -> tuple[list[people.Account], dict[str, str]]:
        """Make one district whole; returns its sign-ins and its keys by role."""
        district, say = build.make_district(story=story), self.stdout.write
        with district_scope(district.pk, cause="demo"):
            accounts = people.make_people(district=district)
            keys = people.make_keys(accounts=accounts)
            by_role = dict(Membership.objects.values_list("role", "user_id"))
        manager, cabinet = by_role["data_manager"], by_role["cabinet"]
        try:
            build.make_organisation(district=district, story=story)
            build.land_files(district=district, by=manager, say=say, story=story)
            build.decide(district=district, by=cabinet, say=say, story=story, are_schools_by_file=True)
            build.land_later_files(district=district, by=manager, say=say, story=story)
            build.plan(district=district, by=cabinet, say=say, story=story)
        except build.DemoStuck as error:
            raise CommandError(str(error)) from error
        return accounts, keys
