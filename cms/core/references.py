"""The objects that blocks point at, read together.

Wagtail reads the images, pages and documents of a StreamField one block type at
a time, and the links of a rich text one text at a time: a listing of fifty pages
costs hundreds of queries. `load_references` reads them in one query for each
model, whatever the number of pages and blocks, and hands them to the choosers
(`cms.core.blocks.choosers`) and to the link handlers (`cms.core.link_handlers`).

It goes over the streams twice by Wagtail's public `bulk_to_python`: first the
choosers only say which keys they want; then, with those read, they give objects.

What was read is kept for one request by `scope()`. Pages, pictures, documents and what
else is shown by its model's `for_display` are kept until something that readers see changes.
Outside a scope everything works as Wagtail does it.
"""

from collections import defaultdict
from contextlib import contextmanager
from contextvars import ContextVar
from copy import copy
from functools import cache

from django.dispatch import Signal
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Page
from wagtail.rich_text import extract_references_from_rich_text

MOST_KEPT = 500  # objects of one model, those that were read last
MOST_PAGES_KEPT = 50  # of one type: they have long texts
#: Sent with the `objects` that are shown: those that are kept are not read again.
given = Signal()
_UNREAD = object()
_scope: ContextVar["_Scope | None"] = ContextVar("references", default=None)


class _Scope:
    def __init__(self):
        self.objects = defaultdict(dict)  # model -> {pk: object, or None if there is none}
        self.wanted = None  # model -> {pk}, while collecting
        self.values = {}  # whatever `remember` keeps
        self.together = []  # instances given to `load_references`


@contextmanager
def scope():
    """Keep what is read until the end of the block: one request, or one test."""
    token = _scope.set(_Scope())
    try:
        yield
    finally:
        _scope.reset(token)


def remember(name, read):
    """`read()`, called once in a scope (each time where there is none)."""
    current = _scope.get()
    if current is None:
        return read()
    if name not in current.values:
        current.values[name] = read()
    return current.values[name]


def in_scope() -> bool:
    """Whether what is read is kept now."""
    return _scope.get() is not None


def want(model, keys) -> bool:
    """Note that `keys` of `model` are wanted. False when nobody is collecting."""
    current = _scope.get()
    if current is None or current.wanted is None:
        return False
    current.wanted[model].update(key for key in keys if key is not None)
    return True


def get_many(model, keys) -> list:
    """The object of each key, None where there is none; what is missing is read now.

    Each place gets a copy of its own, because a block may keep its own words
    about an object on it.
    """
    current = _scope.get()
    known = current.objects[model] if current else {}
    missing = {key for key in keys if key is not None and key not in known}
    if missing:
        known.update(_kept_or_read(model, missing))
    found = [copy(known.get(key)) for key in keys]
    given.send(model, objects=found)
    return found


def _kept_or_read(model, keys) -> dict:
    """{key: object, or None if there is none}"""
    from .kept import Newest, kept  # which are built on this module

    is_page = issubclass(model, Page)
    if not is_page and not hasattr(model, "for_display"):
        return _read(model, keys)
    objects = kept(("objects", model), lambda: Newest(MOST_PAGES_KEPT if is_page else MOST_KEPT))
    found = {key: objects.get(key, _UNREAD) for key in keys}
    if missing := {key for key in keys if found[key] is _UNREAD}:
        read = _read(model, missing)
        objects.put(read)
        found.update(read)
    return found


def together(instance) -> list:
    """`instance`, with all that is shown beside it: what one of them needs, they all will."""
    current = _scope.get()
    return current.together if current and instance in current.together else [instance]


def known(model) -> list:
    """Every object of `model` that this scope has read."""
    current = _scope.get()
    return [item for item in current.objects[model].values() if item] if current else []


def _read(model, keys) -> dict:
    """One query, and those that the model's own `for_display` asks for."""
    for_display = getattr(model, "for_display", None)
    queryset = for_display() if for_display else model._default_manager.all()
    found = queryset.in_bulk(list(keys))
    return {key: found.get(key) for key in keys}


def load_references(instances) -> None:
    """Read all that the streams and rich texts of `instances` point at, and set the streams.

    `instances` are pages or other models, of any mixture of types. Does nothing
    outside a scope.
    """
    current = _scope.get()
    if current is None or not instances:
        return
    instances = [one for one in instances if not any(one is other for other in current.together)]
    if not instances:
        return
    current.together.extend(instances)
    for instance in instances:
        for model in (type(instance), *instance._meta.get_parent_list()):
            current.objects[model][instance.pk] = instance

    wanted = _collect(current, instances)
    # What has pictures of its own is read before pictures are.
    for model in sorted(wanted, key=lambda model: not displayed_foreign_keys(model)):
        found = [item for item in get_many(model, wanted[model]) if item is not None]
        for field in displayed_foreign_keys(model):
            wanted[field.related_model].update(_keys(field, found))
    for instance in [*instances, *(item for model in wanted for item in known(model))]:
        for field in displayed_foreign_keys(type(instance)):
            key = getattr(instance, field.attname)
            if key is not None:
                setattr(instance, field.name, get_many(field.related_model, [key])[0])
    for (_, name), owners in _streams(instances).items():
        for owner, value in zip(owners, _convert(name, owners), strict=True):
            setattr(owner, name, value)


def _collect(current, instances) -> dict:
    """{model: {keys}}: all that `instances` point at."""
    current.wanted = defaultdict(set)
    try:
        for (_, name), owners in _streams(instances).items():
            _convert(name, owners)
        for instance in instances:
            for field in instance._meta.concrete_fields:
                if isinstance(field, RichTextField):
                    want_links(getattr(instance, field.name))
            for field in displayed_foreign_keys(type(instance)):
                want(field.related_model, _keys(field, [instance]))
        return current.wanted
    finally:
        current.wanted = None


def _streams(instances) -> dict:
    """{(model, field name): [instances]} for every StreamField of `instances`."""
    streams = defaultdict(list)
    for instance in instances:
        for field in instance._meta.concrete_fields:
            if isinstance(field, StreamField):
                streams[type(instance), field.name].append(instance)
    return streams


def _keys(field, instances) -> set:
    keys = {getattr(instance, field.attname) for instance in instances}
    return keys - {None}


def want_links(source) -> bool:
    """Note what the links of a rich text point at."""
    if not _collecting():
        return False
    for model, key, *_ in extract_references_from_rich_text(str(source or "")):
        if str(key).isdigit():
            want(model, [int(key)])
    return True


def _collecting() -> bool:
    current = _scope.get()
    return current is not None and current.wanted is not None


def _convert(name, owners):
    block = owners[0]._meta.get_field(name).stream_block
    return block.bulk_to_python([list(getattr(owner, name).raw_data) for owner in owners])


@cache
def displayed_foreign_keys(model) -> tuple:
    """Foreign keys of `model` to what is shown with it: models that have `for_display`."""
    return tuple(
        field
        for field in model._meta.concrete_fields
        if field.many_to_one
        and field.related_model is not model  # what leads to its own kind has no end
        and hasattr(field.related_model, "for_display")
    )
