"""The command table."""

from __future__ import annotations

from typing import Any

import pytest

from modemtwin.at.arguments import Int, Rest, Text
from modemtwin.at.reply import OK, Ok
from modemtwin.at.syntax import Call, parse_line
from modemtwin.at.table import Command, Table
from tests.unit.at.toy import TABLE


def row(**fields: Any) -> Command[None]:
    given: dict[str, Any] = {"name": "+X", "section": "COAP-AN §3", "title": "X", "example": "AT+X", "test": ""}
    return Command(**(given | fields))


def write(device: None, values: tuple[Any, ...], now: int) -> Any:
    return OK


@pytest.mark.parametrize(
    ("fields", "mistake"),
    [
        ({"name": "+x"}, "no command has the name '\\+x'"),
        ({"name": "AB"}, "no command has the name 'AB'"),
        ({"section": ""}, "section and a title"),
        ({"example": "+X"}, "does not begin with AT"),
        ({"test": None}, "no form at all"),
        ({"write": write}, "a write form has arguments"),
        ({"arguments": (Text("a"),)}, "a write form has arguments"),
        ({"stub": "yes"}, "says why in words"),
        ({"write": write, "arguments": (Text("a", optional=True), Text("b"))}, "may be left out comes before"),
        ({"write": write, "arguments": (Rest("a"), Text("b"))}, "only the last argument"),
    ],
)
def test_a_row_with_a_mistake_is_refused(fields: dict[str, Any], mistake: str) -> None:
    with pytest.raises(ValueError, match=mistake):
        row(**fields)


def test_two_rows_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match=r"two command rows are named \+X"):
        Table([row(), row()])


def test_a_name_is_found_in_any_case() -> None:
    table = Table([row(), row(name="E"), row(name="")])
    found = [table.find(name) for name in ("+x", "+X", "e", "", "+Y")]
    assert [None if row is None else row.name for row in found] == ["+X", "+X", "E", "", None]


def test_rows_come_in_their_order() -> None:
    table = Table([row(name=name) for name in ("+B", "+A", "&C", "S3")])
    assert ([one.name for one in table], len(table)) == (["+B", "+A", "&C", "S3"], 4)


def test_a_row_spells_its_forms_as_the_manual_does() -> None:
    one = row(
        read=lambda device, now: OK,
        write=write,
        arguments=(Int("mid", 0, 9), Text("a", optional=True), Text("b", optional=True)),
    )
    assert one.forms == ("test", "read", "write")
    assert [one.spelling(form) for form in one.forms] == ["AT+X=?", "AT+X?", "AT+X=<mid>[,<a>][,<b>]"]
    assert row(name="E", write=write, arguments=(Int("value", 0, 1),)).spelling("write") == "ATE<value>"


def test_the_nearest_names_are_offered() -> None:
    assert TABLE.nearest("+cgat")[0] == "+CGATT"
    assert TABLE.nearest("+ZZZZZZ") == []


SECRETIVE = Table(
    [
        row(name="+B"),
        row(name="+U", write=write, arguments=(Rest("url"),)),
        row(name="+PIN", write=write, arguments=(Text("pin", secret=True),)),
    ]
)


@pytest.mark.parametrize("line", ["+B", "+b;+B", '+U=1,"a"', ""])
def test_a_line_that_was_typed_before_is_known(line: str) -> None:
    assert SECRETIVE.errands(line) is SECRETIVE.errands(line)
    assert [source for source, _ in SECRETIVE.errands(line)] == [call.source for call in parse_line(line)]


@pytest.mark.parametrize(
    "line", ["+PIN=1234", "+B;+PIN=1234", "+PINN=1234", "1234", '+B="1234', "+B=1234", "+U=//u:pw@h"]
)
def test_a_line_that_may_hold_a_secret_is_not_kept(line: str) -> None:
    assert SECRETIVE.errands(line) is not SECRETIVE.errands(line)
    assert [source for source, _ in SECRETIVE.errands(line)] == [call.source for call in parse_line(line)]


def test_a_line_is_known_for_one_meaning_of_its_escapes_only() -> None:
    table = Table([row(name="+U", write=lambda device, values, now: Ok(values), arguments=(Text("text"),))])
    deeds = [table.errands(r'+U="\5C"', escapes)[0][1] for escapes in ("backslash", "v250", "none")]
    done = [deed(None, 0) for deed in deeds if not isinstance(deed, Call)]
    assert done == [Ok((r"\5C",)), Ok(("\\",)), Ok((r"\5C",))]


def test_only_so_many_lines_are_known() -> None:
    first = SECRETIVE.errands("+U=x0")
    for number in range(1, 65):
        SECRETIVE.errands(f"+U=x{number}")
    assert SECRETIVE.errands("+U=x0") is not first
