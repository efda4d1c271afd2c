"""What an error reporter is sent: anything that speaks Sentry's protocol (SENTRY_DSN).

It hears what the log hears at level ERROR, and nothing of the request but its
method, path and id. The library's own look at requests, which takes headers,
cookies and bodies along, is left out.
"""

import logging

import sentry_sdk
from django.core.exceptions import ImproperlyConfigured
from sentry_sdk.integrations.atexit import AtexitIntegration
from sentry_sdk.integrations.dedupe import DedupeIntegration
from sentry_sdk.integrations.excepthook import ExcepthookIntegration
from sentry_sdk.integrations.logging import LoggingIntegration, ignore_logger
from sentry_sdk.utils import BadDsn

from ..logs import discreet
from ..release import release
from .scope import about

#: What of an event is sent on. Others, such as `extra`, hold whole requests.
_SENT = {
    "event_id", "timestamp", "platform", "level", "logger", "logentry", "exception", "release",
    "environment", "server_name", "sdk",
}  # fmt: skip


def report_to(dsn: str, environment: str) -> None:
    """Have errors of this process reported. Raises ImproperlyConfigured for a DSN that is none."""
    # Anyone can ask for a host that is not ours, and programs do all day.
    ignore_logger("django.security.DisallowedHost")
    try:
        sentry_sdk.init(
            dsn=dsn,
            environment=environment,
            release=release()[:12],
            before_send=discreetly,
            default_integrations=False,
            auto_enabling_integrations=False,
            integrations=[
                LoggingIntegration(level=None, event_level=logging.ERROR, sentry_logs_level=None),
                ExcepthookIntegration(),
                DedupeIntegration(),
                AtexitIntegration(callback=lambda pending, timeout: None),
            ],
            send_default_pii=False,
            include_local_variables=False,
            max_breadcrumbs=0,
            max_request_body_size="never",
            auto_session_tracking=False,
            send_client_reports=False,
        )
    except BadDsn as error:
        raise ImproperlyConfigured(
            "SENTRY_DSN is not the address of a project in Sentry, such as "
            "https://key@sentry.example.org/1."
        ) from error


def discreetly(event, hint):
    """What is sent of `event`."""
    event = {name: _discreet(value) for name, value in event.items() if name in _SENT}
    within = about(hint.get("log_record"))
    if "path" in within:
        event["request"] = {"method": within["method"], "url": discreet(within["path"])}
    event["tags"] = {
        name: within[name] for name in ("request_id", "task_id", "task") if name in within
    }
    return event


def _discreet(value):
    if isinstance(value, str):
        return discreet(value)
    if isinstance(value, dict):
        return {name: _discreet(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_discreet(each) for each in value]
    return value
