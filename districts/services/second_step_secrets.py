"""Write side of the encryption of second steps: everything that is stored, under the server's present secret."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction

from districts.access.second_step_secrets import Unreadable, decrypt, encrypt

SECRETS = ("secret", "seed")  # of an app; of recovery codes
LISTS = ("migrated_codes",)  # recovery codes brought along from another product


@dataclass(frozen=True, kw_only=True)
class Encrypted:
    """How many second steps and recovery codes were encrypted anew, and whose cannot be read."""

    count: int
    unreadable: tuple[str, ...]


def encrypt_second_steps(*, authenticators: Any = Authenticator) -> Encrypted:
    """Encrypt every stored secret under the present key; what cannot be read stays as it is. Idempotent.

    Locks every row; all or nothing. `authenticators` is the model a migration sees.
    """
    count, unreadable = 0, set()
    with transaction.atomic():
        rows = authenticators.objects.select_for_update(of=("self",)).select_related("user").order_by("pk")
        for row in rows:
            try:
                row.data = _encrypted(row.data)
            except Unreadable:
                unreadable.add(row.user.email)
                continue
            row.save(update_fields=["data"])
            count += 1
    return Encrypted(count=count, unreadable=tuple(sorted(unreadable)))


def _encrypted(data: dict[str, Any]) -> dict[str, Any]:
    anew = dict(data)
    anew |= {name: encrypt(decrypt(data[name])) for name in SECRETS if name in data}
    anew |= {name: [encrypt(decrypt(one)) for one in data[name]] for name in LISTS if name in data}
    return anew
