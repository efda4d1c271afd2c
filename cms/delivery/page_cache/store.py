"""Where entries are kept. What made-up addresses bring can't push out the site's own pages."""

import threading
from collections import OrderedDict
from contextlib import suppress

from .entries import Entry

LARGEST = 1 / 8  # of a shelf, that one entry may take


class Shelf:
    """Entries by their keys, bounded in number and in bytes; what nobody asked for longest goes."""

    def __init__(self, entries: int, size: int):
        self.most, self.room = entries, size
        self.size = 0
        self.entries: OrderedDict = OrderedDict()
        self._lock = threading.Lock()

    def put(self, key, entry: Entry) -> None:
        with self._lock:
            self._remove(key)
            if entry.size <= self.room * LARGEST:
                entry.shelf = self
                self.entries[key] = entry
                self.size += entry.size
                self._make_room()

    def drop(self, key) -> None:
        with self._lock:
            self._remove(key)

    def grow(self, entry: Entry, size: int) -> None:
        """`entry`, if it is still here, has become larger."""
        with self._lock:
            if entry.shelf is self:
                entry.size += size
                self.size += size
                self._make_room()

    def _remove(self, key):
        entry = self.entries.pop(key, None)
        if entry is not None:
            entry.shelf = None
            self.size -= entry.size

    def _make_room(self):
        while self.entries and (self.size > self.room or len(self.entries) > self.most):
            self._remove(next(iter(self.entries)))


class Store:
    """Three shelves: pages, what has a query or a host that anyone can make up, and “not found”."""

    def __init__(self, entries: int, size: int):
        self.pages = Shelf(entries // 2, size // 2)
        self.others = Shelf(entries // 2, size * 7 // 16)
        self.missing = Shelf(max(entries // 16, 1), size // 16)
        self.shelves = (self.pages, self.others, self.missing)

    def get(self, key) -> Entry | None:
        for shelf in self.shelves:
            entry = shelf.entries.get(key)
            if entry is not None:
                with suppress(KeyError):  # it has just been pushed out
                    shelf.entries.move_to_end(key)
                return entry
        return None

    def put(self, shelf: Shelf, key, entry: Entry) -> None:
        for other in self.shelves:
            if other is not shelf:
                other.drop(key)
        shelf.put(key, entry)

    def drop(self, key) -> None:
        for shelf in self.shelves:
            shelf.drop(key)


class Lately:
    """The newest of whatever is added, with what was noted of it."""

    def __init__(self, most: int):
        self._most = most
        self._noted: OrderedDict = OrderedDict()
        self._lock = threading.Lock()

    def note(self, thing, said=True) -> None:
        with self._lock:
            self._noted[thing] = said
            self._noted.move_to_end(thing)
            if len(self._noted) > self._most:
                self._noted.popitem(last=False)

    def get(self, thing):
        return self._noted.get(thing)

    def forget(self, thing) -> None:
        with self._lock:
            self._noted.pop(thing, None)
