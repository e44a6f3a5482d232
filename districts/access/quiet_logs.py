"""Keeps secret links out of the logs: an invitation's address opens an account to whoever reads it. Imports no app."""

import logging
import re

_SLASH = r"(?:/|%2F)"  # an address may stand in another's query
_LINK = re.compile(
    rf"({_SLASH}accounts{_SLASH}(?:invitation|reset|password{_SLASH}reset{_SLASH}key){_SLASH})"
    rf"(?:(?!%2F)[^/?&\s\"'])+",
    re.IGNORECASE,
)


class HideSecretLinks(logging.Filter):
    """Puts dots in place of the secret part of an address, in every line of the handler it is given to."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record through, without secrets."""
        said = record.getMessage()
        hidden = hide_secret_links(said)
        if hidden != said:
            record.msg, record.args = hidden, ()
        return True


def hide_secret_links(text: str) -> str:
    """Return a text with dots in place of the secret part of every address in it."""
    return _LINK.sub(r"\1...", text)
