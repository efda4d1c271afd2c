"""What one person sent, and what became of it."""

import json
from datetime import timedelta

from dateutil.relativedelta import relativedelta
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils import timezone

WAITS_TOO_LONG = 7  # days


class Readable(DjangoJSONEncoder):
    """Keeps every script as it is written, so that a search in the column finds it."""

    def __init__(self, **options):
        super().__init__(**{**options, "ensure_ascii": False})


class SignUpQuerySet(models.QuerySet):
    def held(self):
        """Those that still hold somebody's data."""
        return self.exclude(status=SignUp.Status.WITHDRAWN)

    def of(self, email: str):
        """Everything that is held of one email address."""
        return self.held().filter(email=normalise(email))

    def waiting(self, days: int = 0):
        """Confirmed, and not answered by anyone, for more than `days` days."""
        return self.filter(
            status=SignUp.Status.NEW, status_since__lt=timezone.now() - timedelta(days=days)
        )

    def about(self, words: str):
        """Those in whose answers every one of the words is found."""
        found = self.annotate(said=Cast("answers", models.TextField()))
        for word in words.split():
            quoted = json.dumps(word, ensure_ascii=False)[1:-1]
            found = found.filter(
                Q(name__icontains=word) | Q(email__icontains=word) | Q(said__icontains=quoted)
            )
        return found


class SignUp(models.Model):
    """One form that somebody sent.

    The answers stand here with the questions as they were asked, so that they
    read right when staff change the form. When it is erased, everything about
    the person goes and the row stays, as withdrawn, to say that it was there.
    """

    class Status(models.TextChoices):
        UNCONFIRMED = "unconfirmed", "Not confirmed"
        NEW = "new", "New"
        CONTACTED = "contacted", "Contacted"
        ACTIVE = "active", "Active"
        CLOSED = "closed", "Closed"
        WITHDRAWN = "withdrawn", "Withdrawn"
        SPAM = "spam", "Suspected spam"

    # What staff may make of a sign-up by hand. Withdrawing is erasing, and has a way of its own.
    MOVES = {
        Status.UNCONFIRMED: [Status.NEW, Status.SPAM],
        Status.NEW: [Status.CONTACTED, Status.ACTIVE, Status.CLOSED, Status.SPAM],
        Status.CONTACTED: [Status.ACTIVE, Status.CLOSED],
        Status.ACTIVE: [Status.CONTACTED, Status.CLOSED],
        Status.CLOSED: [Status.CONTACTED, Status.ACTIVE],
        Status.WITHDRAWN: [],
        Status.SPAM: [Status.UNCONFIRMED, Status.NEW],
    }

    wagtail_reference_index_ignore = True  # a page's “usage” is for editors

    page = models.ForeignKey(
        "programme.GetInvolvedPage",
        verbose_name="form",
        on_delete=models.PROTECT,
        related_name="sign_ups",
    )
    key = models.CharField(max_length=64, unique=True)  # the same when a form is sent twice
    status = models.CharField(max_length=12, choices=Status, default=Status.UNCONFIRMED)
    status_since = models.DateTimeField(default=timezone.now)
    answers = models.JSONField(default=list, encoder=Readable)  # see `sign_ups.answers`
    # Taken out of the answers, to list and to find by.
    name = models.CharField(max_length=255, blank=True)
    email = models.CharField(max_length=254, blank=True, db_index=True)
    # An address that the person has asked us to use, and not yet confirmed.
    new_email = models.CharField(max_length=254, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="Who answers this person.",
    )
    suspicion = models.CharField("why it may be spam", max_length=200, blank=True)
    sender = models.CharField(max_length=64, blank=True)  # see `sign_ups.throttle`
    created_at = models.DateTimeField("sent", default=timezone.now, db_index=True)
    confirmed_at = models.DateTimeField("confirmed", null=True, blank=True)

    objects = SignUpQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = "sign-up"
        permissions = [("export_signup", "Can export sign-ups")]

    def __str__(self):
        # In Wagtail's log and in messages: nothing about the person.
        return f"Sign-up {self.pk}"

    @property
    def keep_until(self):
        """The date on which it is erased at the latest."""
        created = timezone.localtime(self.created_at)
        return (created + relativedelta(months=self.page.retention_months)).date()

    @property
    def moves(self) -> list["SignUp.Status"]:
        return self.MOVES[SignUp.Status(self.status)]

    @property
    def is_held(self) -> bool:
        return self.status != self.Status.WITHDRAWN

    def get_admin_url(self) -> str:
        return reverse("programme_signup_modeladmin_inspect", args=[self.pk])


class SignUpChoice(models.Model):
    """One thing that a person chose in a question by which staff sort sign-ups."""

    wagtail_reference_index_ignore = True

    class Kind(models.TextChoices):
        INTEREST = "interest", "What they are interested in"
        LANGUAGE = "language", "Languages they use"
        CONTACT = "contact", "How they like to be contacted"

    sign_up = models.ForeignKey(SignUp, on_delete=models.CASCADE, related_name="choices")
    kind = models.CharField(max_length=10, choices=Kind)
    value = models.CharField(max_length=255)

    class Meta:
        indexes = [models.Index(fields=["kind", "value"])]

    def __str__(self):
        return f"{self.get_kind_display()} of sign-up {self.sign_up_id}"


class SignUpNote(models.Model):
    """What a sign-up manager wrote down for colleagues."""

    wagtail_reference_index_ignore = True

    sign_up = models.ForeignKey(SignUp, on_delete=models.CASCADE, related_name="notes")
    text = models.TextField(max_length=5_000)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self):
        return f"Note on sign-up {self.sign_up_id}"


class SignUpPurge(models.Model):
    """How many sign-ups were erased on one day because their time was up. Counts only."""

    wagtail_reference_index_ignore = True

    at = models.DateTimeField(auto_now_add=True)
    kept_long_enough = models.PositiveIntegerField(default=0)
    never_confirmed = models.PositiveIntegerField(default=0)
    suspected_spam = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-at"]

    def __str__(self):
        return f"Purge of {self.at:%d %B %Y}"


def normalise(email: str) -> str:
    """The form in which addresses are compared."""
    return email.strip().lower()
