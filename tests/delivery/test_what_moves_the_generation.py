"""The content generation moves with whatever readers can see."""

import time

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone
from taggit.models import Tag
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import (
    Collection,
    CollectionViewRestriction,
    GroupApprovalTask,
    Locale,
    Page,
    PageViewRestriction,
    Site,
    Workflow,
    WorkflowTask,
)

from cms.core.models import Alert, SiteSettings
from cms.events import generation, log, version
from programme.models import Partner
from resources.models import CollectionArchive, Document, DownloadCount, PageExport
from tests.factories import (
    DocumentFactory,
    ImageFactory,
    PartnerFactory,
    StandardPageFactory,
    ToolkitPageFactory,
    UserFactory,
)
from tests.factories.pages import FACTORIES
from tests.whole_pages import make


@pytest.fixture
def site(transactional_db, django_db_serialized_rollback, home):
    """Changes are committed, as they are when the site runs."""
    home.save_revision().publish()
    return home


@pytest.fixture
def moves(site):
    """Whether the number moved since it was asked the last time."""
    last = [generation.current().mark()]

    def moved():
        before, last[0] = last[0], generation.current().mark()
        return last[0] > before

    return moved


def _one_of(model):
    """Something of a model that is no page, saved."""
    root = Collection.get_first_root_node()
    makers = {
        "Alert": lambda: Alert.objects.create(title="Closed"),
        "Collection": lambda: root.add_child(name="Shelf"),
        "CollectionViewRestriction": lambda: CollectionViewRestriction.objects.create(
            collection=root.add_child(name="Private"), restriction_type="login"
        ),
        "Document": DocumentFactory,
        "Image": ImageFactory,
        "Locale": lambda: Locale.objects.get_or_create(language_code="en-gb")[0],
        "PageViewRestriction": lambda: PageViewRestriction.objects.create(
            page=StandardPageFactory(parent=Page.objects.get(depth=2)), restriction_type="login"
        ),
        "Partner": PartnerFactory,
        "Redirect": lambda: Redirect.objects.create(old_path="/old", redirect_link="/new/"),
        "Site": lambda: Site.objects.get(),
        "SiteSettings": lambda: SiteSettings.for_site(Site.objects.get()),
    }
    return makers[model.__name__]()


@pytest.mark.parametrize("model", log.recorded_models(), ids=lambda model: model.__name__)
def test_saving_and_deleting_whatever_readers_see_moves_it(model, moves):
    thing = _one_of(model)
    moves()
    thing.save()
    assert moves()
    if model not in (Site, Locale):
        thing.delete()
        assert moves()


@pytest.mark.parametrize("model", FACTORIES, ids=lambda model: model.__name__)
def test_a_page_of_each_type_moves_it(model, site, moves):
    page = make(model, site)
    moves()
    page.save_revision()
    assert not moves()  # a draft
    page.get_latest_revision().publish()
    assert moves()
    page.unpublish()
    assert moves()


#: Models that no reader sees, or only as a part of what is published or saved as a whole.
NOT_SEEN = {
    "api.Token", "core.User", "delivery.Delivery", "delivery.Endpoint", "events.Event",
    "events.Reader", "programme.SignUp", "programme.SignUpChoice", "programme.SignUpMessage",
    "programme.SignUpNote", "programme.SignUpPurge",
    "resources.DownloadCount",
    # Drafts, for those who have their address; no cache keeps them.
    "core.DailyWork", "core.Worker",
    "core.KeptDraft", "core.PreviewLink",
    # Made of the events themselves, for `sync/`, which no cache keeps.
    "api.Feed", "api.FeedItem", "api.PreparedPage",
    # Of an image, which is recorded again when they are made.
    "core.Rendition",
    # Of a page, published with it.
    "programme.FormField",
    # Of a document, saved with it.
    "resources.DocumentVersion",
    # Told when there is a file or it goes; see below.
    "resources.CollectionArchive", "resources.PageExport",
}  # fmt: skip


