"""What is recorded: pages, and all of Wagtail's and the core's that decides what readers see."""

from django.contrib.contenttypes.models import ContentType
from django.core.signals import request_started
from django.db.models.signals import m2m_changed, pre_delete
from django.dispatch import receiver
from taggit.models import TaggedItem
from wagtail.contrib.redirects.models import Redirect
from wagtail.images import get_image_model
from wagtail.models import (
    Collection,
    CollectionViewRestriction,
    Locale,
    Page,
    PageViewRestriction,
    Site,
    get_page_models,
)
from wagtail.signals import (
    page_published,
    page_slug_changed,
    page_unpublished,
    post_page_move,
)

from cms.core.models import Alert, SiteSettings
from cms.core.pictures import renditions_made

from . import generation, uses
from .log import record, record_changes_of, recorded_models
from .models import Event

for _model in (
    Alert,
    Collection,
    CollectionViewRestriction,
    Locale,
    Redirect,
    Site,
    SiteSettings,
    get_image_model(),
):
    record_changes_of(_model)
record_changes_of(
    PageViewRestriction, shown_on=lambda restriction: [uses.page(restriction.page_id)]
)


for _model in get_page_models():
    uses.remember_before_saves_of(_model)


@receiver(renditions_made)
def made(instance, **kwargs):
    """Pages and answers that were made before show another picture, or a larger one."""
    record(Event.What.PUBLISHED, instance)


def _record(what, page, url_path_before=None, shown_on=()):
    urls = [page.get_full_url()]
    if url_path_before and url_path_before != page.url_path:
        urls.insert(0, _url_at(page, url_path_before))
    model = ContentType.objects.get_for_id(page.content_type_id).model_class() or Page
    record(
        what,
        page,
        model=model,
        tree_path=page.path,
        urls=urls,
        title=page.title,
        in_menus=page.show_in_menus,
        shown_on=shown_on,
    )


def _parent_of(page):
    """A page's parent, which may list it, as `shown_on` names it."""
    paths = [page.path[: -Page.steplen]]
    keys = Page.objects.filter(path__in=paths, depth__gt=1).values_list("pk", flat=True)
    return [uses.page(key) for key in keys]


def _url_at(page, url_path):
    return Page(pk=page.pk, url_path=url_path).get_full_url()


@receiver(page_published)
def published(instance, **kwargs):
    _record(Event.What.PUBLISHED, instance)


@receiver(page_unpublished)
def unpublished(instance, **kwargs):
    _record(Event.What.UNPUBLISHED, instance, shown_on=_parent_of(instance))


@receiver(page_slug_changed)
def readdressed(instance, instance_before, **kwargs):
    # Wagtail tells this one after the commit.
    _record(Event.What.MOVED, instance, instance_before.url_path)


@receiver(post_page_move)
def moved(instance, url_path_before, parent_page_before, **kwargs):
    # Also when a page has only changed its place among its siblings.
    left = [uses.page(parent_page_before.pk)]
    _record(Event.What.MOVED, instance, url_path_before, shown_on=left)


@receiver(pre_delete, sender=Page)
def deleted(instance, **kwargs):
    _record(Event.What.DELETED, instance, shown_on=_parent_of(instance))


@receiver(m2m_changed, sender=TaggedItem)
def tagged(instance, action, **kwargs):
    # Tags are written after what they are put on.
    if action.startswith("post_") and type(instance) in recorded_models():
        record(Event.What.PUBLISHED, instance)


class _Seen:
    mark = None


@receiver(request_started)
def forget_where_sites_begin(**kwargs):
    """Wagtail keeps for an hour where each site begins, by default in each process."""
    mark = generation.current().mark()
    if mark is None or mark != _Seen.mark:
        Site.clear_site_root_paths_cache()
        _Seen.mark = mark
