"""Which changes of the contract break those who have made a client from the one before."""

from collections.abc import Iterator


def breaking_changes(old: dict, new: dict) -> list[str]:
    """A sentence for each change between two OpenAPI documents that a client may trip over."""
    return list(dict.fromkeys(_Comparison(old, new).paths()))


class _Comparison:
    def __init__(self, old, new):
        self.old, self.new = old, new
        self.seen = set()  # pairs of named shapes, which may hold themselves

    def paths(self) -> Iterator[str]:
        for path, methods in self.old["paths"].items():
            for method, was in methods.items():
                where = f"{method.upper()} {path}"
                now = self.new["paths"].get(path, {}).get(method)
                if now is None:
                    yield f"{where} is gone."
                else:
                    yield from self.operation(was, now, where)

    def operation(self, was, now, where):
        yield from self.parameters(was, now, where)
        yield from self.body(was.get("requestBody"), now.get("requestBody"), where)
        if {} in was.get("security", [{}]) and {} not in now.get("security", [{}]):
            yield f"{where} needs a token now."
        for status, response in was["responses"].items():
            if status not in now["responses"]:
                yield f"{where} no longer declares {status}."
                continue
            then = now["responses"][status]
            place = f"{where} {status}"
            for name in response.get("headers", {}).keys() - then.get("headers", {}).keys():
                yield f"{place}: the header {name} is gone."
            for media, content in response.get("content", {}).items():
                if media not in then.get("content", {}):
                    yield f"{place}: it is no longer {media}."
                else:
                    yield from self.given(
                        content["schema"], then["content"][media]["schema"], place
                    )

    def parameters(self, was, now, where):
        old = {(each["in"], each["name"]): each for each in was.get("parameters", [])}
        new = {(each["in"], each["name"]): each for each in now.get("parameters", [])}
        for place, parameter in new.items():
            if parameter["required"] and not old.get(place, {}).get("required"):
                yield f"{where}: the parameter {place[1]} is required now."
        for place, parameter in old.items():
            if place not in new:
                yield f"{where}: the parameter {place[1]} is gone."
            else:
                what = f"{where}: {place[1]}"
                yield from self.taken(parameter["schema"], new[place]["schema"], what)

    def body(self, was, now, where):
        if now and now["required"] and not (was and was["required"]):
            yield f"{where}: a body is required now."
        for media, content in (was or {}).get("content", {}).items():
            if media not in (now or {}).get("content", {}):
                yield f"{where} no longer takes {media}."
            else:
                yield from self.taken(content["schema"], now["content"][media]["schema"], where)

    def given(self, was, now, where):
        """What clients read: nothing that they rely on may go.

        A new property, a new name in a list of names, or a new member of a union that is
        told apart by a name is no surprise: clients skip what they do not know.
        """
        if self.known(was, now, "given"):
            return
        was, now = self.resolved(was, self.old), self.resolved(now, self.new)
        for name in was.get("required", []):
            if name in now.get("properties", {}) and name not in now.get("required", []):
                yield f"{where}.{name} may be missing now."
        for kind in _kinds(now, self.new) - _kinds(was, self.old):
            if "discriminator" not in now:
                yield f"{where} may be {kind} now."
        if "enum" not in now and "enum" in was:
            yield f"{where} may be anything now."
        yield from self.inside(was, now, where, self.given)

    def taken(self, was, now, where):
        """What clients send: all that was taken before must be."""
        if self.known(was, now, "taken"):
            return
        was, now = self.resolved(was, self.old), self.resolved(now, self.new)
        for name in now.get("required", []):
            if name not in was.get("required", []):
                yield f"{where}.{name} is required now."
        for kind in _kinds(was, self.old) - _kinds(now, self.new):
            yield f"{where} may no longer be {kind}."
        if "enum" in now and "enum" not in was:
            yield f"{where} is limited to a few values now."
        for value in was.get("enum", []):
            if "enum" in now and value not in now["enum"]:
                yield f"{where} no longer takes {value}."
        for word, tighter in _LIMITS.items():
            if word in now and (word not in was or tighter(now[word], was[word])):
                yield f"{where}: {word} is {now[word]} now."
        if now.get("pattern") not in (None, was.get("pattern")):
            yield f"{where}: it has another pattern."
        yield from self.inside(was, now, where, self.taken)

    def known(self, was, now, direction) -> bool:
        """Whether two named shapes were compared already, elsewhere or around this."""
        pair = (was.get("$ref"), now.get("$ref"), direction)
        seen = pair in self.seen
        if pair[0] or pair[1]:
            self.seen.add(pair)
        return seen

    def inside(self, was, now, where, each):
        """What holds in both directions, and all that is inside."""
        if was.get("format") != now.get("format"):
            yield f"{where} has another format."
        if "const" in was and was.get("const") != now.get("const"):
            yield f"{where} is no longer {was['const']}."
        for name, shape in was.get("properties", {}).items():
            if name not in now.get("properties", {}):
                yield f"{where}.{name} is gone."
            else:
                yield from each(shape, now["properties"][name], f"{where}.{name}")
        for word in ("items", "additionalProperties"):
            if isinstance(was.get(word), dict) and isinstance(now.get(word), dict):
                yield from each(was[word], now[word], f"{where}[]")
        yield from self.members(was, now, where, each)

    def members(self, was, now, where, each):
        """The members of a union: each of the old ones must still be there."""
        old = {_name(member, self.old): member for member in _union(was)}
        new = {_name(member, self.new): member for member in _union(now)}
        if not _union(was) or not _union(now):
            if _union(was) != _union(now) and _kinds(was, self.old) == _kinds(now, self.new):
                yield f"{where} has other members."
            return
        for name, member in old.items():
            if name in new:
                yield from each(member, new[name], f"{where}|{name}")
            elif name not in _PLAIN:  # which `_kinds` tells
                yield f"{where}: {name} is gone."

    def resolved(self, shape, document):
        if "$ref" in shape:
            return document["components"]["schemas"][shape["$ref"].rpartition("/")[2]]
        return shape


_PLAIN = {"string", "number", "integer", "boolean", "array", "object", "null"}
_LIMITS = {
    "minimum": lambda now, was: now > was,
    "minLength": lambda now, was: now > was,
    "minItems": lambda now, was: now > was,
    "maximum": lambda now, was: now < was,
    "maxLength": lambda now, was: now < was,
    "maxItems": lambda now, was: now < was,
}


def _union(shape) -> list:
    return shape.get("anyOf") or shape.get("oneOf") or []


def _name(shape, document) -> str:
    """By what a member of a union is known: its shape's name, or its plain type."""
    if "$ref" in shape:
        return shape["$ref"].rpartition("/")[2]
    return shape.get("type") or ("union" if _union(shape) else "value")


def _kinds(shape, document) -> set[str]:
    """The plain types that a value may have."""
    if "$ref" in shape:
        name = shape["$ref"].rpartition("/")[2]
        return _kinds(document["components"]["schemas"][name], document)
    if _union(shape):
        return set().union(*(_kinds(member, document) for member in _union(shape)))
    return {shape["type"]} if "type" in shape else set()
