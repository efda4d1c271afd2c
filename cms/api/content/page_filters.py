"""By what pages can be found: parameters made from their fields, and what each asks for.

Text can be given whole, or several by `__in`; dates and numbers also by `__gt`,
`__gte`, `__lt`, `__lte`. A field that only some types have finds pages of these.
"""

import re
from datetime import UTC, date, datetime
from functools import reduce
from operator import or_
from typing import Annotated, Any, Literal, NamedTuple

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from pydantic import AfterValidator, BeforeValidator, Field, create_model
from wagtail.models import Locale, Page

from .frame import LARGEST_ID, Id, Paging, Parameters
from .page_shapes import TYPES

COMPARISONS = ("gt", "gte", "lt", "lte")
MOST_VALUES = 100
LONGEST = 255  # characters


def split(values: Any) -> Any:
    """`?type=a,b` is the same as `?type=a&type=b`."""
    if isinstance(values, list):
        return [part for value in values for part in str(value).split(",")]
    return values


def in_utc(moment: datetime) -> datetime:
    """The moment in UTC; without a time zone it is the site's own."""
    try:
        aware = timezone.make_aware(moment) if timezone.is_naive(moment) else moment
        return aware.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("The date is out of range") from error


def written_as_date(value: Any) -> Any:
    """Refuses a bare number, which would be read as seconds since 1970."""
    if not re.match(r"\d{4}-", str(value)):
        raise ValueError("Write it as in 2026-11-23 or 2026-11-23T09:00:00Z")
    return value


def several(kind: Any) -> Any:
    return Annotated[list[kind], BeforeValidator(split), Field(max_length=MOST_VALUES)]


Text = Annotated[str, Field(max_length=LONGEST)]
Day = Annotated[date, BeforeValidator(written_as_date)]
Moment = Annotated[datetime, BeforeValidator(written_as_date), AfterValidator(in_utc)]
Number = Annotated[int, Field(ge=-LARGEST_ID, le=LARGEST_ID)]


class Lookup(NamedTuple):
    """A parameter: its type, the field it asks about, and the models that have that field."""

    kind: Any
    field: str
    lookup: str
    models: list


def _kinds(field) -> dict[str, Any]:
    """{lookup: type} of the ways in which a model's field can be asked for."""
    if isinstance(field, models.CharField):
        return {"exact": Text, "in": several(Text)}
    for kind, value in (
        (models.DateTimeField, Moment),
        (models.DateField, Day),
        (models.IntegerField, Number),
    ):
        if isinstance(field, kind):
            return dict.fromkeys(("exact", *COMPARISONS), value)
    return {}


def _lookups() -> dict[str, Lookup]:
    of_all = ("title", "slug", "first_published_at", "last_published_at")
    fields = {name: (Page._meta.get_field(name), [Page]) for name in of_all}
    for kind in TYPES.values():
        for field in kind.model._meta.concrete_fields:
            if field.name in kind.fields and not field.is_relation:
                fields.setdefault(field.name, (field, []))[1].append(kind.model)
    return {
        name if lookup == "exact" else f"{name}__{lookup}": Lookup(kind, name, lookup, having)
        for name, (field, having) in fields.items()
        for lookup, kind in _kinds(field).items()
    }


LOOKUPS = _lookups()
ORDERS = {
    "position": "path",
    "id": "pk",
    "title": "title",
    "slug": "slug",
    "first_published_at": "first_published_at",
    "last_published_at": "last_published_at",
}
MOMENTS = {"first_published_at", "last_published_at"}
_NEVER = datetime(1, 1, 2, tzinfo=UTC)  # for pages without a date: before all others
TypeName = Literal[tuple(TYPES)]
Place = Id | Literal["root"]


class _Fixed(Paging, Parameters):
    type: several(TypeName) = Field([], description="Pages of these types.")
    locale: Text | None = Field(None, description="Pages in this language, such as `en`.")
    child_of: Place | None = Field(None, description="Pages right below this one.")
    descendant_of: Place | None = Field(None, description="Pages anywhere below this one.")
    ancestor_of: Id | None = Field(None, description="Pages above this one.")
    show_in_menus: Literal["true", "false"] | None = Field(
        None, description="Pages that editors show in menus, or do not."
    )
    search: Annotated[str, Field(max_length=200)] | None = Field(
        None, description="Pages that hold these words. For the best first, see `search/`."
    )
    order: Literal[tuple(sign + name for name in ORDERS for sign in ("", "-"))] = Field(
        "position", description="The order that editors gave them, unless you say another."
    )
    fields: str | None = Field(
        None,
        description="What comes with each page: `*` for all, or names, with choices in brackets.",
    )


PageParameters = create_model(
    "PageParameters",
    __base__=_Fixed,
    **{
        name: (lookup.kind, []) if lookup.lookup == "in" else (lookup.kind | None, None)
        for name, lookup in LOOKUPS.items()
    },
)


def is_of_all(params) -> bool:
    """Whether a list begins with the first of all pages: nothing was asked of them."""
    return params.model_fields_set <= {"fields", "limit", "order", "rich_text_format"}


def in_order(pages, order: str):
    """`pages` in an order, with the value that each is `placed_by`."""
    name = order.removeprefix("-")
    value = F(ORDERS[name])
    sign = "-" if order.startswith("-") else ""
    return pages.annotate(
        placed_by=Coalesce(value, Value(_NEVER)) if name in MOMENTS else value
    ).order_by(f"{sign}placed_by", f"{sign}pk")


def matching(params) -> Q:
    """The filter that the parameters made from fields ask for."""
    wanted = Q()
    for name, lookup in LOOKUPS.items():
        value = getattr(params, name)
        if value not in (None, []):
            wanted &= _asks(lookup, value)
    if params.type:
        labels = [label.lower().split(".") for label in params.type]
        wanted &= reduce(
            or_,
            (Q(content_type__app_label=app, content_type__model=name) for app, name in labels),
        )
    if params.locale is not None:
        wanted &= Q(locale__in=Locale.objects.filter(language_code=params.locale))
    if params.show_in_menus is not None:
        wanted &= Q(show_in_menus=params.show_in_menus == "true")
    return wanted


def _asks(lookup, value):
    asked = {f"{lookup.field}__{lookup.lookup}": value}
    if lookup.models == [Page]:
        return Q(**asked)
    return reduce(
        or_, (Q(pk__in=model.objects.filter(**asked).values("pk")) for model in lookup.models)
    )
