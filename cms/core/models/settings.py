"""What belongs to the whole site: who runs it, how to reach them, what is in the footer."""

from copy import copy

from django.db import models
from wagtail.admin.panels import FieldPanel, MultiFieldPanel, ObjectList, TabbedInterface
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting
from wagtail.fields import StreamField
from wagtail.models import Site

from ..blocks.links import LinkBlock, SocialLinkBlock
from ..kept import kept


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
        ]
    )

    class Meta:
        verbose_name = "site settings"

    @classmethod
    def for_request(cls, request):
        """A copy of what is kept. The editor's form asks by `for_site`, and reads its own."""
        remembered = cls.get_cache_attr_name()
        if not hasattr(request, remembered):
            site = Site.find_for_request(request)
            found = kept(("settings", site.pk if site else None), lambda: cls.for_site(site))
            setattr(request, remembered, copy(found))
        return getattr(request, remembered)
