"""Menus, from the page tree: what is “shown in menus” is in them."""

from .kept import kept
from .visibility import public_pages


def main_menu(site, page=None, request=None) -> list[dict]:
    """The home page and its children that are shown in menus, in the tree's order.

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
