"""What an event touches: the thing itself, and all whose JSON shows something of it.

- A page's title and address are shown below it (breadcrumbs), above it (its parent
  may list it), and wherever it is linked to. When they change, or the page comes or
  goes, all of these are touched, and the same holds for each page below it.
- A picture, a document or a partner is shown wherever the index of references says.
- A picture or a document is public where something public shows it, so it may come or go
  with a page. What shows it then comes or goes itself, so nothing else is touched.
- A collection, its privacy, or a site may change everything.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import (
    Collection,
    CollectionViewRestriction,
    Page,
    PageViewRestriction,
    ReferenceIndex,
    Site,
)

from cms.core.library import file_models
from cms.core.visibility import public_pages
from cms.events import uses
from cms.events.changes import looks_other
from cms.events.models import GONE, Event

from ..models import FeedItem
from . import kinds

_EVERYTHING = {model._meta.label for model in (Collection, CollectionViewRestriction, Site)}
_AT_ONCE = 2000  # keys in one query


class Reach:
    """What some events touch, each with the number of the last change that does.

    Tell it of all events, `spread()`, and read `kinds`, {kind: {key: number}};
    `may_come_or_go`, the same of things that changed only if they did; and `everything`,
    the number of the last change that touches all there is.
    """

    def __init__(self):
        self.kinds: dict[str, dict[int, int]] = defaultdict(dict)
        self.may_come_or_go: dict[str, dict[int, int]] = defaultdict(dict)
        self.everything = 0
        self._pages: dict[int, int] = self.kinds["page"]
        self._tops: dict[int, int] = {}  # pages whose links changed, with all below
        self._things: dict[tuple[str, str], int] = {}  # (model, key) of what is no page
        self._told: dict[int, int] = {}  # pages of events
        self._files: dict[str, dict[str, int]] = defaultdict(dict)  # by model: shown, or no longer
        self._file_labels = {model._meta.label for model in file_models()}
        self._deepest_in_menu = 1 + max(
            Site.objects.values_list("root_page__depth", flat=True), default=1
        )

    # Telling ---------------------------------------------------------------------

    def tell(self, number: int, event: Event, previous: Event | None, row) -> None:
        """Of an event. `previous` is the one before about the same thing, `row` its FeedItem."""
        if event.model in _EVERYTHING:
            self.everything = number
        model = _model(event.model)
        if model is not None and issubclass(model, Page):
            if self._has_told(event, previous, row):
                return
            self._tell_of_page(number, event, previous)
        else:
            self._things[event.model, event.key] = number
        is_privacy = event.model == PageViewRestriction._meta.label
        for shown_model, key in event.shown_on:
            if self._is_file(shown_model) and event.model not in self._file_labels:
                self._files[shown_model][key] = number
            elif shown_model != uses.PAGE:
                self._things[shown_model, key] = number
            elif is_privacy:
                self._tops[int(key)] = number
            else:
                self._pages[int(key)] = number

    def tell_of_expiry(self, number: int, item: FeedItem) -> None:
        self.kinds[item.kind][item.key] = number
        if item.kind == "page":
            self._tops[item.key] = number

    def _has_told(self, event, previous, row) -> bool:
        """Whether a page had gone before, so that readers notice nothing now."""
        if event.what not in GONE or int(event.key) in self._pages:
            return False
        if row is None:
            return previous is None or previous.what in GONE or not previous.public
        # It went when it expired, before the scheduler took it down.
        expired = row.until is not None and row.until <= event.at
        return row.gone and (expired or (previous is not None and previous.what in GONE))

    def _tell_of_page(self, number, event, previous):
        key = int(event.key)
        self._pages[key] = self._told[key] = number
        if len(event.tree_path) <= self._deepest_in_menu * Page.steplen:
            self._touch_part("menus", number)
        if looks_other(event, previous):
            self._tops[key] = number

    def _touch_part(self, name, number):
        if name in kinds.parts():
            self.kinds[name][kinds.THE_ONE] = number

    # Spreading -------------------------------------------------------------------

    def spread(self) -> None:
        """Add what shows something of what was told."""
        below = self._below(self._tops)
        _raise(self._told, below)
        self._find_files()
        _raise(self._pages, below)
        linked = self._known_to_readers(below | self._tops)
        _raise(self._pages, self._parents())
        if linked:
            # No index says what the footer and redirects point at.
            self._touch_part("settings", max(linked.values()))
            for each in _parted(linked):
                found = Redirect.objects.filter(redirect_page__in=each)
                for key, page in found.values_list("pk", "redirect_page"):
                    _raise(self.kinds["redirect"], {key: linked[page]})
        self._follow(uses.PAGE, {str(key): number for key, number in linked.items()})
        self._follow_things()

    def _below(self, tops) -> dict[int, int]:
        """The pages below, with those at the top: {key: number}."""
        by_path = {
            path: tops[key]
            for each in _parted(tops)
            for key, path in Page.objects.filter(pk__in=each).values_list("pk", "path")
        }
        found = {}
        for paths in _parted(_outermost(by_path), 100):
            within = Q()
            for path in paths:
                within |= Q(path__startswith=path)
            for key, path in Page.objects.filter(within).values_list("pk", "path"):
                above = range(Page.steplen, len(path) + 1, Page.steplen)
                found[key] = max(by_path.get(path[:end], 0) for end in above)
                if len(path) <= self._deepest_in_menu * Page.steplen:
                    self._touch_part("menus", found[key])
        return found

    def _parents(self) -> dict[int, int]:
        """Those of the pages at the top, which may list them."""
        numbers = {}
        for each in _parted(self._tops):
            for key, path in Page.objects.filter(pk__in=each).values_list("pk", "path"):
                _raise(numbers, {path[: -Page.steplen]: self._tops[key]})
        return {
            key: numbers[path]
            for each in _parted(numbers)
            for key, path in Page.objects.filter(path__in=each).values_list("pk", "path")
        }

    def _is_file(self, label) -> bool:
        """Or a collection, by which pages show all that is in it."""
        return label in self._file_labels or label == Collection._meta.label

    def _find_files(self):
        """The files that are shown by what was told: they may come or go with it."""
        shown_by = defaultdict(dict, {uses.PAGE: {str(key): n for key, n in self._told.items()}})
        for (label, key), number in self._things.items():
            if not self._is_file(label):
                shown_by[label][key] = number
        for label, numbers in shown_by.items():
            self._find_shown_by(label, numbers)
        for kind in kinds.kinds().values():
            label = kind.model._meta.label
            numbers = {int(key): number for key, number in self._files.get(label, {}).items()}
            if numbers and kind.beside:
                _raise(numbers, dict.fromkeys(kind.beside(list(numbers)), max(numbers.values())))
            for on in kinds.shown_through(label):
                if through := self._files.get(on._meta.label):
                    keys = map(int, _any(kind.model))
                    _raise(numbers, dict.fromkeys(keys, max(through.values())))
            _raise(self.may_come_or_go[kind.name], numbers)

    def _find_shown_by(self, label, numbers):
        model = _model(label)
        if model is None:
            return
        targets = (*file_models(), Collection)
        labels = {
            kind.pk: target._meta.label
            for target, kind in ContentType.objects.get_for_models(*targets).items()
        }
        kind = ContentType.objects.get_for_model(model)
        for each in _parted(numbers):
            found = ReferenceIndex.objects.filter(
                base_content_type=kind, object_id__in=each, to_content_type__in=labels
            )
            fields = ("to_content_type", "to_object_id", "object_id")
            for to, key, shows in found.values_list(*fields).order_by().distinct():
                _raise(self._files[labels[to]], {key: numbers[shows]})

    def _known_to_readers(self, pages) -> dict[int, int]:
        """Those that are public, or were: no more can be linked to."""
        known = set()
        for each in _parted(pages):
            items = FeedItem.objects.filter(kind="page", key__in=each)
            known.update(items.values_list("key", flat=True))
            known.update(public_pages().filter(pk__in=each).values_list("pk", flat=True))
        return {key: number for key, number in pages.items() if key in known}

    def _follow_things(self):
        done = {}
        while todo := {
            thing: number for thing, number in self._things.items() if done.get(thing, 0) < number
        }:
            done.update(todo)
            by_model = defaultdict(dict)
            for (label, key), number in todo.items():
                by_model[label][key] = number
            for label, numbers in by_model.items():
                self._own(label, numbers)
                self._follow(label, numbers)
                for on in kinds.shown_through(label):
                    self._follow(on._meta.label, dict.fromkeys(_any(on), max(numbers.values())))

    def _own(self, label, numbers):
        """The rows of these things themselves, and the parts of the site they belong to."""
        for kind in kinds.kinds().values():
            if kind.model._meta.label == label:
                _raise(self.kinds[kind.name], {int(key): n for key, n in numbers.items()})
        for part in kinds.parts().values():
            if label in {model._meta.label for model in part.models}:
                _raise(self.kinds[part.name], {kinds.THE_ONE: max(numbers.values())})

    def _follow(self, label, numbers):
        """Touch what points at things of one model, {key: number}."""
        model = _model(label)
        if model is None or not numbers:
            return
        kind = ContentType.objects.get_for_model(model)
        for each in _parted(numbers):
            pointing = ReferenceIndex.objects.filter(to_content_type=kind, to_object_id__in=each)
            fields = ("base_content_type", "object_id", "to_object_id")
            for source, key, to in pointing.values_list(*fields).order_by().distinct():
                pointer = ContentType.objects.get_for_id(source).model_class()
                if pointer is Page:
                    _raise(self._pages, {int(key): numbers[to]})
                elif pointer is not None:
                    _raise(self._things, {(pointer._meta.label, key): numbers[to]})


def _any(model) -> list[str]:
    return [str(key) for key in model.objects.values_list("pk", flat=True)]


def _outermost(paths: Iterable[str]) -> list[str]:
    """Those of some tree paths that are not below another of them."""
    found = []
    for path in sorted(paths):
        if not found or not path.startswith(found[-1]):
            found.append(path)
    return found


def _parted(keys: Iterable, size: int = _AT_ONCE) -> Iterator[list]:
    keys = list(keys)
    for start in range(0, len(keys), size):
        yield keys[start : start + size]


def _raise(numbers: dict, others: dict) -> None:
    """Have `numbers` hold the higher number of each key."""
    for key, number in others.items():
        numbers[key] = max(number, numbers.get(key, 0))


@cache
def _model(label):
    try:
        return apps.get_model(label)
    except (LookupError, ValueError):
        return None  # of an app that has been taken out
