"""Reading pages as their own types, with all that they show, in a constant number of queries."""

from collections.abc import Iterable
from functools import cache

from django.db.models import prefetch_related_objects
from modelcluster.models import get_all_child_relations
from wagtail.models import Page, get_page_models

from cms.core.references import load_references


def specific_pages(pages) -> list[Page]:
    """The pages of a queryset of `Page`, each as its own type; one query for all types."""
    links = _links()
    found = pages.select_related("locale", *links.values())
    return [_as_its_type(page, links) for page in found]


def _as_its_type(page, links):
    link = links.get(page.specific_class)
    if link is None:
        return page.specific
    own = getattr(page, link)
    own.locale = page.locale  # read with the page
    return own


@cache
def _links() -> dict[type[Page], str]:
    """{page type: by what name a `Page` leads to it}, for those made from `Page` itself."""
    return {
        model: model._meta.pk.remote_field.get_accessor_name()
        for model in get_page_models()
        if model is not Page and model._meta.pk.remote_field.model is Page
    }


def pages_with_keys(keys: Iterable[int]) -> list[Page]:
    """The pages with these keys, in this order, each as its own type."""
    keys = list(keys)
    found = {page.pk: page for page in specific_pages(Page.objects.filter(pk__in=keys))}
    return [found[key] for key in keys if key in found]


def read_together(pages: list[Page], shown) -> None:
    """Read all that `pages` point at, and those of their children that `shown(model)` names."""
    load_references(pages)
    prefetch_related_objects(pages, "locale", "alias_of")
    for model in {type(page) for page in pages}:
        relations = [relation.name for relation in get_all_child_relations(model)]
        same = [page for page in pages if type(page) is model]
        prefetch_related_objects(same, *sorted(set(shown(model)).intersection(relations)))
