"""Webhooks: who is told what has changed, and each message to them."""

import base64
import secrets

from django.conf import settings
from django.core.validators import URLValidator
from django.db import models
from django.utils.crypto import get_random_string, salted_hmac
from standardwebhooks import Webhook

from cms.events.models import Event


def new_salt():
    return get_random_string(32)


def new_message_id():
    return f"msg_{secrets.token_hex(16)}"


def every_event():
    return list(Event.What.values)


class Endpoint(models.Model):
    """An address that is told.

    The secret is not kept: it is worked out from `SECRET_KEY` and the salt, so
    that a copy of the database gives nobody the means to sign.
    """

    name = models.CharField(
        max_length=80, unique=True, help_text="Who is told, such as “The app's website”."
    )
    url = models.CharField(
        "address",
        max_length=500,
        validators=[URLValidator(schemes=["http", "https"])],
        help_text="Where messages are posted to. It begins with https://.",
    )
    whats = models.JSONField("events", default=every_event)  # values of Event.What
    types = models.JSONField(default=list, blank=True)  # such as "home.HomePage"; empty: all
    active = models.BooleanField(
        "on", default=True, help_text="While it is off, nothing is sent and nothing is collected."
    )
    salt = models.CharField(max_length=32, default=new_salt, editable=False)
    paused_at = models.DateTimeField(null=True, editable=False)
    busy_until = models.DateTimeField(null=True, editable=False)  # while someone is sending to it

    class Meta:
        ordering = ["name"]
        verbose_name = "webhook"

    def __str__(self):
        return self.name

    @property
    def state(self) -> str:
        """“On”, “Off” or “Paused”."""
        if not self.active:
            return "Off"
        return "Paused" if self.paused_at else "On"

    def wants(self, change) -> bool:
        return change.what in self.whats and (not self.types or change.model in self.types)

    @property
    def secret(self) -> str:
        """What receivers verify signatures with: `whsec_` and 32 bytes in base64."""
        return self._secret(settings.SECRET_KEY)

    def renew_secret(self) -> str:
        """Make another secret, which signs from now on, and return it."""
        self.salt = new_salt()
        self.save(update_fields=["salt"])
        return self.secret

    def signatures(self, message_id, timestamp, body: str) -> str:
        """The value of the header `webhook-signature`; `timestamp` is a datetime in UTC.

        While Django's key is being changed, the older keys sign too.
        """
        keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
        return " ".join(
            Webhook(self._secret(key)).sign(message_id, timestamp, body) for key in keys
        )

    def _secret(self, key):
        made = salted_hmac("cms.delivery.endpoint", self.salt, secret=key, algorithm="sha256")
        return "whsec_" + base64.b64encode(made.digest()).decode()


class Delivery(models.Model):
    """One message to one endpoint, with its last attempt: a line of the log."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        DELIVERED = "delivered", "Delivered"
        FAILED = "failed", "Failed"  # a test: it is not tried again

    endpoint = models.ForeignKey(
        Endpoint, models.CASCADE, related_name="deliveries", verbose_name="webhook"
    )
    event = models.BigIntegerField(null=True)  # its number in the log; none: a test
    what = models.CharField("event", max_length=11, choices=[*Event.What.choices, ("test", "Test")])
    subject = models.CharField("about", max_length=141)  # such as "home.HomePage 3"
    message_id = models.CharField("message", max_length=40, default=new_message_id, unique=True)
    body = models.TextField("message sent")
    created_at = models.DateTimeField("made", auto_now_add=True, db_index=True)
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    next_at = models.DateTimeField("next attempt", null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField("last attempt", null=True)
    sent_to = models.CharField("sent to", max_length=500, blank=True)
    status = models.PositiveSmallIntegerField("status", null=True)
    answer = models.TextField(blank=True)  # its beginning
    error = models.CharField(max_length=300, blank=True)
    took = models.FloatField("seconds", null=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name_plural = "webhook deliveries"
        verbose_name = "webhook delivery"
        default_permissions = ()  # who may work with webhooks may read their log
        constraints = [
            # An event that is read twice makes one message.
            models.UniqueConstraint(fields=["endpoint", "event"], name="delivery_once_an_event"),
        ]
        indexes = [
            models.Index(
                fields=fields, condition=models.Q(state="waiting"), name=f"delivery_{name}"
            )
            for name, fields in (
                ("oldest", ["endpoint", "event"]),
                ("first_in_line", ["endpoint", "subject", "event"]),
            )
        ]

    def __str__(self):
        return f"{self.get_what_display()}: {self.subject}" if self.subject else "Test"

    @property
    def outcome(self) -> str:
        """The last attempt in a few words."""
        return self.error or (f"Answered {self.status}" if self.status else "Not tried yet")
