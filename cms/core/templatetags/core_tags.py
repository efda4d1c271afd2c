"""What templates ask for. Loaded everywhere, so no template needs `{% load core_tags %}`."""

from urllib.parse import urlsplit

from django import template
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from wagtail.models import Site

from ..kept import kept
from ..models import Alert
from ..navigation import main_menu
from ..renditions import WIDEST, pictures_of
from ..visibility import is_in_public_collection, is_public, not_expired

register = template.Library()


@register.simple_tag(takes_context=True)
def menu(context) -> list[dict]:
    """`{% menu as items %}`: the main menu: {"page", "url", "current": "page", "true" or ""}."""
    request = context.get("request")
    site = Site.find_for_request(request) if request else None
    return main_menu(site, context.get("page"), request) if site else []


@register.simple_tag
def alerts() -> list:
    """`{% alerts as messages %}`: published alerts, newest first."""
    return kept(
        "alerts",
        lambda: list(Alert.objects.filter(live=True).filter(not_expired()).select_related("page")),
    )


@register.simple_tag
def shared_part(template, site=None, items=(), here=""):
    """`{% shared_part "components/footer.html" site=settings.core.SiteSettings items=items %}`

    What all pages share is made once until a change: `site` are its settings, `items` the
    main menu, and `here` is the name of the address.
    """
    on_search = here == "search"  # the one name that a menu looks at
    made_of = (getattr(site, "pk", None), *(item["current"] for item in items), on_search)
    context = {"site": site, "items": items, "on_search": on_search}
    return kept((template, *made_of), lambda: render_to_string(template, context))


@register.simple_tag(takes_context=True)
def editor_is_here(context) -> bool:
    """True for a preview or a signed-in editor: only then is Wagtail's user bar asked for.

    A reader carries no session cookie, so for them this asks nothing of the
    session, and the page is the same for all.
    """
    request = context.get("request")
    return bool(request) and (
        getattr(request, "is_preview", False) or settings.SESSION_COOKIE_NAME in request.COOKIES
    )


@register.inclusion_tag("components/picture.html")
def picture(image, alt="", sizes="100vw", eager=False, css="", widest=WIDEST):
    """`{% picture value.image alt=value.alt sizes="(min-width: 60rem) 50vw, 100vw" %}`

    A responsive picture with its width and height, so that nothing jumps. `alt`
    "" marks it as decoration. `eager=True` for the one above the fold. `widest`
    leaves out what has more pixels than its place can show.
    """
    if not image or not is_in_public_collection(image):
        return {"image": None}
    pictures = pictures_of(image)
    return {
        "image": pictures.fallback,
        "sources": pictures.srcsets(widest).items(),
        "alt": alt,
        "sizes": sizes,
        "eager": eager,
        "css": css,
    }


@register.simple_tag
def shared_picture(image):
    """`{% shared_picture page.listing_image as shared %}`: the picture of a link someone shares."""
    return pictures_of(image).social if image and is_in_public_collection(image) else None


@register.simple_tag
def heading(level, text, anchor="", css="", shift=0):
    """`{% heading heading_level value.heading anchor %}`: an h2 to h6, with an id if it has one.

    `shift` sets it that many levels lower.
    """
    level = min(max(int(level) + int(shift or 0), 2), 6)
    given = [(name, value) for name, value in (("id", anchor), ("class", css)) if value]
    attributes = format_html_join("", ' {}="{}"', given)
    return format_html("<h{}{}>{}</h{}>", level, attributes, text, level)


@register.simple_tag
def icon(name, css=""):
    """`{% icon "download" %}`: one of our own icons, inline; always beside words."""
    return render_to_string(f"components/icons/{name}.html", {"css": css})


@register.filter
def public(item) -> bool:
    """`{% if link.page|public %}`: whether readers may see a page, an image or a document."""
    if item is not None and hasattr(item, "collection"):
        return is_in_public_collection(item)
    return is_public(item)


@register.filter
def plus(number, more) -> int:
    return int(number) + int(more)


@register.filter
def times(number):
    """`{% for line in field.lines|times %}`: a loop of that many turns."""
    return range(int(number or 0))


@register.filter
def widget_type(bound_field) -> str:
    """The widget's class in small letters, such as "checkboxselectmultiple"."""
    return bound_field.field.widget.__class__.__name__.lower()


@register.filter
def counted(number, noun) -> str:
    """`{{ chapters|length|counted:"chapter" }}`: "1 chapter", "9 chapters"."""
    return f"{number} {noun}{'' if int(number) == 1 else 's'}"


@register.filter
def host(url) -> str:
    """`{{ partner.website|host }}`: "www.example.org"."""
    return urlsplit(url).netloc
