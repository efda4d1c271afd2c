"""What search engines, and those who share a page, are told."""

from typing import Literal, NotRequired

from django.conf import settings
from typing_extensions import TypedDict

from cms.core.models import SiteSettings
from cms.core.representations import absolute, image_json
from cms.core.shapes import Rendition
from cms.core.visibility import public_pages


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


def seo_json(page, request) -> Seo:
    organisation = SiteSettings.for_request(request).organisation
    url = absolute(page.get_url(request), request)
    image = image_json(page.listing_image, request)
    social = {**image["renditions"]["social"], "alt": image["alt"]} if image else None
    json_ld = {
        "@context": "https://schema.org",
        "@type": "WebPage",
        "name": page.title,
        "description": page.meta_description,
        "url": url,
        "inLanguage": page.locale.language_code,
        "publisher": {"@type": "Organization", "name": organisation},
        "breadcrumb": {
            "@type": "BreadcrumbList",
            "itemListElement": [
                {
                    "@type": "ListItem",
                    "position": position,
                    "name": step.title,
                    "item": absolute(step.get_url(request), request),
                }
                for position, step in enumerate([*page.breadcrumbs, page], start=1)
            ],
        },
    }
    if page.first_published_at:
        json_ld["datePublished"] = page.first_published_at.isoformat()
    if page.last_published_at:
        json_ld["dateModified"] = page.last_published_at.isoformat()
    if social:
        json_ld["image"] = social["url"]
    return {
        "title": f"{page.seo_title or page.title} – {organisation}",
        "description": page.meta_description,
        "canonical": url,
        "image": social,
        "json_ld": json_ld,
    }


def alternates_json(page, request) -> list[Alternate]:
    if not settings.WAGTAIL_I18N_ENABLED:
        return []
    translations = public_pages(page.get_translations()).select_related("locale")
    return [
        {
            "id": other.pk,
            "locale": other.locale.language_code,
            "title": other.title,
            "url": absolute(url, request),
        }
        for other in translations
        if (url := other.get_url(request))
    ]