def test_each_model_of_ours_is_recorded_or_known_not_to_be_seen():
    ours = {"api", "core", "delivery", "events", "home", "programme", "resources", "search"}
    seen = {*log.recorded_models(), *FACTORIES}
    left = {
        model._meta.label
        for model in apps.get_models()
        if model._meta.app_label in ours and model not in seen
    }
    assert left == NOT_SEEN


@pytest.fixture
def pages(site):
    return [StandardPageFactory(parent=site, slug=f"page-{number}") for number in range(3)]


def workflow(pages):
    page = pages[0]
    user = UserFactory(is_superuser=True)
    page.save_revision(user=user)
    flow = Workflow.objects.create(name="Check")
    task = GroupApprovalTask.objects.create(name="Look")
    WorkflowTask.objects.create(workflow=flow, task=task, sort_order=1)
    state = flow.start(page, user)
    state.current_task_state.approve(user=user)


def go_live(pages):
    page = pages[0]
    page.unpublish()
    page.go_live_at = timezone.now() + timezone.timedelta(seconds=0.3)
    page.save_revision().publish()
    time.sleep(0.4)
    before = generation.current().mark()
    call_command("publish_scheduled", verbosity=0)
    assert generation.current().mark() > before


def expire(pages):
    Page.objects.filter(pk=pages[0].pk).update(expire_at=timezone.now())
    call_command("publish_scheduled", verbosity=0)


def rename(pages):
    pages[0].slug = "elsewhere"
    pages[0].save_revision().publish()


PAGE_WAYS = {
    "move": lambda pages: pages[0].move(pages[1], pos="last-child"),
    "reorder": lambda pages: pages[0].move(pages[2], pos="right"),
    "delete": lambda pages: pages[0].delete(),
    "delete several": lambda pages: Page.objects.filter(slug__startswith="page-").delete(),
    "copy": lambda pages: pages[0].copy(update_attrs={"slug": "copy"}),
    "workflow": workflow,
    "go live": go_live,
    "expire": expire,
    "another slug": rename,
}


@pytest.mark.parametrize("change", PAGE_WAYS.values(), ids=PAGE_WAYS)
def test_each_way_to_change_pages_moves_it(change, pages, moves):
    moves()
    change(pages)
    assert moves()


def test_a_redirect_that_wagtail_makes_is_there_before_the_number_moves(pages, monkeypatch):
    seen = []
    touch = version.touch

    def look(takes=False):
        seen.append(Redirect.objects.filter(old_path="/page-0").exists())
        touch(takes)

    monkeypatch.setattr(version, "touch", look)
    pages[0].slug = "elsewhere"
    pages[0].save_revision().publish()
    assert Redirect.objects.filter(old_path="/page-0").exists()
    assert seen[-1]


