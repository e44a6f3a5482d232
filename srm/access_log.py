"""gunicorn's logs without secrets: its own loggers do not go by the product's settings. Must not need Django set up.

An access line keeps who, when, method, path, status, size and browser. It holds neither what stands behind the
question mark nor the page a person came from: both can carry a secret link, a search or a name.
"""

from __future__ import annotations

import logging
from typing import Any

from gunicorn.glogging import Logger

from districts.access.quiet_logs import HideSecretLinks, hide_secret_links

_KEPT_HEADERS = frozenset(
    {"{host}i", "{user-agent}i", "{content-length}i", "{content-type}o", "{content-length}o"}
)


class QuietLogger(Logger):  # type: ignore[misc]
    """Logs as gunicorn does, without the secret part of an address, queries and referers."""

    def setup(self, cfg: Any) -> None:
        """Set the logs up, each handler with the filter of the product's own log."""
        super().setup(cfg)
        for log in (self.error_log, self.access_log):
            for handler in log.handlers:
                _hide_in(handler)

    def atoms(self, resp: Any, req: Any, environ: Any, request_time: Any) -> dict[str, Any]:
        """Return what a format may name, in which no secret is left."""
        found: dict[str, Any] = super().atoms(resp, req, environ, request_time)
        kept = {
            name: said for name, said in found.items() if not name.startswith("{") or name in _KEPT_HEADERS
        }
        path = hide_secret_links(str(environ.get("RAW_URI", "")).partition("?")[0])
        kept["r"] = f"{environ.get('REQUEST_METHOD')} {path} {environ.get('SERVER_PROTOCOL')}"
        kept |= {"U": path, "q": "", "f": "-"}
        return kept


def _hide_in(handler: logging.Handler) -> None:
    if not any(isinstance(one, HideSecretLinks) for one in handler.filters):
        handler.addFilter(HideSecretLinks())
