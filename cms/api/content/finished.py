"""JSON that is finished, and JSON put together from such parts."""

import json
from collections.abc import Iterable
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder


class Written(str):
    """JSON as text."""

    __slots__ = ()


def written(value: Any) -> Written:
    """`value` as JSON; what is written already stays as it is."""
    if isinstance(value, Written):
        return value
    return Written(json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False))


def written_object(parts: dict[str, Any]) -> Written:
    """An object whose values may be written already."""
    return Written("{" + ", ".join(f'"{name}": {written(parts[name])}' for name in parts) + "}")


def written_list(values: Iterable[Any]) -> Written:
    """A list whose values may be written already."""
    return Written("[" + ", ".join(map(written, values)) + "]")
