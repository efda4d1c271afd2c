"""Reading pages as their own types, with all that they show, in a constant number of queries."""

from collections.abc import Iterable

from django.db.models import prefetch_related_objects
from modelcluster.models import get_all_child_relations
from wagtail.models import Page

from cms.core.references import load_references


def specific_pages(keys: Iterable[int]) -> list[Page]:
    """The pages with these keys, in this order, each as its own type."""
    keys = list(keys)
    each = Page.objects.filter(pk__in=keys).specific()
    found = {page.pk: page for page in each.select_related("locale", for_specific_subqueries=True)}
    return [found[key] for key in keys if key in found]


def read_together(pages: list[Page], shown) -> None:
    """Read all that `pages` point at, and those of their children that `shown(model)` names."""
    load_references(pages)
    prefetch_related_objects(pages, "locale", "alias_of")
    for model in {type(page) for page in pages}:
        relations = [relation.name for relation in get_all_child_relations(model)]
        same = [page for page in pages if type(page) is model]
        prefetch_related_objects(same, *sorted(set(shown(model)).intersection(relations)))
