"""What an operator sees of what is delivered: the page cache, webhooks, edges."""

import socket
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import Error
from django.db.models import Count, Min, Q
from django.utils import timezone
from wagtail.contrib.frontend_cache.utils import get_backends

from cms.core.watching import examinations, readings, services
from cms.core.watching.readings import Reading

from .models import Delivery, Endpoint
from .page_cache.layer import given


def watch() -> None:
    readings.tally(
        "cms_page_cache_answers",
        "Answers by where they come from: kept (hit), made and perhaps kept (miss), made and "
        "kept by nobody (bypass), old because nothing newer can be made (stale).",
        "how",
        given,
    )
    readings.add(_webhooks)
    services.add(
        services.Service(
            "edge",
            _look_at_edges,
            "See that the caches of EDGE_PURGE_URL run. What they keep may be old until then.",
            used=lambda: bool(settings.EDGE_PURGE_URL),
            holds=10,
        )
    )


def _webhooks():
    found = Delivery.objects.filter(state=Delivery.State.WAITING).aggregate(
        waiting=Count("pk"), failing=Count("pk", filter=Q(attempts__gt=0)), since=Min("created_at")
    )
    waited = (timezone.now() - found["since"]).total_seconds() if found["since"] else 0
    yield Reading(
        "cms_webhook_deliveries",
        "Messages to webhooks that wait. failing: those that were tried and not taken.",
        {"waiting": found["waiting"], "failing": found["failing"]},
        label="state",
    )
    yield Reading("cms_oldest_webhook_seconds", "How long the oldest of these waits.", waited)
    yield Reading(
        "cms_webhooks_paused",
        "Webhooks that are sent nothing, because what was sent was not taken for three days.",
        Endpoint.objects.filter(active=True).exclude(paused_at=None).count(),
    )


def _look_at_edges():
    for url in settings.EDGE_PURGE_URL:
        address = urlsplit(url)
        port = address.port or {"http": 80, "https": 443}[address.scheme]
        socket.create_connection((address.hostname, port), timeout=5).close()


@examinations.examine("Caches in front of the site")
def _edges_forget():
    for name, edge in get_backends().items():
        try:
            edge.purge_tags({"doctor"})
        except OSError as error:
            yield Error(
                f"The cache at {name} does not forget what it is told to: {error}",
                hint="Have it let this machine purge: see docs/edge.md. Or mend EDGE_PURGE_URL.",
            )
