"""What every page asks for, read once and kept until something that readers see changes.

The site's record, the menu, the settings, the alerts, what is restricted: they
change when an editor publishes, and are read for each page. Who knows what has
changed says so by `follow`: a function whose answer is another after each change.

Kept in this process, for its threads together: give out nothing that anyone
alters. Inside a transaction nothing is kept, as nobody else sees what it sees.
"""

from django.db import connection

from . import references

_generation = None
_kept = (None, {})
_MOST = 5000  # things; then all are read anew


def follow(generation) -> None:
    """Ask `generation()` once in a request: what it gives is another after each change."""
    global _generation
    _generation = generation


def kept(name, make):
    """`make()`, called once until a change; once in a request where nothing can be kept."""
    global _kept
    now = references.remember("generation", _now)
    if now is None:
        return references.remember(name, make)
    known, values = _kept
    if known != now or len(values) > _MOST:
        values = {}
        _kept = (now, values)
    if name not in values:
        values[name] = make()
    return values[name]


def _now() -> str | None:
    if _generation is None or connection.in_atomic_block or not references.in_scope():
        return None
    return str(_generation())