class TestInTheEditor:
    @pytest.fixture
    def editor(self, client, site):
        client.force_login(UserFactory(is_superuser=True))
        return client

    @pytest.mark.parametrize("action", ["unpublish", "publish", "delete", "move"])
    def test_pages_that_are_changed_together_move_it(self, editor, pages, moves, action):
        chosen = "&".join(f"id={page.pk}" for page in pages[:2])
        if action == "publish":
            for page in pages[:2]:
                page.unpublish()
                page.save_revision()
        moves()
        editor.post(
            f"/admin/bulk/wagtailcore/page/{action}/?next=/admin/&{chosen}",
            {"chooser": pages[2].pk, "include_descendants": "on"},
        )
        assert moves()

    def test_another_place_among_siblings_moves_it(self, editor, pages, moves):
        editor.post(f"/admin/pages/{pages[2].pk}/set_position/?position=0")
        assert moves()
        assert Page.objects.get(depth=2).get_children().first().pk == pages[2].pk

    @pytest.mark.parametrize("kind", ["images/image", "documents/document"])
    def test_tags_for_several_files_move_it(self, editor, moves, kind):
        things = [DocumentFactory() if "document" in kind else ImageFactory() for _ in range(2)]
        model = type(things[0])._meta
        chosen = "&".join(f"id={thing.pk}" for thing in things)
        moves()
        answer = editor.post(
            f"/admin/bulk/{model.app_label}/{model.model_name}/add_tags/?next=/admin/&{chosen}",
            {"tags": "summer"},
        )
        assert answer.status_code == 302
        assert Tag.objects.filter(name="summer").exists()
        assert moves()

    def test_a_collection_that_moves_below_a_private_one_moves_it_when_it_is_there(
        self, editor, site, monkeypatch
    ):
        root = Collection.get_first_root_node()
        private, shelf = root.add_child(name="Private"), root.add_child(name="Shelf")
        CollectionViewRestriction.objects.create(collection=private, restriction_type="login")
        shelf.refresh_from_db()
        places = []
        touch = version.touch

        def look(takes=False):
            places.append((Collection.objects.get(pk=shelf.pk).get_parent().name, takes))
            touch(takes)

        monkeypatch.setattr(version, "touch", look)
        editor.post(f"/admin/collections/{shelf.pk}/", {"name": "Shelf", "parent": private.pk})
        assert places[-1] == ("Private", True)

    def test_documents_that_go_to_a_private_collection_together_are_taken(self, editor, site):
        document = DocumentFactory()
        private = Collection.get_first_root_node().add_child(name="Private")
        CollectionViewRestriction.objects.create(collection=private, restriction_type="login")
        before = generation.current().taken()
        editor.post(
            "/admin/bulk/resources/document/add_to_collection/"
            f"?next=/admin/documents/&id={document.pk}",
            {"collection": private.pk},
        )
        assert generation.current().taken() > before


def test_a_tag_moves_it_when_it_is_there(site, moves):
    document = DocumentFactory()
    moves()
    document.tags.add("summer")
    assert moves()
    document.tags.clear()
    assert moves()


@pytest.mark.parametrize("made", ["export", "archive"])
def test_a_file_that_is_made_or_goes_moves_it(site, moves, made):
    if made == "export":
        toolkit = ToolkitPageFactory(parent=site, cover_image=None)
        file = PageExport(page=toolkit, format="pdf")
    else:
        file = CollectionArchive(collection=Collection.get_first_root_node())
    moves()
    file.keep(b"x", name="x", digest="x")
    assert moves()
    file.delete()
    assert moves()


def test_nothing_moves_before_the_commit_nor_when_it_is_taken_back(site, moves):
    page = StandardPageFactory(parent=site)
    moves()
    with transaction.atomic():
        page.save_revision().publish()
        assert not moves()
        transaction.set_rollback(True)
    assert not moves()
    page = Page.objects.get(pk=page.pk).specific
    with transaction.atomic():
        page.save_revision().publish()
        assert not moves()
    assert moves()


def test_what_is_not_seen_does_not_move_it(site, moves):
    DownloadCount.objects.create(day=timezone.localdate(), kind="document", key=1, count=1)
    UserFactory()
    assert not moves()


TAKES = {
    "unpublish": (lambda page: page.unpublish(), True),
    "delete": (lambda page: page.delete(), True),
    "private": (
        lambda page: PageViewRestriction.objects.create(page=page, restriction_type="login"),
        True,
    ),
    "a document that goes": (lambda page: Document.objects.get().delete(), True),
    "a private collection": (
        lambda page: CollectionViewRestriction.objects.create(
            collection=Collection.get_first_root_node(), restriction_type="login"
        ),
        True,
    ),
    "publish": (lambda page: page.save_revision().publish(), False),
    "a partner": (lambda page: Partner.objects.create(name="x", description="x"), False),
}


@pytest.mark.parametrize(("change", "takes"), TAKES.values(), ids=TAKES)
def test_it_is_told_whether_something_was_taken_from_readers(site, change, takes):
    page = StandardPageFactory(parent=site)
    DocumentFactory()
    before = generation.current().taken()
    change(page.specific)
    assert (generation.current().taken() > before) is takes
