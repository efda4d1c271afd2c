"""Drafts that are shown outside the editor: as they are typed, and by links."""

import json
import uuid
from datetime import timedelta
from hashlib import sha256

from django.conf import settings
from django.core import signing
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import SimpleLazyObject
from wagtail.models import Page

LIFE = timedelta(minutes=15)  # of a token for an editor's own preview

# The secret key is read when it is first needed, not at import. A token of one kind is
# never one of the other.
_EDITORS = SimpleLazyObject(lambda: signing.Signer(salt="cms.core.preview.draft"))
_LINKS = SimpleLazyObject(lambda: signing.Signer(salt="cms.core.preview.link"))


class KeptDraft(models.Model):
    """What someone has typed and not saved, kept for the front end that shows it to them.

    There is one for each page that they have open, written over each time the
    preview is refreshed.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    page = models.ForeignKey("wagtailcore.Page", models.CASCADE, null=True, related_name="+")
    subject = models.CharField(max_length=200)  # what it is a draft of, also before it has a page
    content = models.JSONField(encoder=DjangoJSONEncoder)
    kept_at = models.DateTimeField(db_index=True)

    wagtail_reference_index_ignore = True  # it is no place where a page is used

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "subject"], name="kept_draft_one_of_each"),
        ]

    def __str__(self):
        return self.subject

    @classmethod
    def keep(cls, page, user, *, editing: bool) -> "KeptDraft":
        """Keep `page` as it is in hand. `editing` False: it is a version that stays as it is."""
        content = page.serializable_data()
        # A new page has no key yet, but a parent.
        subject = f"{page._meta.label} {page.pk or 'below ' + page.path[: -page.steplen]}"
        if not editing:
            text = json.dumps(content, cls=DjangoJSONEncoder, sort_keys=True)
            subject += f" {sha256(text.encode()).hexdigest()}"
        kept, _ = cls.objects.update_or_create(
            user=user,
            subject=subject,
            defaults={"page_id": page.pk, "content": content, "kept_at": timezone.now()},
        )
        return kept

    def token(self) -> str:
        """A token that leads here, for 15 minutes."""
        until = int((timezone.now() + LIFE).timestamp())
        return _EDITORS.sign(f"{self.pk}.{until}")


class PreviewLink(models.Model):
    """A link by which someone without an account reads the newest draft of a page.

    Its token is the signed key, so an editor can copy the link again, and whoever
    reads the database can't. To withdraw the link is to delete it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    page = models.ForeignKey("wagtailcore.Page", models.CASCADE, related_name="+")
    note = models.CharField(
        "who it is for",
        max_length=100,
        blank=True,
        help_text="To tell your links apart. Only staff see it.",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    ends_at = models.DateTimeField(db_index=True)
    times_opened = models.PositiveIntegerField(default=0)
    last_opened_at = models.DateTimeField(null=True)

    wagtail_reference_index_ignore = True

    class Meta:
        ordering = ["-created_at"]

    def __str__(self):
        made = date_format(timezone.localtime(self.created_at), "j F Y, H:i")
        return self.note or f"Link made on {made}"

    @property
    def token(self) -> str:
        return _LINKS.sign(self.pk.hex)

    @property
    def url(self) -> str:
        _, root_url, _ = self.page.get_url_parts()
        return root_url + reverse("shared_draft", args=[self.token])

    @property
    def has_ended(self) -> bool:
        return self.ends_at <= timezone.now()

    @property
    def works(self) -> bool:
        """Whether it has not ended, and who made it may still change the page."""
        return not self.has_ended and may_share(self.created_by, self.page)


def may_share(user, page: Page) -> bool:
    """Whether `user` may show drafts of `page` to others: who may change it, may."""
    return page.specific_deferred.permissions_for_user(user).can_edit()


def key_in_editors_token(token: str) -> tuple[int, int] | None:
    """The key of a kept draft and until when the token works (as a timestamp); None if altered."""
    try:
        key, until = _EDITORS.unsign(token).split(".")
    except signing.BadSignature:
        return None
    return int(key), int(until)


def key_in_links_token(token: str) -> uuid.UUID | None:
    """The key of a link; None when the token is altered, or of another kind."""
    try:
        return uuid.UUID(_LINKS.unsign(token))
    except signing.BadSignature:
        return None
