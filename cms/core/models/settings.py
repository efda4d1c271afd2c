"""What belongs to the whole site: who runs it, how to reach them, what is in the footer."""

from copy import copy
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.db import models
from wagtail.admin.panels import FieldPanel, MultiFieldPanel, ObjectList, TabbedInterface
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting
from wagtail.fields import StreamField
from wagtail.models import Site

from .. import references
from ..blocks.links import LinkBlock, SocialLinkBlock
from ..kept import kept

PLACE_OF_TOKEN = "{token}"  # noqa: S105 - it opens nothing


def check_preview_address(address: str) -> None:
    """Raises ValidationError when it is no web address, or has no place for the token."""
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        host = None
    if not host or parts.scheme not in {"http", "https"} or " " in address:
        raise ValidationError(
            "Type a whole web address, such as https://www.example.org/preview?token={token}."
        )
    if address.count(PLACE_OF_TOKEN) != 1 or PLACE_OF_TOKEN in parts.netloc:
        raise ValidationError(
            "Write {token} once, after the host name. It stands for the key to the draft."
        )


@register_setting(icon="cog")
class SiteSettings(BaseSiteSetting):
    """One set for each site."""

    organisation = models.CharField(
        max_length=100,
        default="Co-production Southend",
        help_text="The name beside the mark at the top of every page, and in the editor.",
    )
    strapline = models.CharField(
        max_length=200, blank=True, help_text="One line that says what the site is for."
    )
    contact_name = models.CharField(max_length=100, blank=True)
    contact_email = models.EmailField(
        blank=True, help_text="Where people write when a page can't answer them."
    )
    contact_telephone = models.CharField(max_length=30, blank=True)
    contact_address = models.TextField(blank=True)
    social_links = StreamField([("link", SocialLinkBlock())], blank=True)
    footer_text = models.TextField(
        blank=True, help_text="A sentence or two at the foot of every page."
    )
    footer_links = StreamField(
        [("link", LinkBlock())],
        blank=True,
        help_text="Keep the accessibility statement, privacy and cookies: the law asks for them.",
    )
    preview_address = models.CharField(
        max_length=500,
        blank=True,
        validators=[check_preview_address],
        help_text=(
            "If another website shows these pages, the address at which it shows drafts, "
            "such as https://www.example.org/preview?token={token}. Previews then open there. "
            "Leave it empty to see them here."
        ),
    )

    edit_handler = TabbedInterface(
        [
            ObjectList(
                [
                    FieldPanel("organisation"),
                    FieldPanel("strapline"),
                ],
                heading="Organisation",
            ),
            ObjectList(
                [
                    MultiFieldPanel(
                        [
                            FieldPanel("contact_name"),
                            FieldPanel("contact_email"),
                            FieldPanel("contact_telephone"),
                            FieldPanel("contact_address"),
                        ],
                        heading="How to reach us",
                    ),
                    FieldPanel("social_links"),
                ],
                heading="Contact",
            ),
            ObjectList([FieldPanel("footer_text"), FieldPanel("footer_links")], heading="Footer"),
            ObjectList([FieldPanel("preview_address")], heading="Previews"),
        ]
    )

    class Meta:
        verbose_name = "site settings"

    def clean(self):
        super().clean()
        if self.preview_address.startswith(f"{self.site.root_url}/preview/"):
            raise ValidationError(
                {"preview_address": "That is where this site itself shows drafts. Leave it empty."}
            )

    @classmethod
    def preview_address_at(cls, site_id: int | None) -> str:
        """Where drafts of a site open in an outside front end; empty when they open here.

        A page that has no place yet is of no site: its screen offers the front end
        when any site has one. Costs one query for each request.
        """
        return references.remember(
            f"preview address at {site_id}", lambda: cls._preview_address_at(site_id)
        )

    @classmethod
    def _preview_address_at(cls, site_id):
        found = cls.objects.exclude(preview_address="")
        if site_id is not None:
            found = found.filter(site=site_id)
        return found.values_list("preview_address", flat=True).first() or ""

    @classmethod
    def for_request(cls, request):
        """A copy of what is kept. The editor's form asks by `for_site`, and reads its own."""
        remembered = cls.get_cache_attr_name()
        if not hasattr(request, remembered):
            site = Site.find_for_request(request)
            found = kept(("settings", site.pk if site else None), lambda: cls.for_site(site))
            setattr(request, remembered, copy(found))
        return getattr(request, remembered)
