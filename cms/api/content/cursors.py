"""Cursors: where a list goes on, however it changes meanwhile.

A cursor says after which row of an order the next part begins, so a page that is
published before that place moves nothing. It is signed, and holds for the list it
was given with: the same site, address and parameters.
"""

from datetime import datetime
from hashlib import sha256
from typing import Any

from django.core import signing
from django.db.models import Q
from django.utils.dateparse import parse_datetime

from .problems import BadRequestError

_SALT = "cms.api.content.cursors"
_MOVING = {"cursor", "limit", "token", "wait"}  # parameters that may differ from part to part


def make(request, place: list) -> str:
    """A cursor for the part after `place`, the values by which the last row was ordered."""
    plain = [value.isoformat() if isinstance(value, datetime) else value for value in place]
    return signing.dumps([_list(request), plain], salt=_SALT, compress=True)


def read(request, cursor: str, name: str = "cursor") -> list:
    """The place that `cursor` says. Raises BadRequestError when it is not one of ours.

    `name` is what the parameter is called here.
    """
    try:
        made_for, place = signing.loads(cursor, salt=_SALT)
    except (signing.BadSignature, ValueError) as error:
        raise BadRequestError(
            {name: f"{name}: This is not a {name} of this API, or it was cut or changed."}
        ) from error
    if made_for != _list(request):
        raise BadRequestError(
            {name: f"{name}: It is of another list. Keep the other parameters as they were."}
        )
    return place


def after(place: list, order: list[tuple[str, bool]]) -> Q:
    """A filter for the rows that come after `place` in `order`, [(field, descending), …]."""
    beyond, same = Q(), Q()
    for (name, descending), value in zip(order, place, strict=True):
        beyond |= same & Q(**{f"{name}__{'lt' if descending else 'gt'}": value})
        same &= Q(**{name: value})
    return beyond


def moments(place: list, kinds: list[bool]) -> list[Any]:
    """`place` with the moments in it as datetimes again; `kinds` says which are."""
    return [
        parse_datetime(value) if is_moment else value
        for value, is_moment in zip(place, kinds, strict=True)
    ]


def _list(request) -> str:
    """A short name for the list that a request asks for."""
    asked = [(name, values) for name, values in sorted(request.GET.lists()) if name not in _MOVING]
    return sha256(f"{request.get_host()} {request.path} {asked}".encode()).hexdigest()[:16]


def part(request, queryset, params) -> tuple[list, str | None]:
    """The rows of this part of a list in the order of their keys, and the cursor of the next one.

    `params` are `Paging`.
    """
    if params.cursor is not None:
        (last,) = read(request, params.cursor)
        queryset = queryset.filter(pk__gt=last)
    rows = list(queryset.order_by("pk")[: params.limit + 1])
    more = len(rows) > params.limit
    rows = rows[: params.limit]
    return rows, make(request, [rows[-1].pk]) if more else None
