"""A site of trial pages, and what must cost the same however many there are."""

from collections.abc import Callable

from django.test import Client, override_settings
from wagtail.models import Page, Site

from cms.api.content.api import PREFIX
from cms.api.content.prepared import prepare
from cms.api.feed.keeping import catch_up
from cms.core.models import SiteSettings
from cms.core.sitemap import KEYS
from home import trial_pages
from home.models import HomePage
from resources.models import MaterialsPage, ToolkitChapterPage
from tests.blocks import whole_stream
from tests.factories import (
    DocumentFactory,
    HomePageFactory,
    ImageFactory,
    PartnerFactory,
    UserFactory,
)

#: Tasks wait for a worker, as they do on a live site. A `Sized` wants it.
later = override_settings(
    TASKS={"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": []}}
)
RARE = "trial pages"  # words that stand on one page, however many there are
WORDS = (
    '{"entityMap":{},"blocks":[{"key":"a","text":"New words","type":"unstyled","depth":0,'
    '"inlineStyleRanges":[],"entityRanges":[]}]}'
)


class Sized:
    """The default site with a whole home page and `pages` trial pages.

    `asks` are the things to ask of it, by name; each gives a response. Those of the
    editor's screens are asked by an administrator.
    """

    def __init__(self, pages: int):
        Page.objects.filter(depth=2).delete()
        home = HomePageFactory(parent=Page.get_first_root_node())
        Site.objects.update_or_create(
            is_default_site=True, defaults={"hostname": "testserver", "port": 80, "root_page": home}
        )
        ImageFactory()
        DocumentFactory()
        PartnerFactory()
        SiteSettings.for_site(Site.objects.get())
        trial_pages.make(pages)
        home = HomePage.objects.get()
        home.body = whole_stream(HomePage)
        home.save_revision().publish()
        catch_up()
        prepare()
        self.reader, self.editor = Client(), Client()
        self.editor.force_login(UserFactory(is_superuser=True))
        self.asks = self._asks()

    def _asks(self) -> dict[str, Callable]:
        top = Page.objects.get(slug=trial_pages.SLUG)
        section = top.get_first_child()
        chapter = ToolkitChapterPage.objects.order_by("path").first()
        page = section.get_children().filter(content_type=section.content_type).first()
        addresses = {
            "home": "/",
            "chapter": chapter.get_url(),
            "materials": MaterialsPage.objects.order_by("path").first().get_url(),
            "search, a rare word": f"/search/?q={RARE}",
            "API v2 list": "/api/v2/pages/?limit=20",
            "API v2 list, whole": "/api/v2/pages/?limit=20&fields=*",
            "API v2 list of a type": "/api/v2/pages/?type=home.StandardPage&limit=20",
            "content API list": f"{PREFIX}pages/?limit=20",
            "content API list, whole": f"{PREFIX}pages/?limit=20&fields=*",
            "content API list by date": f"{PREFIX}pages/?limit=20&order=-last_published_at",
            "by path": f"{PREFIX}pages/by-path/?path={chapter.get_url()}&include=menus,settings",
            "sync": f"{PREFIX}sync/?limit=20",
            "sitemap": "/sitemap.xml",
            "sitemap, a part": f"/sitemap-{chapter.pk // KEYS}.xml",
        }
        screens = {
            "explorer, the root": "/admin/pages/",
            "explorer, the home page": f"/admin/pages/{top.get_parent().pk}/",
            "explorer, a section": f"/admin/pages/{section.pk}/",
            "chooser, the root": "/admin/choose-page/?page_type=wagtailcore.page",
            "chooser, a section": f"/admin/choose-page/{section.pk}/?page_type=wagtailcore.page",
            "chooser, search": f"/admin/choose-page/search/?q={RARE}&page_type=wagtailcore.page",
        }
        return {
            **{name: lambda to=to: self.reader.get(to) for name, to in addresses.items()},
            **{name: lambda to=to: self.editor.get(to) for name, to in screens.items()},
            "publish": lambda: self._publish(page),
        }

    @property
    def common(self) -> dict[str, Callable]:
        """Searches for a word that is on every page."""
        word = trial_pages.COMMON_WORD
        return {
            "search, a word of every page": lambda: self.reader.get(f"/search/?q={word}"),
            "chooser, a word of every page": lambda: self.editor.get(
                f"/admin/choose-page/search/?q={word}&page_type=wagtailcore.page"
            ),
        }

    def _publish(self, page):
        form = {
            "title": page.title,
            "slug": page.slug,
            "summary": "Another summary.",
            "content_owner_name": "Robin",
            "content_owner_email": "robin@example.org",
            "body-count": "1",
            "body-0-deleted": "",
            "body-0-order": "0",
            "body-0-type": "rich_text",
            "body-0-id": "",
            "body-0-value": WORDS,
            "comments-TOTAL_FORMS": "0",
            "comments-INITIAL_FORMS": "0",
            "comments-MIN_NUM_FORMS": "0",
            "comments-MAX_NUM_FORMS": "",
            "action-publish": "1",
        }
        return self.editor.post(f"/admin/pages/{page.pk}/edit/", form)
