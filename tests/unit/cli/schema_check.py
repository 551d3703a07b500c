"""The part of JSON Schema that our own schema uses, checked by hand: no package for it is needed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "object": dict,
    "array": list,
    "null": type(None),
}
_KNOWN = {"type", "const", "properties", "required", "additionalProperties", "items", "description"}


def faults(value: Any, whole: dict[str, Any]) -> list[str]:
    """What is wrong with a value under a schema of ours, which picks its definition by ``kind``."""
    assert [*whole] == ["$schema", "title", "oneOf", "$defs"]
    assert [each["$ref"].rpartition("/")[2] for each in whole["oneOf"]] == [*whole["$defs"]]
    definition = whole["$defs"].get(value.get("kind"))
    return ["no such kind"] if definition is None else list(_faults(value, definition, "$"))


def _faults(value: Any, schema: dict[str, Any], place: str) -> Iterator[str]:
    assert schema.keys() <= _KNOWN, "a keyword that this check does not know"
    if "const" in schema and value != schema["const"]:
        yield f"{place}: not {schema['const']!r}"
    wanted = schema.get("type")
    names = [wanted] if isinstance(wanted, str) else wanted
    if names and not any(_is(value, name) for name in names):
        yield f"{place}: {value!r} is not {names}"
        return
    if isinstance(value, dict) and "properties" in schema:
        yield from (f"{place}: {name} is missing" for name in schema["required"] if name not in value)
        yield from (f"{place}: {name} is too much" for name in value if name not in schema["properties"])
        for name, inner in schema["properties"].items():
            if name in value:
                yield from _faults(value[name], inner, f"{place}.{name}")
    if isinstance(value, list):
        for each in value:
            yield from _faults(each, schema["items"], f"{place}[]")


def _is(value: Any, name: str) -> bool:
    return isinstance(value, _TYPES[name]) and (name == "boolean") == isinstance(value, bool)
