"""Blocks that lead somewhere else."""

from django.core.exceptions import ValidationError
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError

from ..representations import page_json
from ..shapes import Link
from ..visibility import is_public
from .choosers import PageChooserBlock, request_of
from .media import OptionalPictureBlock, an_image


class LinkValue(blocks.StructValue):
    @property
    def href(self) -> str:
        """Where the link leads; "" when it leads to a page that readers may not see."""
        page = self.get("page")
        if page:
            return page.get_url() if is_public(page) else ""
        return self.get("url") or ""


class LinkBlock(blocks.StructBlock):
    """Words that lead to a page of the site or to an address elsewhere: to exactly one."""

    text = blocks.CharBlock(
        max_length=80, help_text="Say where it leads: “Read the toolkit”, not “Click here”."
    )
    page = PageChooserBlock(required=False)
    url = blocks.URLBlock(required=False, label="Or an address elsewhere")

    class Meta:
        icon = "link"
        label = "Link"
        label_format = "{text}"
        description = "A link to a page here, or to an address elsewhere."
        template = "blocks/link.html"
        value_class = LinkValue
        preview_value = {"text": "Find out more", "url": "https://www.example.org/"}

    def clean(self, value):
        value = super().clean(value)
        chosen = [name for name in ("page", "url") if value.get(name)]
        if len(chosen) == 2:
            raise self._error("url", "Choose a page or give an address, not both.")
        if not chosen and not self.is_deferred_validation and self._expected(value):
            raise self._error("page", "Choose a page, or give an address.")
        return value

    def _expected(self, value):
        return True

    @staticmethod
    def _error(name, message):
        return StructBlockValidationError(block_errors={name: ValidationError(message)})

    def get_api_representation(self, value, context=None) -> Link:
        """{"text": "…", "url": "https://…", "page": {"id": 1, "title": "…", "url": "…"} or None}"""
        page = page_json(value.get("page"), request_of(context))
        return {
            "text": value.get("text") or "",
            "url": page["url"] if page else value.get("url") or None,
            "page": page,
        }


class OptionalLinkBlock(LinkBlock):
    """A link that may be left out whole."""

    text = blocks.CharBlock(required=False, max_length=80, label="Words of the link")

    def clean(self, value):
        value = super().clean(value)
        if (value.get("page") or value.get("url")) and not value.get("text"):
            raise self._error("text", "Give the link its words.")
        return value

    def _expected(self, value):
        return bool(value.get("text"))


class SocialLinkBlock(blocks.StructBlock):
    name = blocks.CharBlock(max_length=40, help_text="Such as “Mastodon”.")
    url = blocks.URLBlock(label="Address")

    class Meta:
        icon = "group"
        label = "Social media"
        label_format = "{name}"
        description = "Where else people can follow the programme."
        template = "blocks/social_link.html"
        preview_value = {"name": "Mastodon", "url": "https://social.example.org/@southend"}


class CallToActionBlock(blocks.StructBlock):
    heading = blocks.CharBlock(max_length=80)
    text = blocks.TextBlock(required=False, rows=2, max_length=300)
    link = LinkBlock()

    class Meta:
        icon = "pick"
        label = "Call to action"
        label_format = "{heading}"
        description = "The one thing you hope a reader does next. Use it once on a page."
        template = "blocks/call_to_action.html"
        preview_value = {
            "heading": "Bring what you know",
            "text": "You don't need to be an expert. Your experience is the expertise.",
            "link": {"text": "Get involved", "url": "https://www.example.org/"},
        }


class ContactBlock(blocks.StructBlock):
    name = blocks.CharBlock(max_length=100, help_text="A person, a team or a place.")
    description = blocks.TextBlock(required=False, rows=2, max_length=300)
    email = blocks.EmailBlock(required=False)
    telephone = blocks.CharBlock(required=False, max_length=30)
    address = blocks.TextBlock(required=False, rows=3)

    class Meta:
        icon = "mail"
        label = "Contact"
        label_format = "{name}"
        description = "Whom to ask, and how to reach them."
        template = "blocks/contact.html"
        preview_value = {
            "name": "Co-production team",
            "description": "We answer within two working days.",
            "email": "co-production@southend.example.org",
            "telephone": "01632 960 123",
        }

    def clean(self, value):
        value = super().clean(value)
        ways = ("email", "telephone", "address")
        if not self.is_deferred_validation and not any(value.get(way) for way in ways):
            raise StructBlockValidationError(
                block_errors={
                    "email": ValidationError(
                        "Give at least one way: an email address, a telephone number or an address."
                    )
                }
            )
        return value


class CardBlock(OptionalPictureBlock):
    title = blocks.CharBlock(max_length=80)
    text = blocks.TextBlock(rows=3, max_length=400)
    link = OptionalLinkBlock(required=False)

    class Meta:
        icon = "form"
        label = "Card"
        label_format = "{title}"
        description = "A title, a few words, and somewhere to go."
        template = "blocks/card.html"
        form_layout = ["title", "text", "link", "image", "decorative", "alt_text"]

    def get_preview_value(self):
        return self.normalize(
            {
                "image": an_image(),
                "decorative": True,
                "title": "Plan together",
                "text": "Start with what people want to change, not with a plan to agree to.",
            }
        )


class CardsBlock(blocks.StructBlock):
    heading = blocks.CharBlock(required=False, max_length=80)
    cards = blocks.ListBlock(CardBlock(), min_num=1)

    class Meta:
        icon = "grip"
        label = "Cards"
        label_format = "{heading}"
        description = "A few things side by side, of equal weight."
        template = "blocks/cards.html"

    def get_preview_value(self):
        card = self.child_blocks["cards"].child_block.get_preview_value()
        return self.normalize({"heading": "Three ways in", "cards": [card] * 3})
