"""What a page costs when no page is kept."""

from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext


def cold(client, address: str) -> int:
    """The queries of a page when each process has shown another one since the last change."""
    client.get("/sitemap.xml")
    client.get(address)
    for cache in caches.all():
        cache.clear()
    with CaptureQueriesContext(connection) as queries:
        response = client.get(address)
    assert response.status_code == 200, f"{address}: {response.status_code}"
    return len(queries)
