"""The sign-up form, whose fields staff edit."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.template.defaultfilters import pluralize
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.functional import cached_property
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import (
    FieldPanel,
    HelpPanel,
    InlinePanel,
    MultiFieldPanel,
    ObjectList,
    TitleFieldPanel,
)
from wagtail.api import APIField
from wagtail.contrib.forms.models import AbstractFormField, FormMixin, validate_to_address
from wagtail.fields import RichTextField, StreamField
from wagtail.search import index

from cms.core.api_fields import RichTextField as RichTextJSON
from cms.core.blocks import StoryBlock
from cms.core.models import BasePage
from cms.core.panels import page_tabs
from cms.core.rich_text import FEATURES

from ..forms import SignUpFormBuilder
from ..sign_ups import tokens
from .sign_up import SignUpChoice

FIELD_TYPES = [
    ("singleline", "One line of text"),
    ("multiline", "Several lines of text"),
    ("email", "Email address"),
    ("telephone", "Telephone number"),
    ("number", "Number"),
    ("date", "Date"),
    ("url", "Web address"),
    ("checkbox", "One box to tick"),
    ("checkboxes", "Several boxes to tick"),
    ("radio", "One choice of a few"),
    ("dropdown", "One choice of many"),
]


def split_choices(text: str) -> list[str]:
    """Choices as Wagtail's form builder reads them: by lines, or on one line by commas."""
    separator = "\n" if "\n" in text else ","
    return [choice.strip() for choice in text.split(separator) if choice.strip()]


class FormField(AbstractFormField):
    """One question of the form."""

    page = ParentalKey("GetInvolvedPage", on_delete=models.CASCADE, related_name="form_fields")
    field_type = models.CharField("kind of answer", max_length=16, choices=FIELD_TYPES)
    field_type.required_on_save = True
    group = models.CharField(
        max_length=100,
        blank=True,
        help_text=(
            "A heading for this question and those beside it that have the same one, "
            "such as “About you”."
        ),
    )
    autocomplete = models.CharField(
        "browsers may fill this in",
        max_length=40,
        blank=True,
        choices=[
            ("name", "Full name"),
            ("given-name", "First name"),
            ("family-name", "Last name"),
            ("email", "Email address"),
            ("tel", "Telephone number"),
            ("street-address", "Address"),
            ("postal-code", "Postcode"),
            ("organization", "Organisation"),
        ],
        help_text="When the answer is about the person themselves: it saves typing.",
    )
    help_text = models.CharField(
        "why we ask, or what to write",
        max_length=255,
        help_text="People are told it beside the question. A question without a reason is one "
        "not to ask.",
    )
    help_for_choice = models.CharField(
        "more help when this is chosen",
        max_length=255,
        blank=True,
        help_text="One of the choices, written the same. For one box to tick, leave it empty.",
    )
    help_when_chosen = models.CharField(
        "what to say then",
        max_length=255,
        blank=True,
        help_text="Readers see it as soon as they choose it.",
    )
    used_as = models.CharField(
        "staff sort sign-ups by this, as",
        max_length=10,
        blank=True,
        choices=SignUpChoice.Kind,
    )
    max_choices = models.PositiveSmallIntegerField(
        "most boxes to tick",
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="Only for several boxes. Leave empty for no limit.",
    )

    panels = [
        FieldPanel("label", heading="Question"),
        FieldPanel("help_text"),
        FieldPanel("group"),
        FieldPanel("field_type", classname="formbuilder-type", required_on_save=True),
        FieldPanel("required"),
        FieldPanel("choices", classname="formbuilder-choices"),
        FieldPanel("max_choices"),
        FieldPanel("help_for_choice"),
        FieldPanel("help_when_chosen"),
        FieldPanel("default_value", classname="formbuilder-default"),
        FieldPanel("autocomplete"),
        FieldPanel("used_as"),
    ]
    api_fields = [
        *AbstractFormField.api_fields,
        APIField("group"),
        APIField("autocomplete"),
        APIField("max_choices"),
        APIField("help_for_choice"),
        APIField("help_when_chosen"),
    ]

    def clean(self):
        super().clean()
        if self.help_for_choice and self.help_for_choice not in split_choices(self.choices):
            raise ValidationError(
                {"help_for_choice": "Write it in the same way as it stands among the choices."}
            )


