"""Numbers that are read when they are asked for, by whoever knows them."""

from collections.abc import Callable, Iterable
from typing import NamedTuple


class Reading(NamedTuple):
    """`value` is a number, or numbers by the values of `label`."""

    name: str
    about: str
    value: float | dict[str, float]
    label: str = ""


_readers: list[Callable[[], Iterable[Reading]]] = []
_tallies: list[tuple[str, str, str, dict[str, int]]] = []


def add(read: Callable[[], Iterable[Reading]]) -> None:
    """Have `read()` asked at each look. It may use the database: a query or two."""
    _readers.append(read)


def tally(name: str, about: str, label: str, counts: dict[str, int]) -> None:
    """Have `counts`, which this process counts up, added to those of the others."""
    _tallies.append((name, about, label, counts))


def readers() -> list:
    return list(_readers)


def tallies() -> list:
    return list(_tallies)
