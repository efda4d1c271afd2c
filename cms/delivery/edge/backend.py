"""How an edge is told what to forget."""

from urllib.parse import urlunsplit

import urllib3
from wagtail.contrib.frontend_cache.backends import HTTPBackend

from .tags import HEADER

TIMEOUT = 0.5  # seconds; an edge stands beside the site
#: Connections that stay open from one change to the next. Not by a proxy for what is far away.
_pools = urllib3.PoolManager(maxsize=8, timeout=urllib3.Timeout(total=TIMEOUT), retries=False)


class EdgeBackend(HTTPBackend):
    """Wagtail's, which tells of addresses; and of tags. See docs/edge.md for what is sent."""

    def purge_tags(self, tags) -> None:
        """Raises OSError when the edge has not taken it."""
        try:
            status = self._tell(tags)
        except urllib3.exceptions.HTTPError as error:
            raise OSError(str(error)) from error
        if status >= 300:
            raise OSError(f"It answered {status}.")

    def _tell(self, tags) -> int:
        address = urlunsplit((self.cache_scheme, self.cache_netloc, "/", "", ""))
        headers = {HEADER: "|".join(sorted(tags))}
        try:
            return _pools.request("PURGE", address, headers=headers, redirect=False).status
        except urllib3.exceptions.ProtocolError:
            # An edge ends what has been idle, at times just as we speak. The pool has dropped it.
            return _pools.request("PURGE", address, headers=headers, redirect=False).status