class GetInvolvedPage(FormMixin, BasePage):
    """Where residents offer to take part, or ask for more."""

    reader_kind = "Form"
    page_description = "A form by which people offer to take part. You edit its questions."
    parent_page_types = ["home.HomePage"]
    subpage_types = []

    landing_page_template = "programme/get_involved_page_landing.html"
    form_builder = SignUpFormBuilder

    introduction = RichTextField(features=FEATURES)
    body = StreamField(StoryBlock(), blank=True)
    purpose = RichTextField(
        "why we ask", features=FEATURES, help_text="What you will do with the answers."
    )
    privacy_text = RichTextField(
        "privacy",
        features=FEATURES,
        help_text="Who sees the answers. Readers see this above the button; how long you keep "
        "them and how to leave are added from the settings below.",
    )
    retention_months = models.PositiveSmallIntegerField(
        "keep answers for (months)",
        default=24,
        validators=[MinValueValidator(1), MaxValueValidator(120)],
    )
    unconfirmed_days = models.PositiveSmallIntegerField(
        "erase what is not confirmed after (days)",
        default=14,
        validators=[MinValueValidator(7), MaxValueValidator(90)],
        help_text="A person confirms by a link in an email, which works for seven days.",
    )
    staff_emails = models.CharField(
        "tell these people of each new sign-up",
        max_length=500,
        blank=True,
        validators=[validate_to_address],
        help_text="Email addresses, with commas between them. The message says only that there "
        "is a sign-up, never whose.",
    )
    submit_label = models.CharField("words on the button", max_length=40, default="Send")
    thank_you_title = models.CharField(max_length=100, default="Thank you")
    thank_you_text = RichTextField(features=FEATURES)
    confirm_subject = models.CharField(
        "subject", max_length=120, default="Please confirm that you signed up"
    )
    confirm_text = models.TextField(
        "message",
        default="You filled in a form on our website. Please confirm that it was you.",
        help_text="Plain text. Sent at once. A link by which the person confirms stands below it.",
    )
    confirmation_subject = models.CharField(
        "subject", max_length=120, default="Thank you for getting in touch"
    )
    confirmation_text = models.TextField(
        "message",
        help_text="Plain text. Sent when the person has confirmed. What they wrote stands below "
        "it, and the link by which they change or withdraw it.",
    )

    edit_handler = page_tabs(
        [TitleFieldPanel("title"), FieldPanel("introduction"), FieldPanel("body")],
        ObjectList(
            [
                HelpPanel(
                    "<p>Ask for as little as you can. Each question needs a reason that you would "
                    "give to the person in front of you: write it beside the question.</p>"
                ),
                InlinePanel("form_fields", heading="Questions", label="question", min_num=1),
                FieldPanel("submit_label"),
            ],
            heading="Form",
        ),
        ObjectList(
            [
                FieldPanel("purpose"),
                FieldPanel("privacy_text"),
                FieldPanel("retention_months"),
                FieldPanel("unconfirmed_days"),
            ],
            heading="Privacy",
        ),
        ObjectList(
            [
                MultiFieldPanel(
                    [FieldPanel("confirm_subject"), FieldPanel("confirm_text")],
                    heading="First email: please confirm",
                ),
                MultiFieldPanel(
                    [FieldPanel("thank_you_title"), FieldPanel("thank_you_text")],
                    heading="Page that thanks the person, when they have confirmed",
                ),
                MultiFieldPanel(
                    [FieldPanel("confirmation_subject"), FieldPanel("confirmation_text")],
                    heading="Second email: welcome",
                ),
                FieldPanel("staff_emails"),
            ],
            heading="Messages",
        ),
    )

    api_fields = [
        *BasePage.api_fields,
        APIField("introduction", serializer=RichTextJSON()),
        APIField("body"),
        APIField("purpose", serializer=RichTextJSON()),
        APIField("privacy_text", serializer=RichTextJSON()),
        APIField("retention_months"),
        APIField("unconfirmed_days"),
        APIField("submit_label"),
        APIField("form_fields"),
        APIField("thank_you_title"),
        APIField("thank_you_text", serializer=RichTextJSON()),
    ]
    search_fields = [
        *BasePage.search_fields,
        index.SearchField("introduction"),
        index.SearchField("body"),
    ]

    class Meta:
        verbose_name = "get involved page"

    @property
    def preview_modes(self):
        return self.with_front_end(FormMixin.preview_modes)

    @property
    def form_action(self) -> str:
        """Where the form is sent: an address of its own, which needs no cookie."""
        return reverse("sign_up", args=[self.pk]) if self.pk else ""

    def get_form_fields(self):
        return self._questions

    @cached_property
    def _questions(self):
        # Read once for each page that is loaded, not by everyone who asks.
        return list(super().get_form_fields())

    @property
    def how_long(self) -> str:
        """How long answers are kept, in the words that people are told before they send them."""
        months = f"{self.retention_months} month{pluralize(self.retention_months)}"
        return (
            f"For {months}, then we erase them. If you do not confirm your email address, "
            f"we erase them after {self.unconfirmed_days} days."
        )

    how_to_leave = (
        "Each email from us has a link by which you can see, change or download your answers, "
        "or withdraw. When you withdraw, we erase them at once. You do not have to say why."
    )

    @property
    def staff_addresses(self) -> list[str]:
        return [address.strip() for address in self.staff_emails.split(",") if address.strip()]

    def get_context(self, request, *args, **kwargs):
        context = super().get_context(request, *args, **kwargs)
        context.setdefault("form", self.get_form(page=self))
        context["form_token"] = tokens.make(self)
        return context

    def serve(self, request, *args, **kwargs):
        # Answers go to `form_action`; the page itself is only read.
        response = BasePage.serve(self, request, *args, **kwargs)
        # The form carries when it was opened: no two people get the same page.
        add_never_cache_headers(response)
        return response
