"""A page of each type, whole: every block of its stream has its preview value."""

from datetime import UTC, datetime

import factory
import wagtail_factories

from cms.core.models import BasePage
from home.models import HomePage, StandardPage
from programme.models import (
    BenefitsPage,
    FormField,
    GetInvolvedPage,
    Partner,
    PartnersPage,
)
from resources.models import MaterialsPage, ToolkitChapterPage, ToolkitPage

from .files import ImageFactory

WHEN = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


class PartnerFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Partner

    name = factory.Sequence(lambda number: f"Partner {number}")
    description = "An organisation that works with us."
    website = "https://www.example.org/"
    logo = factory.SubFactory(ImageFactory)


class BasePageFactory(wagtail_factories.PageFactory):
    class Meta:
        model = BasePage
        abstract = True

    summary = factory.LazyAttribute(lambda page: f"What {page.title} is about.")
    listing_image = factory.SubFactory(ImageFactory)
    content_owner_name = "Robin Example"
    content_owner_email = "robin@example.org"
    review_on = WHEN.date()
    first_published_at = WHEN
    last_published_at = WHEN
    latest_revision_created_at = WHEN


class HomePageFactory(BasePageFactory):
    class Meta:
        model = HomePage

    title = "Co-production Southend"
    slug = "co-production"
    hero_title = "Better services, made together"
    hero_text = "People who use services and people who run them plan side by side."
    body = [{"type": "rich_text", "value": "<p>Welcome.</p>"}]


class StandardPageFactory(BasePageFactory):
    class Meta:
        model = StandardPage

    title = factory.Sequence(lambda number: f"Standard page {number}")
    body = [{"type": "rich_text", "value": "<p>What we are about.</p>"}]


class BenefitsPageFactory(BasePageFactory):
    class Meta:
        model = BenefitsPage

    title = "Benefits"
    introduction = "<p>What people gain.</p>"
    body = [
        {
            "type": "benefit",
            "value": {
                "title": "Personal development",
                "summary": "Learn new skills.",
                "text": "<p>People learn by doing.</p>",
            },
        }
    ]


class PartnersPageFactory(BasePageFactory):
    class Meta:
        model = PartnersPage

    title = "Partners"
    introduction = "<p>Who works together.</p>"
    body = factory.LazyFunction(
        lambda: [
            {"type": "partner", "value": {"partner": PartnerFactory().pk, "role": "Acts on it."}}
        ]
    )


class GetInvolvedPageFactory(BasePageFactory):
    class Meta:
        model = GetInvolvedPage
        skip_postgeneration_save = True

    title = "Get involved"
    introduction = "<p>Offer to take part.</p>"
    purpose = "<p>To find out how you would like to take part.</p>"
    privacy_text = "<p>Only the sign-up team sees it.</p>"
    thank_you_text = "<p>We will write to you.</p>"
    confirmation_text = "We have what you sent."

    @factory.post_generation
    def form_fields(self, create, extracted, **kwargs):
        questions = extracted or [
            {"label": "Name", "field_type": "singleline", "autocomplete": "name"},
            {"label": "Email", "field_type": "email", "autocomplete": "email"},
            {"label": "Telephone", "field_type": "telephone", "required": False},
            {
                "label": "How would you like to take part",
                "field_type": "checkboxes",
                "choices": "Meetings\nOnline\nAt home",
                "max_choices": 2,
                "group": "Taking part",
                "used_as": "interest",
            },
            {"label": "Anything else", "field_type": "multiline", "required": False},
        ]
        for number, question in enumerate(questions):
            FormField.objects.create(page=self, sort_order=number, **question)


class ToolkitPageFactory(BasePageFactory):
    class Meta:
        model = ToolkitPage

    title = "Toolkit"
    introduction = "<p>How to do it yourself.</p>"
    edition = "First edition, November 2026"
    cover_image = factory.SubFactory(ImageFactory)


class ToolkitChapterPageFactory(BasePageFactory):
    class Meta:
        model = ToolkitChapterPage

    title = factory.Sequence(lambda number: f"Chapter {number}")
    introduction = "After this chapter you can plan a meeting."
    body = [{"type": "rich_text", "value": "<p>Start with people.</p>"}]


class MaterialsPageFactory(BasePageFactory):
    class Meta:
        model = MaterialsPage

    title = "Materials"
    introduction = "<p>Take what you need.</p>"
    body = [{"type": "rich_text", "value": "<p>Print them.</p>"}]


FACTORIES = {
    factory_class._meta.model: factory_class
    for factory_class in (
        HomePageFactory,
        StandardPageFactory,
        BenefitsPageFactory,
        PartnersPageFactory,
        GetInvolvedPageFactory,
        ToolkitPageFactory,
        ToolkitChapterPageFactory,
        MaterialsPageFactory,
    )
}
