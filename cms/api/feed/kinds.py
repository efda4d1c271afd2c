"""What can be kept in step: each kind of thing says what of it is public, and how it is read.

    add(Kind("partner", Partner, everything, PartnerShape, read_partners))

An app does this in its `api.py`.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from django.contrib.contenttypes.models import ContentType
from django.db.models import Min, Model, QuerySet
from django.utils import timezone
from wagtail.models import DraftStateMixin, Page, Site


class Kind(NamedTuple):
    """`public(site)` is a queryset. `read(site, keys, request)` gives the JSON of those that
    are public, each with its `id`; `shape` is the type of one. `beside(keys)` gives the keys
    of those that are public with them."""

    name: str
    model: type[Model]
    public: Callable[[Site], QuerySet]
    shape: Any
    read: Callable[[Site, list[int], Any], list[dict]]
    beside: Callable[[list[int]], set[int]] | None = None

    def rows(self, site: Site, keys: list[int] | None) -> Iterator[tuple[int, str, datetime]]:
        """(key, type, when it expires) of those of `keys` that are public; of all when None."""
        found = self.public(site)
        if keys is not None:
            found = found.filter(pk__in=keys)
        if self.model is not Page:
            for key in found.order_by().values_list("pk", flat=True):
                yield key, self.model._meta.label, None
            return
        fields = ("pk", "content_type_id", "expire_at")
        for key, content_type, until in found.order_by().values_list(*fields):
            model = ContentType.objects.get_for_id(content_type).model_class()
            yield key, model._meta.label, until


class Part(NamedTuple):
    """Something of the whole site that has an endpoint of its own, such as the menus.

    Of these the feed says only that they changed. `models` are those whose events
    change it.
    """

    name: str
    models: tuple[type[Model], ...]

    def rows(self, site: Site, keys: list[int] | None) -> Iterator[tuple[int, str, datetime]]:
        """As those of a kind: there is one, and it expires with the first thing in it."""
        alive = [
            model.objects.filter(live=True, expire_at__gt=timezone.now())
            for model in self.models
            if issubclass(model, DraftStateMixin)
        ]
        firsts = [found.aggregate(first=Min("expire_at"))["first"] for found in alive]
        yield THE_ONE, "", min(filter(None, firsts), default=None)


THE_ONE = 0  # the key of a part, of which there is one
_kinds: dict[str, Kind] = {}
_parts: dict[str, Part] = {}
_shown_through: list[tuple[str, type[Model]]] = []


def add(*found: Kind | Part) -> None:
    """Have these in the feed."""
    for each in found:
        (_kinds if isinstance(each, Kind) else _parts)[each.name] = each


def show_through(model: type[Model], on: type[Model]) -> None:
    """Have an event of `model` change all pages that point at any `on`, such as a collection."""
    _shown_through.append((model._meta.label, on))


def kinds() -> dict[str, Kind]:
    return dict(_kinds)


def parts() -> dict[str, Part]:
    return dict(_parts)


def shown_through(label: str) -> list[type[Model]]:
    """By what else pages show a thing of this model."""
    return [on for found, on in _shown_through if found == label]
