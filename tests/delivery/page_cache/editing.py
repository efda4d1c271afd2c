"""An editor's process: does what it is told, line by line, and says when it has returned.

The live test starts it beside the server. It also makes pages without any cache,
to compare with what the server gives.
"""

import json
import sys


def main():
    import django

    django.setup()
    from django.core.cache import caches
    from django.core.handlers.wsgi import WSGIHandler

    from tests.delivery.page_cache import editing
    from tests.delivery.page_cache.cached import ask

    handler = WSGIHandler()
    print(json.dumps("ready"), flush=True)
    for line in sys.stdin:
        command, *arguments = json.loads(line)
        if command == "make":
            made = []
            for address in arguments[0]:
                for cache in caches.all():
                    if cache is not caches["shared"]:
                        cache.clear()
                answer = ask(handler, address, Host=arguments[1])
                made.append([answer.status, answer.body.decode()])
            answer = made
        else:
            answer = getattr(editing, command)(*arguments)
        print(json.dumps(answer), flush=True)


def begin(port):
    """The pages of a small site; the keys of those that come and go."""
    from wagtail.models import Page, Site

    from tests.factories import (
        HomePageFactory,
        MaterialsPageFactory,
        PartnersPageFactory,
        StandardPageFactory,
    )

    Page.objects.filter(depth=2).delete()
    home = HomePageFactory(parent=Page.get_first_root_node(), title="Home")
    Site.objects.update_or_create(
        is_default_site=True,
        defaults={"hostname": "127.0.0.1", "port": port, "root_page": home},
    )
    pages = [
        StandardPageFactory(parent=home, slug=f"page-{number}", show_in_menus=True)
        for number in range(3)
    ]
    PartnersPageFactory(parent=home, slug="partners")
    MaterialsPageFactory(parent=home, slug="materials")
    return [page.pk for page in pages]


def show_more():
    """Pages that show others, pictures and documents; the keys of those that stay."""
    from wagtail.models import Page, Site

    from home.models import HomePage
    from resources.models import MaterialsPage
    from tests.blocks import whole_stream
    from tests.factories import ToolkitChapterPageFactory, ToolkitPageFactory

    home = Site.objects.get().root_page.specific
    toolkit = ToolkitPageFactory(parent=home, slug="toolkit")
    chapter = ToolkitChapterPageFactory(parent=toolkit, slug="chapter")
    (materials,) = MaterialsPage.objects.all()
    materials.body = whole_stream(MaterialsPage)
    home.body = whole_stream(HomePage)  # with bands that draw on the pages
    partners = Page.objects.get(slug="partners").specific
    stay = [partners, materials, home, toolkit, chapter]
    for page in stay:
        page.save_revision().publish()
    return [page.pk for page in stay]


def _page(key):
    from wagtail.models import Page

    return Page.objects.get(pk=key).specific


def publish(key, title):
    page = _page(key)
    page.title = title
    page.expire_at = None
    page.save_revision().publish()


def draft(key, title):
    page = _page(key)
    page.title = title
    page.save_revision()


def rewrite(key, text):
    """What shows where the page is shown, and nothing by which it is listed or linked to."""
    page = _page(key)
    page.summary = f"{text}."
    page.save_revision().publish()


def unpublish(key):
    _page(key).unpublish()


def rename(key, slug):
    page = _page(key)
    if not page.get_siblings().exclude(pk=key).filter(slug=slug).exists():
        page.slug = slug
        page.save_revision().publish()


def move(key, to):
    page, target = _page(key), _page(to)
    below = target.pk == page.pk or target.is_descendant_of(page)
    taken = target.get_children().exclude(pk=key).filter(slug=page.slug).exists()
    if not below and not taken:
        page.move(target, pos="last-child")


def first(key):
    page = _page(key)
    page.move(page.get_parent(), pos="first-child")


def expire(key, seconds=0):
    """From now on, or in some seconds; the scheduler has yet to run."""
    from django.utils import timezone

    page = _page(key)
    page.expire_at = timezone.now() + timezone.timedelta(seconds=seconds)
    page.save_revision().publish()


def go_live(key, title):
    from django.core.management import call_command
    from django.utils import timezone

    page = _page(key)
    page.title = title
    page.expire_at = None
    page.go_live_at = timezone.now() + timezone.timedelta(milliseconds=1)
    page.save_revision().publish()
    import time

    time.sleep(0.01)
    call_command("publish_scheduled", verbosity=0)


def hide(key):
    from wagtail.models import PageViewRestriction

    PageViewRestriction.objects.get_or_create(page_id=key, restriction_type="login")


def show(key):
    from wagtail.models import PageViewRestriction

    for restriction in PageViewRestriction.objects.filter(page_id=key):
        restriction.delete()


def settings(name):
    from wagtail.models import Site

    from cms.core.models import SiteSettings

    found = SiteSettings.for_site(Site.objects.get())
    found.organisation = name
    found.save()


def alert(title):
    from cms.core.models import Alert

    Alert.objects.all().delete()
    if title:
        Alert.objects.create(title=title)


def partner(name):
    from programme.models import Partner

    Partner.objects.update_or_create(website="https://p.example.org", defaults={"name": name})


def document(title):
    from resources.models import Document
    from tests.factories import DocumentFactory

    found = Document.objects.first()
    if found:
        found.title = title
        found.save()
    else:
        DocumentFactory(title=title)


def shelf(title):
    """One more document, where the materials page shows documents."""
    from tests.factories import DocumentFactory

    DocumentFactory(title=title)


def picture(description):
    from cms.core.models import Image

    for image in Image.objects.all()[:3]:
        image.description = description
        image.save()


# For what is in front of the site ----------------------------------------------------


def form():
    """A page to sign up by."""
    from wagtail.models import Site

    from tests.factories import GetInvolvedPageFactory

    GetInvolvedPageFactory(parent=Site.objects.get().root_page, slug="join")


def share(key, title):
    """The path of a link to a draft."""
    from django.utils import timezone

    from cms.core.models import PreviewLink, User

    draft(key, title)
    editor, _ = User.objects.get_or_create(email="e@example.org", is_superuser=True)
    ends = timezone.now() + timezone.timedelta(hours=1)
    link = PreviewLink.objects.create(page_id=key, created_by=editor, ends_at=ends)
    return f"/preview/{link.token}/"


def purge():
    from django.core.management import call_command

    call_command("purge_edge", stdout=sys.stderr)


def purge_address(url):
    from wagtail.contrib.frontend_cache.utils import get_backends

    for backend in get_backends().values():
        backend.purge(url)


def tell_edges():
    """What the worker does."""
    from cms.delivery.edge import purging

    return purging.catch_up()


if __name__ == "__main__":
    main()
