"""Secrets between the write that made them and the one page that shows them; must not keep them longer."""

from django.http import HttpRequest

_KEY = "shown_once"


def keep_for_next_page(request: HttpRequest, *, about: str, secret: str) -> None:
    """Put a secret by for the next page of this session that asks for it."""
    request.session[_KEY] = {"about": about, "secret": secret}


def take(request: HttpRequest, *, about: str) -> str:
    """Return the secret and forget it; an empty text when there is none about this."""
    kept = request.session.get(_KEY)
    if not kept or kept["about"] != about:
        return ""
    secret: str = request.session.pop(_KEY)["secret"]
    return secret
