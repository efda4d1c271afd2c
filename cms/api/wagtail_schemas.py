"""Wagtail's v3 schema generators, which are still a preview: all that we use of them is here.

Wagtail walks over a page type's `api_fields` and makes a schema of them. Where it
would say “anything” (streams, serializers, plain properties), or “perhaps null” of
what is never null, we say what it is. `tests/api/openapi.json` shows when an
upgrade of Wagtail changes what comes out.
"""

from collections.abc import Callable
from functools import cache, reduce
from operator import or_
from typing import Annotated, Any, Literal, NamedTuple, NotRequired, get_args, get_origin

from django.core.exceptions import FieldDoesNotExist, ImproperlyConfigured
from django.db import models
from django.db.models.fields.reverse_related import ForeignObjectRel
from ninja import Schema
from ninja.orm.fields import get_schema_field
from pydantic import Field
from typing_extensions import get_type_hints, is_typeddict
from wagtail.api import APIField
from wagtail.api.conf import get_model_field
from wagtail.api.rich_text import RichTextOutputFormat
from wagtail.api.v3.schemas.generators.read import SchemaGenerator
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Page, get_page_models

from cms.core.api_fields import JSONField
from cms.core.representations import rich_text_json

from .content.blocks import named, stream_shape
from .content.fields import is_block

__all__ = [
    "PageField",
    "PageType",
    "RichTextOutputFormat",
    "listed_union",
    "page_types",
    "whole_union",
]


class PageField(NamedTuple):
    """One of a type's `api_fields`: the type of its JSON, and how to make it."""

    shape: Any
    make: Callable  # of (instance, request)


class PageType(NamedTuple):
    model: type[models.Model]
    fields: dict[str, PageField]

    @property
    def label(self) -> str:
        return self.model._meta.label


@cache
def page_types() -> dict[str, PageType]:
    """{"home.HomePage": …}: every page type of the project. Ask when all models are read."""
    return {
        model._meta.label: PageType(model, _fields(model))
        for model in get_page_models()
        if model is not Page
    }


def _fields(model):
    return {
        field.name: _field(model, field)
        for field in APIField.get_fields_for_model(model)
        # The key of what hangs from a page means nothing to a reader.
        if field.name != "id"
    }


def _field(model, api_field) -> PageField:
    name, serializer = api_field.name, api_field.serializer
    if isinstance(serializer, JSONField):
        if serializer.source == "*":
            return PageField(serializer.shape, serializer.represent)
        return PageField(
            serializer.shape,
            lambda instance, request: serializer.represent(getattr(instance, name), request),
        )
    try:
        field = get_model_field(model, name)
    except FieldDoesNotExist:
        field = None
    if serializer is not None or field is None or field.many_to_one or field.many_to_many:
        raise ImproperlyConfigured(
            f"{model._meta.label}.{name}: the content API can't tell what its JSON is. Give the "
            "APIField a serializer of cms.core.api_fields."
        )
    if isinstance(field, StreamField):
        return PageField(stream_shape(field.stream_block), _stream(name))
    if isinstance(field, RichTextField):
        return PageField(
            str, lambda instance, request: rich_text_json(getattr(instance, name), request)
        )
    if isinstance(field, ForeignObjectRel):
        return _children(field, name)
    return PageField(_value_shape(field), lambda instance, request: getattr(instance, name))


def _stream(name):
    def make(instance, request):
        value = getattr(instance, name)
        return value.stream_block.get_api_representation(value, {"request": request})

    return make


def _children(relation, name):
    fields = _fields(relation.related_model)
    shape = named(
        relation.related_model._meta.object_name,
        {child: field.shape for child, field in fields.items()},
    )

    def make(instance, request):
        return [
            {child: field.make(row, request) for child, field in fields.items()}
            for row in getattr(instance, name).all()
        ]

    return PageField(list[shape], make)


def _value_shape(field):
    if field.choices:
        values = tuple(value for value, _ in field.flatchoices if value != "")
        shape = Literal[(*values, "")] if field.blank else Literal[values]
    else:
        shape = get_schema_field(field)[0]
        # Ninja says of all that may be left out of a request that it may be null.
        shape = next(part for part in (*get_args(shape), shape) if part is not type(None))
    return shape | None if field.null else shape


def _generator(children: dict) -> SchemaGenerator:
    """Wagtail's generator, which asks us for the type of every field of a model."""

    def field_schema(generator, field):
        return children[field.name].shape, ..., None

    generator = SchemaGenerator()
    for kind in (models.Field, ForeignObjectRel):
        generator.register_field_schema(kind, field_schema)
    return generator


def whole_union(base: type[Schema]) -> Any:
    """The union of all page types, each with `base`'s fields and its own; told apart by `type`."""
    return _union([_schema(kind, base) for kind in page_types().values()])


def _schema(kind, base):
    generator = _generator(kind.fields)
    schema = generator.build_schema(
        kind.model,
        name=f"{kind.model._meta.object_name}Fields",
        base_class=base,
        follow_reverse_related=True,
    )
    exact = {name: (field.shape, ..., None) for name, field in kind.fields.items()}
    exact["type"] = (Literal[kind.label], ..., None)
    exact["id"] = (int, ..., None)
    return generator.extend_schema(schema, kind.model._meta.object_name, exact)


def listed_union(base: dict) -> Any:
    """The same as rows of a list: `base` is always there, the rest where it was asked for."""
    rows = []
    for kind in page_types().values():
        fields = {name: NotRequired[partial(field.shape)] for name, field in kind.fields.items()}
        rows.append(
            named(
                f"{kind.model._meta.object_name}Row",
                {**fields, **base, "type": Literal[kind.label]},
            )
        )
    return _union(rows)


def _union(members):
    if len(members) == 1:
        return members[0]
    return Annotated[reduce(or_, members), Field(discriminator="type")]


def partial(shape: Any) -> Any:
    """`shape` with every key left out that was not asked for. Blocks stay whole.

    >>> partial(list[PageLink])
    list[PageLinkPart]
    """
    if is_typeddict(shape):
        hints = get_type_hints(shape, include_extras=True)
        parts = {name: NotRequired[partial(hint)] for name, hint in hints.items()}
        return named(f"{shape.__name__}Part", parts)
    if get_origin(shape) is Annotated:  # a union of blocks
        return shape
    if get_origin(shape) is list:
        (inner,) = get_args(shape)
        return shape if is_block(inner) else list[partial(inner)]
    arguments = get_args(shape)
    if arguments and type(None) in arguments:
        return reduce(or_, (part if part is type(None) else partial(part) for part in arguments))
    return shape
