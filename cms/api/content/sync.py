"""Keeping a copy of the site in step: everything once, and then what changed."""

from collections import defaultdict
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Annotated, Any, Literal, NamedTuple
from urllib.parse import urlencode

from django.db.models import Q
from ninja import Query, Router
from ninja.errors import HttpError
from pydantic import Field
from typing_extensions import TypedDict

from ..feed import kinds, waiting
from ..feed.keeping import catch_up
from ..models import FeedItem
from . import cursors
from .api import content_api
from .blocks import named
from .frame import MOST_ROWS, ROWS, Answer, Parameters, contract, reads
from .page_filters import several
from .public import site_of

router = Router(tags=["Keeping in step"])
LONGEST_WAIT = 25  # seconds; less than proxies in between wait
KINDS = tuple(kinds.kinds())
PARTS = tuple(kinds.parts())
BEGIN_AGAIN = "This token is too old. Begin again without a token."
_END = 2**63 - 1  # after all things with the same number


class Removed(TypedDict):
    """A thing that is no longer public: delete your copy."""

    kind: Literal["removed"]
    of: Literal[KINDS]
    type: str
    id: int
    changed_at: datetime


class Changed(TypedDict):
    """A part of the whole site that may be another now: read its own endpoint again."""

    kind: Literal["changed"]
    what: Literal[PARTS]
    changed_at: datetime


def _item_shape(kind) -> Any:
    return named(
        f"{kind.name.title()}ToKeep",
        {"kind": Literal[kind.name], "id": int, "changed_at": datetime, kind.name: kind.shape},
    )


Item = Annotated[
    reduce(or_, [*map(_item_shape, kinds.kinds().values()), Removed, Changed]),
    Field(discriminator="kind"),
]


class Sync(TypedDict):
    """A part of what there is, or of what changed.

    Ask for `next_url` next: at once while `has_more` says so, and later otherwise.
    """

    items: list[Item]
    has_more: bool
    next_token: str
    next_url: str


class SyncParameters(Parameters):
    token: str | None = Field(
        None, max_length=1000, description="`next_token` of the answer before this one."
    )
    limit: int = Field(ROWS, ge=1, le=MOST_ROWS, description="How many items at most.")
    kind: several(Literal[(*KINDS, "changed")]) = Field(
        [], description="Things of these kinds, and their removals; all unless you say."
    )
    wait: int = Field(
        0, ge=0, le=LONGEST_WAIT, description="For how many seconds to wait for a change."
    )


class Place(NamedTuple):
    """How far a client has come: what a token says.

    `id` is of the last item that it has, and `number` of the change by which that was
    ordered. While it `walks` over all there is, `number` is that of the newest change
    when it began.
    """

    walks: bool
    number: int
    id: int


def wait_for_news(request, params):
    """Wait until there is something after the token, for at most `wait` seconds."""
    place = _place(request, params)
    if place and not place.walks and params.wait:
        site, wanted = site_of(request), _wanted(params)

        def is_there_more():
            feed = catch_up()
            return feed.number > place.number and _after(place, site, wanted).exists()

        waiting.wait(is_there_more, params.wait)


@reads(router, "", answers=Sync, kept=False, may_be_outdated=True, fresh=wait_for_news)
def sync(request, params: Query[SyncParameters]):
    """Everything, part by part, and from then on what was added, changed, moved and removed.

    Begin without a token. Each answer has the token for the next one.
    """
    site, wanted = site_of(request), _wanted(params)
    feed = catch_up()
    place = _place(request, params) or Place(True, feed.number, 0)
    if not feed.forgotten_to <= place.number <= feed.number:
        raise HttpError(410, BEGIN_AGAIN)
    rows = list(_after(place, site, wanted)[: params.limit + 1])
    more = len(rows) > params.limit
    rows = rows[: params.limit]
    if place.walks:
        has_more = more or feed.number > place.number
        place = Place(True, place.number, rows[-1].pk) if more else Place(False, place.number, _END)
    elif more:
        has_more, place = True, Place(False, rows[-1].number, rows[-1].pk)
    else:
        # What was read has all the changes up to its last one, should that be newer.
        reached = max([feed.number, *(row.number for row in rows)])
        has_more, place = False, Place(False, reached, _END)
    token = cursors.make(request, [*place, contract()[:8]])
    body = {
        "items": _items(rows, site, request),
        "has_more": has_more,
        "next_token": token,
        "next_url": _url(request, token),
    }
    return Answer(body, ["sync"])


def _place(request, params) -> Place | None:
    if params.token is None:
        return None
    *place, made_by = cursors.read(request, params.token, "token")
    if made_by != contract()[:8]:
        raise HttpError(410, BEGIN_AGAIN)  # things are shown in another way now
    return Place(*place)


def _wanted(params) -> Q:
    names = [name for kind in params.kind for name in (PARTS if kind == "changed" else (kind,))]
    return Q(kind__in=names or [*KINDS, *PARTS])


def _after(place, site, wanted):
    """The items after a place, in order."""
    items = FeedItem.objects.filter(wanted, site=site)
    if place.walks:
        return items.filter(gone=False, pk__gt=place.id).order_by("pk")
    after = Q(number__gt=place.number) | Q(number=place.number, pk__gt=place.id)
    return items.filter(after, number__gte=place.number).order_by("number", "pk")


def _items(rows, site, request) -> list[dict]:
    keys = defaultdict(list)
    for row in rows:
        if row.kind in KINDS and not row.gone:
            keys[row.kind].append(row.key)
    read = {
        (name, json["id"]): json
        for name, some in keys.items()
        for json in kinds.kinds()[name].read(site, some, request)
    }
    items = (_item(row, read.get((row.kind, row.key))) for row in rows)
    return [item for item in items if item]


def _item(row, json) -> dict | None:
    if row.kind in PARTS:
        return {"kind": "changed", "what": row.kind, "changed_at": row.at}
    if row.gone:
        return {
            "kind": "removed",
            "of": row.kind,
            "type": row.type,
            "id": row.key,
            "changed_at": row.at,
        }
    if json is None:
        return None  # it has gone this moment: a later answer will say so
    return {"kind": row.kind, "id": row.key, "changed_at": row.at, row.kind: json}


def _url(request, token):
    """The address of the next answer, at the host that was asked: the token holds for that."""
    asked = [(name, value) for name, values in request.GET.lists() for value in values]
    query = [(name, value) for name, value in asked if name not in ("token", "wait")]
    return request.build_absolute_uri(f"{request.path}?{urlencode([*query, ('token', token)])}")


content_api.add_router("sync/", router)
