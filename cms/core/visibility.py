"""Who may see what: the one place that says which pages are public.

A page is public when it is live, has not expired, and neither it nor any
ancestor has a view restriction. Drafts, private and expired pages appear in no
list, link, search result or API answer, for anyone: so what is made for one
reader can be served to the next.
"""

from functools import reduce
from operator import or_

from django.db.models import Q, Value
from django.utils import timezone
from wagtail.images import get_image_model
from wagtail.models import Collection, CollectionViewRestriction, Page, PageViewRestriction
from wagtail.permissions import policy_registry

from .kept import kept


def not_expired() -> Q:
    """A filter for pages and snippets that the scheduler has yet to take down."""
    return Q(expire_at=None) | Q(expire_at__gt=timezone.now())


def public_pages(queryset=None):
    """`queryset` (all pages when None) without those that readers may not see."""
    queryset = Page.objects.all() if queryset is None else queryset
    queryset = queryset.live().filter(not_expired())
    for path in restricted_paths():
        queryset = queryset.exclude(path__startswith=path)
    return queryset


def restricted_paths() -> tuple[str, ...]:
    """Tree paths of the pages that carry a view restriction."""
    return _restrictions()["page"]


def _restrictions() -> dict[str, tuple[str, ...]]:
    """{"page": paths, "collection": paths}: what is restricted."""
    return kept("restrictions", _read_restrictions)


def _read_restrictions():
    found = {"page": [], "collection": []}
    pages = PageViewRestriction.objects.values_list(Value("page"), "page__path")
    collections = CollectionViewRestriction.objects.values_list(
        Value("collection"), "collection__path"
    )
    for kind, path in pages.union(collections):
        found[kind].append(path)
    return {kind: tuple(paths) for kind, paths in found.items()}


def is_public(page) -> bool:
    """The same rule for a page that is in hand; costs no query of its own."""
    return (
        page is not None
        and page.live
        and (page.expire_at is None or page.expire_at > timezone.now())
        and not page.path.startswith(restricted_paths())
    )


def visible_children(page):
    """A page's public children, in the order that editors gave them."""
    return public_pages(page.get_children())


def restricted_collection_paths() -> tuple[str, ...]:
    """Tree paths of the collections that carry a view restriction."""
    return _restrictions()["collection"]


def in_public_collection(queryset):
    """Images or documents of `queryset` whose collection, and all above it, are public."""
    for path in restricted_collection_paths():
        queryset = queryset.exclude(collection__path__startswith=path)
    return queryset


def is_in_public_collection(item) -> bool:
    """The same rule for an image or a document that is in hand."""
    return not restricted_collection_paths() or is_public_collection(item.collection)


def public_collections(queryset):
    """The collections of `queryset` that are public, and all above them."""
    for path in restricted_collection_paths():
        queryset = queryset.exclude(path__startswith=path)
    return queryset


def is_public_collection(collection) -> bool:
    """The same rule for a collection that is in hand."""
    return not collection.path.startswith(restricted_collection_paths())


def readers_may_see(thing) -> bool:
    """The same rule for anything that editors change: a page, a file, a collection, a snippet."""
    if isinstance(thing, Page):
        return is_public(thing)
    if isinstance(thing, Collection):
        return is_public_collection(thing)
    if hasattr(thing, "collection_id") and not is_in_public_collection(thing):
        return False
    expires = getattr(thing, "expire_at", None)
    return getattr(thing, "live", True) and (expires is None or expires > timezone.now())


def private_renditions():
    """The renditions of images whose collection, or one above it, is restricted."""
    renditions = get_image_model().get_rendition_model().objects
    restricted = restricted_collection_paths()
    if not restricted:
        return renditions.none()
    within = reduce(or_, (Q(image__collection__path__startswith=path) for path in restricted))
    return renditions.filter(within).select_related("image__collection")


def may_see(request, item) -> bool:
    """Whether this reader may see an image or a document, be its collection private or not.

    Who may work with it in the editor may also see it there.
    """
    return (
        is_in_public_collection(item)
        or all(
            restriction.accept_request(request)
            for restriction in item.collection.get_view_restrictions()
        )
        or policy_registry.get_by_type(type(item)).user_has_any_permission_for_instance(
            request.user, {"change", "choose", "delete"}, item
        )
    )
