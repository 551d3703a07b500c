"""What ``--json`` prints: one object on each line of standard output, of the kinds in a table.

``json_kinds.KINDS`` is the one source: the page ``docs/reference/json.md`` and the JSON Schema beside it are made of
it, and :func:`line` refuses, as a fault of ours, an object that the table does not describe.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from modemtwin.cli.json_kinds import KINDS, Kind, Member

__all__ = ["body", "line", "schema"]


_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "object": (dict,),
    "strings": (list,),
    "objects": (list,),
}

_ARRAYS = {"strings": "string", "objects": "object"}


def line(kind: str, values: Mapping[str, object]) -> str:
    """Write one object as its line, members in the table's order."""
    members = KINDS[kind].members
    assert [*values] == [member.name for member in members], f"{kind}: {[*values]}"
    for member in members:
        assert _fits(values[member.name], member.type), f"{kind}.{member.name}: {values[member.name]!r}"
    return json.dumps({"kind": kind, **values}, ensure_ascii=False)


def body(payload: bytes) -> dict[str, object]:
    """The members that hold a payload."""
    import base64

    try:
        text = payload.decode()
    except UnicodeDecodeError:
        text = None
    return {"text": text, "base64": base64.b64encode(payload).decode()}


def schema() -> dict[str, Any]:
    """The table as a JSON Schema: any line of any verb is valid under it."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A line of `modemtwin VERB --json`",
        "oneOf": [{"$ref": f"#/$defs/{name}"} for name in KINDS],
        "$defs": {name: _definition(name, kind) for name, kind in KINDS.items()},
    }


def _definition(name: str, kind: Kind) -> dict[str, Any]:
    members = {member.name: _typed(member) for member in kind.members}
    return {
        "type": "object",
        "description": f"printed by: {kind.verbs}",
        "properties": {"kind": {"const": name}, **members},
        "required": ["kind", *members],
        "additionalProperties": False,
    }


def _typed(member: Member) -> dict[str, Any]:
    bare = member.type.removesuffix("?")
    written = "array" if bare in _ARRAYS else bare
    typed: dict[str, Any] = {"type": [written, "null"] if bare != member.type else written}
    if bare in _ARRAYS:
        typed["items"] = {"type": _ARRAYS[bare]}
    return {**typed, "description": member.about}


def _fits(value: object, wanted: str) -> bool:
    bare = wanted.removesuffix("?")
    if value is None:
        return bare != wanted
    return isinstance(value, _TYPES[bare]) and (bare == "boolean") == isinstance(value, bool)
