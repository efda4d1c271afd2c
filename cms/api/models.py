"""Keys by which programs show who they are."""

import hashlib
import secrets
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from wagtail.models import Page, Site


class Scope(models.TextChoices):
    """What a program may do beyond what everyone may."""

    CONTENT_READ = "content:read", "Read what is public"
    DRAFTS_READ = "drafts:read", "Read drafts"
    FORMS_WRITE = "forms:write", "Send in forms"


def in_a_year():
    return timezone.localdate() + timedelta(days=365)


class Token(models.Model):
    """A program's key. What is kept is its digest: the key itself is shown once."""

    name = models.CharField(
        max_length=80, unique=True, help_text="Which program uses it, such as “The app's server”."
    )
    scopes = models.JSONField("may", default=list)  # values of Scope
    digest = models.CharField(max_length=64, unique=True, editable=False)
    expires_on = models.DateField(
        "last day", default=in_a_year, help_text="It works until the end of this day."
    )
    created_at = models.DateTimeField("made", auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )
    last_used_at = models.DateTimeField("last used", null=True, editable=False)  # to the minute

    class Meta:
        ordering = ["name"]
        verbose_name = "content API token"

    def __str__(self):
        return self.name

    @property
    def has_expired(self) -> bool:
        return self.expires_on < timezone.localdate()

    def allows(self, scope: str) -> bool:
        return scope in self.scopes

    def make_key(self) -> str:
        """Make the key and return it, once; the token must then be saved.

        There are 256 random bits in it, so a fast digest is as good as a slow one.
        """
        key = "cms_" + secrets.token_urlsafe(32)
        self.digest = digest_of(key)
        return key


def digest_of(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


class Feed(models.Model):
    """How far the feed has come. One row; who brings the feed on holds it locked."""

    number = models.BigIntegerField(default=0)  # of the last change; a later one has a higher
    read_to = models.BigIntegerField(default=0)  # in the log of events
    forgotten_to = models.BigIntegerField(default=0)  # removals up to this number are forgotten

    def __str__(self):
        return f"{self.number}, from event {self.read_to}"


class FeedItem(models.Model):
    """A thing that is public on a site, or was, and when it last changed for readers.

    There is none for what never was public. See `cms.api.feed`.
    """

    site = models.ForeignKey(Site, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20)  # such as "page"
    key = models.BigIntegerField()
    type = models.CharField(max_length=100)  # such as "home.HomePage"
    number = models.BigIntegerField()  # of its last change
    gone = models.BooleanField(default=False)
    until = models.DateTimeField(null=True)  # when it expires, or did
    at = models.DateTimeField()  # when its last change was noticed

    site.wagtail_reference_index_ignore = True  # not a use of the site by someone

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "kind", "key"], name="one_feed_item_per_thing")
        ]
        indexes = [
            models.Index(fields=["site", "number", "id"], name="feed_order"),
            models.Index(fields=["until"], name="feed_until"),
        ]

    def __str__(self):
        return f"{self.number}: {self.kind} {self.key}"


class PreparedPage(models.Model):
    """A public page as finished JSON. It is right while its number is the item's."""

    item = models.OneToOneField(FeedItem, models.CASCADE, primary_key=True, related_name="prepared")
    number = models.BigIntegerField()
    release = models.CharField(max_length=64)  # by whose code it was made
    # The item's key, to ask about both at once. What goes with a page is the feed's to say.
    page = models.ForeignKey(
        Page, models.DO_NOTHING, null=True, db_constraint=False, related_name="+"
    )
    json = models.TextField()

    wagtail_reference_index_ignore = True

    def __str__(self):
        return f"{self.number}: {self.item_id}"
