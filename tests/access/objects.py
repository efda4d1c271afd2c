"""Pages that readers may not see, or not everyone, each with a picture and a document on it."""

from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

from django.contrib.auth.models import Group
from django.utils import timezone
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page, PageViewRestriction, Site

from cms.core.models import Alert
from tests.factories import HomePageFactory, StandardPageFactory
from tests.library import a_document, an_image, blocks_of

WORD = "Zanzibar"  # stands in the title, and nowhere else
PASSWORD = "tide"
READERS_GROUP = "Board"
OTHER_HOST = "b.example"


class Hidden(NamedTuple):
    """A page, what is on it, and the restriction that shuts it, if one does."""

    page: Page
    image: object
    document: object
    restriction: PageViewRestriction | None


def make(name: str, home) -> Hidden:
    """The page that the tables call `name`."""
    other = HomePageFactory(parent=Page.get_first_root_node(), slug="b", listing_image=None)
    Site.objects.create(hostname=OTHER_HOST, port=80, root_page=other)
    image, document = an_image(), a_document()
    page = _WAYS[name](home, image, document)
    page = Page.objects.get(pk=page.pk).specific
    above = page.get_ancestors(inclusive=True)
    restriction = PageViewRestriction.objects.filter(page__in=above).first()
    return Hidden(page, image, document, restriction)


def _page(parent, *files, **values) -> Page:
    values = {"title": f"{WORD} {parent.pk}", "slug": "hidden", "listing_image": None, **values}
    return StandardPageFactory(parent=parent, show_in_menus=True, body=blocks_of(*files), **values)


def _published(parent, *files, **values) -> Page:
    page = _page(parent, *files, live=False, **values)
    page.save_revision().publish()
    page.refresh_from_db()
    return page


def _draft(home, *files):
    page = _page(home, *files, live=False)
    page.save_revision()
    return page


def _newer_draft(home, *files):
    page = _published(home, title="Public", slug="public")
    page.title, page.body = f"{WORD} {home.pk}", blocks_of(*files)
    page.save_revision()
    return page


def _scheduled(home, *files):
    page = _page(home, *files, live=False, go_live_at=timezone.now() + timedelta(days=1))
    page.save_revision(approved_go_live_at=page.go_live_at)
    return page


def _unpublished(home, *files):
    page = _published(home, *files)
    page.unpublish()
    return page


def _expired(home, *files):
    page = _published(home, *files, expire_at=timezone.now() + timedelta(hours=1))
    page.expire_at = timezone.now() - timedelta(seconds=1)
    page.save()
    page.save_revision()
    return page


def _restricted(kind: str, **values) -> Callable:
    def way(home, *files):
        page = _published(home, *files)
        _restrict(page, kind, **values)
        page.save_revision().publish()
        return page

    return way


def _restrict(page, kind, **values):
    restriction = PageViewRestriction.objects.create(page=page, restriction_type=kind, **values)
    if kind == PageViewRestriction.GROUPS:
        restriction.groups.add(Group.objects.get_or_create(name=READERS_GROUP)[0])


def _below_private(home, *files):
    above = StandardPageFactory(parent=home, title="Above", slug="above", listing_image=None)
    _restrict(above, PageViewRestriction.LOGIN)
    return _published(above, *files)


def _draft_below_private(home, *files):
    above = StandardPageFactory(parent=home, title="Above", slug="above", listing_image=None)
    _restrict(above, PageViewRestriction.LOGIN)
    return _draft(above, *files)


def _other_site(way) -> Callable:
    return lambda home, *files: way(Site.objects.get(hostname=OTHER_HOST).root_page, *files)


_WAYS = {
    "a public page": _published,
    "a draft": _draft,
    "the newer draft of a public page": _newer_draft,
    "scheduled": _scheduled,
    "unpublished": _unpublished,
    "expired": _expired,
    "for a password": _restricted("password", password=PASSWORD),
    "for who has signed in": _restricted("login"),
    "for a group": _restricted("groups"),
    "below a page for who has signed in": _below_private,
    "a draft below such a page": _draft_below_private,
    "a public page of the other site": _other_site(_published),
    "a draft of the other site": _other_site(_draft),
    "for a password, on the other site": _other_site(_restricted("password", password=PASSWORD)),
}


def point_at(page, home) -> None:
    """Have a text, a button, an alert and an old address lead to a page, as editors do."""
    link = {"heading": "Go", "link": {"text": "There", "page": page.pk}}
    StandardPageFactory(
        parent=home,
        slug="pointing",
        listing_image=None,
        body=[
            {"type": "call_to_action", "value": link},
            {"type": "rich_text", "value": f'<p><a linktype="page" id="{page.pk}">x</a></p>'},
        ],
    )
    Redirect.objects.create(old_path="/old-address", redirect_page=page)
    Alert.objects.create(title="News", page=page, live=True)
