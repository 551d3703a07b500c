"""The published schema takes the scenarios that the checker takes, and refuses what it can see is wrong."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from modemtwin.world.fault.table import ACTS
from modemtwin.world.scenario.json_schema import json_schema
from modemtwin.world.scenario.keys import LISTS, SCHEMA, TABLES
from modemtwin.world.scenario.scenario import parse_scenario

_DOCS = Path(__file__).resolve().parents[4] / "docs"
_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
}


def fits(value: Any, schema: Mapping[str, Any]) -> bool:
    """Judge a value by those keywords of JSON Schema that ours uses; one that we do not know is an error."""
    return all(_RULES[keyword](value, told, schema) for keyword, told in schema.items() if keyword not in _SILENT)


_SILENT = ("description", "$schema", "title", "format")


def _has_type(value: Any, name: str, _: object) -> bool:
    return isinstance(value, _TYPES[name]) and (name == "boolean" or not isinstance(value, bool))


def _properties(value: Any, told: Mapping[str, Any], _: object) -> bool:
    return all(fits(value[name], schema) for name, schema in told.items() if name in value)


def _patterned(value: Any, told: Mapping[str, Any], _: object) -> bool:
    return all(fits(value[name], told[pattern]) for pattern in told for name in value if re.search(pattern, name))


def _additional(value: Any, told: object, schema: Mapping[str, Any]) -> bool:
    known, patterns = schema["properties"], schema.get("patternProperties", {})
    return told is not False or all(name in known or any(re.search(each, name) for each in patterns) for name in value)


_RULES: dict[str, Any] = {
    "type": _has_type,
    "properties": _properties,
    "patternProperties": _patterned,
    "additionalProperties": _additional,
    "required": lambda value, told, _: all(name in value for name in told),
    "items": lambda value, told, _: all(fits(each, told) for each in value),
    "enum": lambda value, told, _: value in told,
    "const": lambda value, told, _: value == told,
    "minimum": lambda value, told, _: value >= told,
    "maximum": lambda value, told, _: value <= told,
    "maxLength": lambda value, told, _: len(value) <= told,
    "pattern": lambda value, told, _: re.search(told, value) is not None,
    "anyOf": lambda value, told, _: any(fits(value, each) for each in told),
    "oneOf": lambda value, told, _: sum(fits(value, each) for each in told) == 1,
}

RIGHT = [
    *(f"[[fault]]\n{row.example}" for row in ACTS.values()),
    *re.findall(r"```toml\n(.*?)```", (_DOCS / "howto" / "README.md").read_text("utf-8"), re.DOTALL),
    '[modem]\nprofile = "mine.toml"\n[cell]\nsignal = 99\ndrop-after = "never"\n[card]\npin = ""',
    '[path]\npreset = "gprs"\nnat_timeout = 60\n[path.up]\nreorder-by = 2\n[quirks]\nQ-RECV-NAME = "rcv"',
    "[[event]]\nat = 3\nchange = { registration-delay = 5, coverage = false }\n[profile]\nqueue-length = 3",
]


@pytest.mark.parametrize("text", RIGHT)
def test_a_right_scenario_fits(text: str) -> None:
    assert fits(tomllib.loads(text), json_schema())
    if ".toml" not in text:
        parse_scenario(text)


@pytest.mark.parametrize(
    "text",
    [
        "[cels]",
        "[cell]\nsignl = 3",
        "[cell]\nsignal = 45",
        "[cell]\ncoverage = 1",
        "[card]\npin = 1234",
        "[path.up]\npreset = 'gprs'",
        "[[fault]]\nnth = 1",
        "[[fault]]\ndo = 'dorp'",
        "[[fault]]\ndo = 'drop'\nchance = 2",
        "[[event]]\ndrop_bearer = true",
        "[[event]]\nat = 1\nchange = { signl = 3 }",
    ],
)
def test_a_wrong_scenario_does_not_fit(text: str) -> None:
    assert not fits(tomllib.loads(text), json_schema())
    with pytest.raises(ValueError, match=r"line \d+: "):
        parse_scenario(text)


def test_every_key_is_in_the_schema_and_in_json() -> None:
    schema = json.loads(json.dumps(json_schema()))
    assert set(schema["properties"]) == {*TABLES, *LISTS}
    for key in SCHEMA:
        table, *way, name = key.spelling.split(".")
        place = schema["properties"][table]
        place = place.get("items", place)
        for each in way:
            place = place["properties"][each]
        assert place["properties"][name]["description"].startswith(key.doc)
