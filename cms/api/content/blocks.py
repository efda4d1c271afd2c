"""The types of the JSON of blocks, made from the blocks themselves.

A block whose class makes its own JSON says its type as what `get_api_representation`
returns. One that changes the JSON of its fields says by `api_shape(fields)` what it
makes of their types. All others follow from what they are made of.
"""

from datetime import date, datetime, time
from functools import reduce
from operator import or_
from typing import Annotated, Any, Literal, get_type_hints

from django.core.exceptions import ImproperlyConfigured
from pydantic import Field
from typing_extensions import TypedDict
from wagtail import blocks
from wagtail.contrib.typed_table_block.blocks import TypedTableBlock

_VALUES = {
    blocks.BooleanBlock: bool,
    blocks.IntegerBlock: int,
    blocks.FloatBlock: float,
    blocks.DecimalBlock: str,
    blocks.DateBlock: date,
    blocks.DateTimeBlock: datetime,
    blocks.TimeBlock: time,
    blocks.CharBlock: str,
    blocks.TextBlock: str,
    blocks.EmailBlock: str,
    blocks.URLBlock: str,
    blocks.RegexBlock: str,
}
_named: dict[str, tuple] = {}  # name in OpenAPI -> what it was made of, and its type


def named(name: str, fields: dict) -> Any:
    """A TypedDict; the same one for the same fields. Raises when others have the name."""
    known = _named.setdefault(name, (fields, TypedDict(name, fields)))
    if known[0] != fields:
        raise ImproperlyConfigured(
            f"Two shapes of the content API are called {name} and differ. Name a class anew."
        )
    return known[1]


def shape_of(block: blocks.Block) -> Any:
    """The type of a block's JSON. Raises ImproperlyConfigured where nothing says it."""
    said = _said(block)
    if said is not None:
        return said
    if isinstance(block, blocks.StreamBlock):
        return stream_shape(block)
    if isinstance(block, blocks.ListBlock):
        return list[shape_of(block.child_block)]
    if isinstance(block, blocks.StructBlock):
        fields = {name: shape_of(child) for name, child in block.child_blocks.items()}
        if hasattr(block, "api_shape"):
            fields = block.api_shape(fields)
        return named(type(block).__name__, fields)
    if isinstance(block, TypedTableBlock):
        return _table(block)
    if isinstance(block, blocks.ChoiceBlock):
        values = tuple(value for value, _ in block.field.choices if value)
        return Literal[values] if block.required else Literal[values] | None
    for kind, value in _VALUES.items():
        if isinstance(block, kind):
            return value if block.required or value is bool else value | None
    raise ImproperlyConfigured(
        f"{type(block).__name__}: nothing says what its JSON is. "
        "Give its get_api_representation a return type."
    )


def stream_shape(stream: blocks.StreamBlock) -> Any:
    """A list of a union of the stream's blocks, told apart by their `type`."""
    members = [_member(name, child) for name, child in stream.child_blocks.items()]
    if len(members) == 1:
        return list[members[0]]
    return list[Annotated[reduce(or_, members), Field(discriminator="type")]]


def _member(name, block):
    kind = type(block).__name__.removesuffix("Block")
    fields = {"type": Literal[name], "value": shape_of(block), "id": str | None}
    return named(f"{kind}Item", fields)


def _said(block):
    """The return type of the block's own `get_api_representation`, or of its snippet's."""
    model = getattr(block, "model_class", None)
    if hasattr(model, "as_json"):
        return get_type_hints(model.as_json)["return"] | None
    return get_type_hints(type(block).get_api_representation).get("return")


def _table(block):
    kinds = tuple(block.child_blocks)
    cells = reduce(or_, (shape_of(child) for child in block.child_blocks.values()))
    column = named("TableColumn", {"type": Literal[kinds], "heading": str})
    row = named("TableRow", {"values": list[cells]})
    table = named("Table", {"columns": list[column], "rows": list[row], "caption": str | None})
    return table if block.required else table | None
