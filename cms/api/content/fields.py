"""`fields`: which of their own fields the pages of a list come with.

`*` gives all of them, and names give these: `fields=edition,body`. A name in
brackets chooses within: `hero_image(alt,renditions(small))` keeps these keys, and
`body(heading,rich_text)` these kinds of blocks. `*,-body` gives all but one.
"""

from typing import Annotated, Any, get_args, get_origin

from typing_extensions import get_type_hints, is_typeddict
from wagtail.api.v2.utils import FieldsParameterParseError, parse_fields_parameter

from .problems import BadRequestError, shortened

BLOCK = {"type", "value", "id"}  # the keys of a block of a stream
LONGEST = 1000  # characters
DEEPEST = 5  # brackets in brackets


class Selection:
    """What was chosen: `whole`, {name: what within, None for all of it}, and names left out."""

    def __init__(self, whole: bool, chosen: dict[str, "Selection | None"], without: set[str]):
        self.whole, self.chosen, self.without = whole, chosen, without

    @property
    def is_all(self) -> bool:
        return self.whole and not self.chosen and not self.without

    def names(self, fields) -> list[str]:
        """Those of `fields` that were asked for."""
        return [
            name
            for name in fields
            if name in self.chosen or (self.whole and name not in self.without)
        ]

    def cut(self, name: str, value: Any) -> Any:
        """`value` of the field `name`, with what was chosen of it."""
        within = self.chosen.get(name)
        return value if within is None else within._keep(value)

    def _keep(self, value):
        if isinstance(value, list):
            if value and isinstance(value[0], dict) and value[0].keys() == BLOCK:
                return [row for row in value if self.names([row["type"]])]
            return [self._keep(row) for row in value]
        if isinstance(value, dict):
            return {name: self.cut(name, value[name]) for name in self.names(value)}
        return value


NOTHING = Selection(False, {}, set())
ALL = Selection(True, {}, set())


def read(text: str | None, known: dict[str, list]) -> Selection:
    """The selection that `text` says; `known` is {name: its shapes in the types at hand}.

    Raises BadRequestError when it is no selection, or names what is not there.
    """
    if not text:
        return NOTHING
    if len(text) > LONGEST:
        raise BadRequestError({"fields": f"fields: It is longer than {LONGEST} characters."})
    if _depth(text) > DEEPEST:
        raise BadRequestError({"fields": f"fields: Its brackets are more than {DEEPEST} deep."})
    try:
        parsed = parse_fields_parameter(text)
    except FieldsParameterParseError as error:
        raise BadRequestError({"fields": f"fields: {error}."}) from error
    _refuse_unknown(parsed, known)
    return _selection(parsed)


def _refuse_unknown(parsed, known):
    for name, _, inner in parsed:
        if name != "*" and name not in known:
            raise BadRequestError({"fields": f"fields: There is no “{shortened(name)}” there."})
        if inner:
            within = {}
            for shape in known[name]:
                for part, shapes in parts(shape).items():
                    within.setdefault(part, []).extend(shapes)
            _refuse_unknown(inner, within)


def parts(shape: Any) -> dict[str, list]:
    """What can be chosen within a field: its keys, or the kinds of its blocks; {name: shapes}."""
    if is_block(shape):
        return {get_args(get_type_hints(shape)["type"])[0]: []}
    if is_typeddict(shape):
        return {name: [hint] for name, hint in get_type_hints(shape).items()}
    arguments = get_args(shape)
    if get_origin(shape) is Annotated:
        arguments = arguments[:1]
    return {name: shapes for part in arguments for name, shapes in parts(part).items()}


def _selection(parsed) -> Selection:
    whole = any(name == "*" for name, _, _ in parsed)
    without = {name for name, negated, _ in parsed if negated}
    chosen = {
        name: _selection(inner) if inner else None
        for name, negated, inner in parsed
        if not negated and name != "*"
    }
    return Selection(whole or (bool(without) and not chosen), chosen, without)


def is_block(shape) -> bool:
    return is_typeddict(shape) and get_type_hints(shape).keys() == BLOCK


def _depth(text) -> int:
    deepest = depth = 0
    for character in text:
        depth += {"(": 1, ")": -1}.get(character, 0)
        deepest = max(deepest, depth)
    return deepest
