"""What an answer was made of, as tags in a header of its own.

Nothing is guessed: whatever is read from the database while an answer is made is
noted, by Django's own signal, and so are things that `cms.core.references` has kept.
What else is kept from one request to the next (menus, settings, alerts, privacy) is
on every page, so when that changes, all is forgotten.
"""

from collections import defaultdict
from contextlib import contextmanager
from contextvars import ContextVar

from django.apps import apps
from django.db.models.signals import post_init
from wagtail.images import get_image_model
from wagtail.models import Page

from cms.core import references

HEADER = "Edge-Tags"  # not `Cache-Tag`, which is the API's word to those who read it
EVERYTHING = "all"  # on every answer
CHANGES = "changes"  # on answers that any change may change: lists, and the APIs'
OTHERS = "any"  # in the place of a key: on an answer with too many of a kind to name each
MOST = 100  # of one kind in one answer: a header of Varnish's has 8,000 characters

_tags: ContextVar[set | None] = ContextVar("edge_tags", default=None)
_tags_of: dict[str, str] = {}  # {label of a model: its tags, with a place for the key}


def shown_where_read(model, tags="") -> None:
    """Have answers tagged that read a `model`, because only they change with one.

    `tags` has a place for the key, such as "image-{}". If it has none, an answer
    that read one of them changes with any.
    """
    _tags_of[model._meta.label] = tags or f"{model._meta.model_name}-{{}}"
    post_init.connect(_note_read, sender=model, dispatch_uid="edge.read")


def tag_of(label: str, key) -> str | None:
    """The tag of a thing; None when it may be shown anywhere."""
    tags = _tags_of.get(label)
    return tags and tags.format(key)


@contextmanager
def collected():
    """A set of the tags of all that is read in the block."""
    outer, found = _tags.get(), set()
    token = _tags.set(found)
    try:
        yield found
    finally:
        _tags.reset(token)
        if outer is not None:
            outer |= found


def note(*tags: str) -> None:
    """Say what else the answer depends on."""
    current = _tags.get()
    if current is not None:
        current.update(tags)


def _note_read(sender, instance, **kwargs):
    current = _tags.get()
    if current is not None and instance.pk is not None:
        current.add(tag_of(sender._meta.label, instance.pk))


def _note_given(sender, objects, **kwargs):
    if _tags.get() is not None and sender._meta.label in _tags_of:
        note(*(tag_of(sender._meta.label, each.pk) for each in objects if each is not None))


def header(tags: set[str]) -> str:
    """Such as ",all,page-5,": each between two commas, so that it is found whole."""
    kinds = defaultdict(set)
    for tag in tags:
        kinds[tag.partition("-")[0]].add(tag)
    named = {EVERYTHING}
    for kind, found in kinds.items():
        named |= found if len(found) <= MOST else {f"{kind}-{OTHERS}"}
    return f",{','.join(sorted(named))},"


def connect() -> None:
    """Have pages and pictures noted, which are shown where they are read."""
    for model in apps.get_models():
        if issubclass(model, Page):
            shown_where_read(model, "page-{}")
    shown_where_read(get_image_model())
    references.given.connect(_note_given)
