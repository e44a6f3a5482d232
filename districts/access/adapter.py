"""allauth's adapter: accounts come from invitations only."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class InvitationOnlyAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Closes public sign-up; an invitation's page creates the account itself."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Say no: nobody signs up without an invitation."""
        return False
