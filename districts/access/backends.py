"""Who signs in is the sign-in library's; the person of a running session is read by a fixed query."""

from __future__ import annotations

from allauth.account.auth_backends import AuthenticationBackend
from django.db import connection

from districts.access.fixed_query import FixedQuery, plain_columns
from districts.models import User

_PERSON = FixedQuery(lambda: User.objects.filter(pk=0).values_list(*plain_columns(User)))


class PersonBackend(AuthenticationBackend):  # type: ignore[misc]
    """allauth's backend, without writing the same query anew for every request."""

    def get_user(self, user_id: int) -> User | None:
        """Return the person, or None when there is none or the account is closed. One query."""
        row = _PERSON.find(user_id)
        if row is None:
            return None
        person = User.from_db(connection.alias, plain_columns(User), row)
        return person if self.user_can_authenticate(person) else None
