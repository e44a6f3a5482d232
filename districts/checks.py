"""System checks of the foundation; must not hold the rules themselves."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Tags, register
from django.db import connections

from districts.database.roles import OWNER
from districts.tenancy.catalog import audit


@register(Tags.database)
def check_isolation(*, databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Report what the catalog audit finds: an error, which stops web, worker and beat at their start.

    A command run as `srm_owner` gets warnings: a migration must be able to mend what is found.
    """
    messages: list[CheckMessage] = []
    for alias in databases or ():
        with connections[alias].cursor() as cursor:
            findings = audit(cursor)
            cursor.execute("SELECT current_user::text")
            is_migrating = cursor.fetchone() == (OWNER,) and settings.PROCESS == "command"
        level = checks.Warning if is_migrating else checks.Error
        messages += [level(str(finding), hint=finding.remedy, id="districts.E001") for finding in findings]
    return messages
