"""What ``--json`` prints is what its schema says."""

from __future__ import annotations

import json

import pytest

from modemtwin.cli.info import information_line
from modemtwin.cli.json_kinds import KINDS
from modemtwin.cli.json_lines import line, schema
from modemtwin.cli.output import response_line
from modemtwin.host.head import Block
from tests.unit.cli.schema_check import faults
from tests.unit.cli.values import information, response


def test_a_response_is_one_line_with_everything_in_it() -> None:
    assert json.loads(response_line(response(max_age=60, etag=b"\x01\x02", block2=Block(1, False, 1024)), "GET")) == {
        "kind": "response",
        "url": "coap://192.0.2.1/test",
        "method": "GET",
        "code": "2.05",
        "name": "Content",
        "ok": True,
        "type": "ACK",
        "mid": 1,
        "request_mid": 1,
        "token": "8a21",
        "content_format": 0,
        "options": {"max_age": 60, "etag": "0102", "block2": {"number": 1, "more": False, "size": 1024}},
        "text": "hello world",
        "base64": "aGVsbG8gd29ybGQ=",
        "elapsed": 0.21,
    }


@pytest.mark.parametrize("payload", [b"", b"a\nb\xe2\x80\xa8c", b"\xff\x00", bytes(range(256))])
def test_any_payload_stays_on_one_line_and_comes_back(payload: bytes) -> None:
    import base64

    written = response_line(response(payload), "GET")
    assert "\n" not in written
    assert base64.b64decode(json.loads(written)["base64"]) == payload


def test_what_is_no_text_has_no_text() -> None:
    assert json.loads(response_line(response(b"\xff"), "GET"))["text"] is None


def test_an_observed_zero_is_not_left_out() -> None:
    assert json.loads(response_line(response(observe=0), "GET"))["options"] == {"observe": 0}


@pytest.mark.parametrize(
    "written",
    [
        response_line(response(), "GET"),
        response_line(response(b"\xff", "4.04", content_format=None), "iPATCH"),
        information_line("twin://sim7000", information()),
        information_line("/dev/ttyUSB2", information(rssi=99, sim="SIM PIN", registration="searching", active=False)),
    ],
)
def test_a_line_is_valid_under_the_schema(written: str) -> None:
    assert faults(json.loads(written), schema()) == []


def test_the_schema_finds_what_is_wrong() -> None:
    good = json.loads(information_line("x", information()))
    wrong = [{**good, "dbm": "-59"}, {**good, "more": 1}, {k: v for k, v in good.items() if k != "sim"}, {"kind": "x"}]
    assert [len(faults(each, schema())) for each in wrong] == [1, 1, 1, 1]


def test_a_line_that_the_table_does_not_describe_is_a_fault_of_ours() -> None:
    with pytest.raises(AssertionError):
        line("urc", {"text": "RDY"})
    with pytest.raises(AssertionError):
        line("urc", {"line": 1})


def test_every_verb_with_json_has_its_kinds() -> None:
    from modemtwin.cli.main import VERBS, verb_help

    named = {verb for kind in KINDS.values() for verb in kind.verbs.split()}
    assert named == {verb.name for verb in VERBS if "--json" in verb_help(verb)}
