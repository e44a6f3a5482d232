"""Make the demo district through uploads and the worker, and write its sign-ins to demo.json."""

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


class Command(BaseCommand):
    """`manage.py demo`: needs a running worker; may be run again after an interruption."""

    help = "Make the demo district. A worker must be running."

    def handle(self, *args: Any, **options: Any) -> None:
        """Build step by step, then write demo.json, readable by its owner only."""
        if settings.IS_PRODUCTION:
            raise CommandError("The demo district is not for production.")
        district = build.make_district()
        with district_scope(district.pk, cause="demo"):
            accounts = people.make_people(district=district)
            keys = people.make_keys(accounts=accounts)
            by_role = dict(Membership.objects.values_list("role", "user_id"))
        try:
            build.make_organisation(district=district)
            build.land_files(district=district, by=by_role["data_manager"], say=self.stdout.write)
            build.decide(district=district, by=by_role["cabinet"], say=self.stdout.write)
        except build.DemoStuck as error:
            raise CommandError(str(error)) from error
        demo = {
            "url": os.environ.get("SRM_URL", ""),
            "accounts": [asdict(account) for account in accounts],
            "api_keys": {district.slug: keys},
        }
        path = settings.HOME / "demo.json"
        path.unlink(missing_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(demo, file, indent=2)
        self.stdout.write(f"The demo district is ready; sign-ins are in {path}")
