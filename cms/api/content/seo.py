"""What search engines, and those who share a page, are told."""

from typing import Literal, NamedTuple, NotRequired
from uuid import UUID

from django.conf import settings
from typing_extensions import TypedDict
from wagtail.models import Page

from cms.core.models import SiteSettings
from cms.core.representations import absolute
from cms.core.shapes import Rendition
from cms.core.visibility import public_pages


class Words(NamedTuple):
    """What of a page only its head and its translations need."""

    seo_title: str
    search_description: str
    pk: int | None
    translation_key: UUID | str

    @classmethod
    def of(cls, page: Page) -> "Words":
        return cls(*(getattr(page, name) for name in cls._fields))


class SocialImage(Rendition):
    """The picture of a link that someone shares."""

    alt: str


OrganizationLD = TypedDict("OrganizationLD", {"@type": Literal["Organization"], "name": str})
ListItemLD = TypedDict(
    "ListItemLD", {"@type": Literal["ListItem"], "position": int, "name": str, "item": str}
)
BreadcrumbListLD = TypedDict(
    "BreadcrumbListLD", {"@type": Literal["BreadcrumbList"], "itemListElement": list[ListItemLD]}
)
WebPageLD = TypedDict(
    "WebPageLD",
    {
        "@context": Literal["https://schema.org"],
        "@type": Literal["WebPage"],
        "name": str,
        "description": str,
        "url": str,
        "inLanguage": str,
        "datePublished": NotRequired[str],
        "dateModified": NotRequired[str],
        "image": NotRequired[str],
        "publisher": OrganizationLD,
        "breadcrumb": BreadcrumbListLD,
    },
)


class Seo(TypedDict):
    """For the head of the page. `json_ld` can be written out as it is."""

    title: str
    description: str
    canonical: str
    image: SocialImage | None
    json_ld: WebPageLD


class Alternate(TypedDict):
    """The same page in another language."""

    id: int
    locale: str
    title: str
    url: str


def seo_json(whole: dict, seo_title: str, search_description: str, request) -> Seo:
    """What a page's whole JSON says already, and what editors wrote for search engines."""
    organisation = SiteSettings.for_request(request).organisation
    image = whole["listing_image"]
    description = search_description or whole["summary"]
    social = {**image["renditions"]["social"], "alt": image["alt"]} if image else None
    json_ld = {
        "@context": "https://schema.org",
        "@type": "WebPage",
        "name": whole["title"],
        "description": description,
        "url": whole["url"],
        "inLanguage": whole["locale"],
        "publisher": {"@type": "Organization", "name": organisation},
        "breadcrumb": {
            "@type": "BreadcrumbList",
            "itemListElement": [
                {
                    "@type": "ListItem",
                    "position": position,
                    "name": step["title"],
                    "item": step["url"],
                }
                for position, step in enumerate([*whole["breadcrumbs"], whole], start=1)
            ],
        },
    }
    if whole["first_published_at"]:
        json_ld["datePublished"] = whole["first_published_at"]
    if whole["last_published_at"]:
        json_ld["dateModified"] = whole["last_published_at"]
    if social:
        json_ld["image"] = social["url"]
    return {
        "title": f"{seo_title or whole['title']} – {organisation}",
        "description": description,
        "canonical": whole["url"],
        "image": social,
        "json_ld": json_ld,
    }


def alternates_json(key: int | None, translation_key, request) -> list[Alternate]:
    """The translations of the page `key`."""
    if not settings.WAGTAIL_I18N_ENABLED:
        return []
    others = Page.objects.filter(translation_key=translation_key).exclude(pk=key)
    return [
        {
            "id": other.pk,
            "locale": other.locale.language_code,
            "title": other.title,
            "url": absolute(url, request),
        }
        for other in public_pages(others).select_related("locale")
        if (url := other.get_url(request))
    ]
