"""The scenario as a JSON Schema (draft 2020-12), for editors that check TOML; made of the rows of the checker.

What the checker holds against one another, such as which keys a fault may have together, stands in no schema:
the checker is stricter.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from modemtwin.world.cell.keys import CELL_KEYS
from modemtwin.world.fault.kinds import OneOf, OneOfOrNot
from modemtwin.world.fault.table import ACTS
from modemtwin.world.scenario.keys import LISTS, NEEDED, SCHEMA, TABLES
from modemtwin.world.schema import Address4, Choice, Digits, Flag, Key, Kind, Number, Text, Texts, Whole

__all__ = ["json_schema"]


def json_schema() -> dict[str, Any]:
    """Give the schema as what JSON can write."""
    tables: dict[str, Any] = {name: _table(f"{name}.") for name in TABLES}
    profile = tables["modem"]["properties"]["profile"]
    profile["anyOf"] = [{"enum": profile.pop("enum")}, {"type": "string", "pattern": r"\.toml$"}]
    tables["path"]["properties"] |= {way: _table(f"path.{way}.") for way in ("up", "down")}
    tables["profile"] = {"type": "object", "description": "facts of the profile; see profiles.md"}
    tables["quirks"] = {"type": "object", "description": "choices by quirk id; see quirks.md"}
    lists: dict[str, Any] = {name: {"type": "array", "items": _table(f"{name}.", NEEDED[name])} for name in LISTS}
    change = lists["event"]["items"]["properties"]["change"]
    lists["event"]["items"]["properties"]["change"] = {**_of(CELL_KEYS, "cell."), "description": change["description"]}
    lists["fault"]["items"]["properties"]["do"]["oneOf"] = [
        {"const": row.name, "description": row.doc} for row in ACTS.values()
    ]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A scenario of modemtwin",
        **_object(tables | lists),
    }


def _table(beginning: str, needed: list[str] | None = None) -> dict[str, Any]:
    keys = [key for key in SCHEMA if key.name.startswith(beginning) and "." not in key.name[len(beginning) :]]
    return _of(keys, beginning) | ({"required": needed} if needed else {})


def _of(keys: tuple[Key, ...] | list[Key], beginning: str) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    patterns: dict[str, Any] = {}
    for key in keys:
        about = key.doc + (f", in {key.unit}" if key.unit else "")
        value = {**_kind(key.kind), "description": about}
        properties[key.spelling.removeprefix(beginning.replace("_", "-"))] = value
        name = key.name.removeprefix(beginning)
        if "_" in name:  # either spelling is understood
            patterns[f"^{name}$"] = value
    return _object(properties) | ({"patternProperties": patterns} if patterns else {})


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "properties": dict(properties)}


def _kind(kind: Kind) -> dict[str, Any]:
    match kind:
        case Whole(low, high, others):
            row: dict[str, Any] = {"type": "integer", "minimum": low, "maximum": high}
            return {"anyOf": [row, {"enum": list(others)}]} if others else row
        case Number(low, high, optional):
            row = {"type": "number", "minimum": low, "maximum": high}
            return {"anyOf": [row, {"const": "never"}]} if optional else row
        case Flag():
            return {"type": "boolean"}
        case Text(longest):
            return {"type": "string", "maxLength": longest}
        case Texts():
            return {"type": "array", "items": {"type": "string"}}
        case Digits(lengths):
            counts = "|".join(f"[0-9]{{{length}}}" for length in lengths)
            return {"type": "string", "pattern": f"^({counts})$"}
        case Address4():
            return {"type": "string", "format": "ipv4"}
        case Choice(values):
            return {"enum": list(values)}
        case OneOf(words):
            return {"enum": list(words)}
        case OneOfOrNot():
            return {"enum": list(kind.every)}
        case _:
            return {"type": "string"}  # of a shape that only the checker knows
