"""Who may see what: the one place that says which pages and collections are public.

A page is public when it is live, has not expired, and neither it nor any
ancestor has a view restriction. Drafts, private and expired pages appear in no
list, link, search result or API answer, for anyone: so what is made for one
reader can be served to the next. Pictures and documents follow them: `cms.core.library`.
"""

from django.db.models import Q, Value
from django.utils import timezone
from wagtail.models import CollectionViewRestriction, Page, PageViewRestriction

from .kept import kept


def not_expired(through="") -> Q:
    """A filter for pages and snippets that the scheduler has yet to take down."""
    expires = f"{through}expire_at"
    return Q(**{expires: None}) | Q(**{f"{expires}__gt": timezone.now()})


def not_over(page) -> bool:
    """The same for a page that is in hand."""
    return page.expire_at is None or page.expire_at > timezone.now()


def public_page(through="") -> Q:
    """A filter for pages that readers may see, or for what leads to them by `through`, "page__"."""
    found = Q(**{f"{through}live": True}) & not_expired(through)
    for path in restricted_paths():
        found &= ~Q(**{f"{through}path__startswith": path})
    return found


def public_pages(queryset=None):
    """`queryset` (all pages when None) without those that readers may not see."""
    queryset = Page.objects.all() if queryset is None else queryset
    return queryset.filter(public_page())


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
        and not_over(page)
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
