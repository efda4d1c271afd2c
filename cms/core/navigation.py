"""Menus, and ways through the page tree."""

from copy import copy

from django.contrib.contenttypes.models import ContentType
from wagtail.models import Page

from .kept import Newest, kept
from .references import MOST_PAGES_KEPT, given
from .statements import by_key
from .visibility import public_pages, visible_children


def main_menu(site, page=None, request=None) -> list[dict]:
    """The home page and its children that are “shown in menus”, in the tree's order.

    `page` is where the reader is: its entry has `current` "page", and an entry
    above it "true" (the values of aria-current); others "".
    """
    root = site.root_page
    children = kept(("menu", root.path), lambda: list(public_pages(root.get_children().in_menu())))
    here = page.path if page is not None and getattr(page, "path", "") else ""
    return [
        {
            "page": entry,
            "url": entry.get_url(request),
            "current": _current(entry.path, here, is_root=entry.pk == root.pk),
        }
        for entry in [root, *children]
    ]


def _current(path, here, *, is_root):
    if here == path:
        return "page"
    return "true" if here.startswith(path) and not is_root else ""


def siblings(page) -> list[Page]:
    """The public children of the page above, in their order; read once for all of them."""
    parent = page.get_parent()
    found = kept(("children", parent.pk), lambda: list(visible_children(parent)))
    given.send(Page, objects=found)
    return found


def _of_its_type(key, kind) -> Page | None:
    model = ContentType.objects.get_for_id(kind).model_class() or Page
    return by_key(model, key)


def child_at(page, slug) -> Page | None:
    """The child of `page` that has this slug, as its own type.

    One that has children itself is on the way to each of them, so it is read once
    until a change.
    """
    ways = kept(("ways", page.pk), lambda: Newest(MOST_PAGES_KEPT))
    child = copy(ways.get(slug))
    if child is None:
        found = page.get_children().filter(slug=slug).values_list("pk", "content_type")[:1]
        child = next((_of_its_type(*row) for row in found), None)
        if child is None:
            return None
        if child.numchild:
            ways.put({slug: copy(child)})
    else:
        given.send(Page, objects=[child])
    # As Wagtail does where it looks for a page: treebeard asks no more for what is above.
    child._cached_parent_obj = page
    return child
