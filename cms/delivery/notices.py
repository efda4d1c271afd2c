"""Telling staff that an endpoint has been paused: by email, and on their first screen."""

import logging
from smtplib import SMTPException
from urllib.parse import urljoin

from django.contrib.auth.backends import ModelBackend
from django.core.mail import get_connection, send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from wagtail.admin.ui.components import Component
from wagtail.admin.utils import get_admin_base_url

from .models import Endpoint

MAY_MANAGE = "delivery.change_endpoint"
logger = logging.getLogger(__name__)


def tell_of_pause(endpoint: Endpoint) -> None:
    """Write to each person who may manage webhooks. When mail is down, the log says so."""
    address = urljoin(get_admin_base_url(), reverse("delivery_endpoint_modeladmin_index"))
    text = render_to_string("delivery/paused_email.txt", {"endpoint": endpoint, "address": address})
    subject = f"Webhook paused: {endpoint.name}"
    try:
        with get_connection() as server:  # one for all of them
            for person in ModelBackend().with_perm(MAY_MANAGE):
                _tell(person, subject, text, server, endpoint)
    except (SMTPException, OSError) as error:
        _not_told(endpoint, error)


def _tell(person, subject, text, server, endpoint):
    try:
        send_mail(subject, text, None, [person.email], connection=server)
    except SMTPException as error:
        _not_told(endpoint, error)


def _not_told(endpoint, error):
    # The error's own words may hold the address.
    logger.error("Nobody was told that webhook %s is paused: %s", endpoint.pk, type(error).__name__)


class PausedPanel(Component):
    """On the first screen of those who may manage webhooks; only when one is paused."""

    name = "paused_webhooks"
    template_name = "delivery/paused_panel.html"
    order = 110

    def __init__(self, endpoints):
        self.endpoints = endpoints

    def get_context_data(self, parent_context):
        return super().get_context_data(parent_context) | {"endpoints": self.endpoints}


def paused_panel(user) -> PausedPanel | None:
    if not user.has_perm(MAY_MANAGE):
        return None
    paused = list(Endpoint.objects.filter(active=True).exclude(paused_at=None))
    return PausedPanel(paused) if paused else None
