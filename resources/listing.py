"""What a materials page shows: its shelves, narrowed down by filters, and some of each shelf."""

from collections import defaultdict
from typing import NamedTuple
from urllib.parse import urlencode

from django.core.paginator import Paginator

from cms.core.blocks.story import outline

from .history import earlier_versions
from .languages import LANGUAGES
from .models import Document
from .shelves import archive_of, entries_in
from .works import read_forms

SHELF_LENGTH = 24  # works of one shelf on one page

#: Filters, each by the attribute of an entry that has its name.
FILTERS = {"kind": "Kind", "language": "Language", "format": "Format"}
_LABELS = {"kind": dict(Document.Kind.choices), "language": dict(LANGUAGES)}


class Choice(NamedTuple):
    """A value of a filter: a link that sets it or, when it is chosen, takes it off."""

    value: str
    label: str
    count: int  # works that would be shown, the other filters as they are
    chosen: bool
    url: str


class Filter(NamedTuple):
    name: str
    label: str
    choices: list[Choice]


class Shelf:
    """One collection of the page: `documents` are those to show, one for each work."""

    def __init__(self, value, anchor, entries):
        self.value = value
        self.anchor = anchor
        self.collection = value["collection"]
        self.entries = entries
        self.keys = []  # the document that stands for each work, in order
        self.page = None  # the page shown, of a shelf that is shown by itself
        self.documents = []
        self.archive = None
        self.all_url = ""

    @property
    def count(self) -> int:
        return len(self.keys)

    def narrow(self, matches) -> None:
        """Keep the works of which a form matches; that form stands for the work."""
        forms = defaultdict(list)
        for entry in self.entries:
            if matches(entry):
                forms[entry.work_id].append(entry.pk)
        shown = {work if work in keys else keys[0] for work, keys in forms.items()}
        self.keys = [entry.pk for entry in self.entries if entry.pk in shown]


class Listing:
    """The shelves of a materials page at one address.

    `?kind=`, `?language=` and `?format=` narrow it down, `?collection=` shows
    one shelf by itself, `?page=` by `?page=`. A value that is not known matches
    nothing.
    """

    def __init__(self, page, request):
        self.base = page.get_url(request) or ""
        self.chosen = {name: request.GET[name] for name in FILTERS if request.GET.get(name)}
        self.alone = request.GET.get("collection", "")
        self.shelves = [
            shelf for shelf in _shelves(page) if self.alone in ("", str(shelf.collection.pk))
        ]
        for shelf in self.shelves:
            shelf.narrow(self._matches)
            if not self.chosen:
                shelf.archive = archive_of(shelf.collection, {entry.pk for entry in shelf.entries})
        self._cut(request.GET.get("page"))
        self._read()

    @property
    def narrowed(self) -> bool:
        """Whether this is less than the whole page."""
        return bool(self.chosen or self.alone)

    @property
    def found(self) -> list[Shelf]:
        return [shelf for shelf in self.shelves if shelf.keys]

    @property
    def count(self) -> int:
        return len(self._works(self._matches))

    @property
    def total(self) -> int:
        return len(self._works(lambda entry: True))

    @property
    def words(self) -> str:
        """What is chosen, in words: “Poster, Polski”."""
        return ", ".join(_label(name, value) for name, value in self.chosen.items())

    @property
    def filters(self) -> list[Filter]:
        """The filters that leave a choice, or that are set."""
        filters = [Filter(name, label, self._choices(name)) for name, label in FILTERS.items()]
        return [each for each in filters if len(each.choices) > 1 or each.name in self.chosen]

    def shelf_of(self, collection) -> Shelf | None:
        return next((shelf for shelf in self.shelves if shelf.collection == collection), None)

    def _matches(self, entry, without=None) -> bool:
        return all(
            getattr(entry, name) == value for name, value in self.chosen.items() if name != without
        )

    def _works(self, matches) -> set[int]:
        return {
            entry.work_id for shelf in self.shelves for entry in shelf.entries if matches(entry)
        }

    def _choices(self, name) -> list[Choice]:
        works = defaultdict(set)
        for shelf in self.shelves:
            for entry in shelf.entries:
                # A value stays in its place though the other filters leave nothing of it.
                works[getattr(entry, name)] |= (
                    {entry.work_id} if self._matches(entry, without=name) else set()
                )
        chosen = self.chosen.get(name)
        values = works.keys() | ({chosen} if chosen else set())
        choices = [
            Choice(
                value,
                _label(name, value),
                len(works[value]),
                value == chosen,
                self.url(**{name: None if value == chosen else value}),
            )
            for value in values
        ]
        return sorted(choices, key=lambda choice: choice.label.casefold())

    def url(self, **changes) -> str:
        """The address of this listing with other filters; None takes one off."""
        asked = {"collection": self.alone, **self.chosen, **changes}
        query = urlencode({name: value for name, value in asked.items() if value})
        return f"{self.base}?{query}#filters" if query else f"{self.base}#filters"

    def _cut(self, number):
        """Leave of each shelf what one page shows."""
        for shelf in self.shelves:
            if self.alone:
                shelf.page = Paginator(shelf.keys, SHELF_LENGTH).get_page(number)
            elif shelf.count > SHELF_LENGTH:
                shelf.all_url = self.url(collection=shelf.collection.pk)

    def _read(self):
        """The documents of all shelves and their other forms, in one go."""
        shown = {shelf: list(shelf.page or shelf.keys[:SHELF_LENGTH]) for shelf in self.shelves}
        keys = {key for keys in shown.values() for key in keys}
        works = {entry.work_id for shelf in shown for entry in shelf.entries if entry.pk in keys}
        forms = read_forms(works)
        documents = {form.pk: form for work in forms.values() for form in work}
        for key in keys:
            document = documents[key]
            document.other_forms_shown = [
                form for form in forms[document.work_id] if form is not document
            ]
        earlier_versions([documents[key] for key in keys])
        for shelf, keys in shown.items():
            shelf.documents = [documents[key] for key in keys]


def _shelves(page) -> list[Shelf]:
    headings = {heading.index: heading.anchor for heading in outline(page.body)}
    return [
        Shelf(child.value, headings[index], entries_in(child.value["collection"]))
        for index, child in enumerate(page.body)
        if child.block_type == "collection" and child.value["collection"]
    ]


def _label(name, value) -> str:
    return _LABELS[name].get(value, value) if name in _LABELS else value.upper()
