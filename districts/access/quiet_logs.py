"""Keeps secret links out of the logs: an invitation's address opens an account to whoever reads it. Imports no app."""

import logging
import re

_LINK = re.compile(r"(/accounts/(?:invitation|reset|password/reset/key)/)[^/\s\"']+")


class HideSecretLinks(logging.Filter):
    """Puts dots in place of the secret part of an address, in every line of the handler it is given to."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record through, without secrets."""
        said = record.getMessage()
        hidden = _LINK.sub(r"\1...", said)
        if hidden != said:
            record.msg, record.args = hidden, ()
        return True
