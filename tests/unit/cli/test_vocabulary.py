"""What the terminal offers at each place of a line."""

from __future__ import annotations

import pytest

from modemtwin.cli.vocabulary import Vocabulary
from modemtwin.modem.commands import rows

SIM7000 = Vocabulary("sim7000")
described, suggestions, title = SIM7000.described, SIM7000.suggestions, SIM7000.title


def _offered(before: str) -> list[str]:
    return [before[: len(before) - each.replaces] + each.text for each in suggestions(before)]


def test_an_empty_line_begins_with_at() -> None:
    assert _offered("") == ["AT"]
    assert _offered("a") == ["AT"]


def test_a_name_is_completed_in_any_case() -> None:
    assert _offered("at+ccoapp") == ["at+CCOAPPARA"]


def test_the_second_command_of_a_line_is_completed_too() -> None:
    assert "AT+CSQ;+COPS" in _offered("AT+CSQ;+CO")


def test_a_semicolon_within_quotes_ends_no_command() -> None:
    assert _offered('AT+CCOAPPARA=payload,0,"a;+CS') == []


def test_behind_a_name_come_its_forms() -> None:
    assert _offered("AT+CSQ") == ["AT+CSQ=?"]
    assert _offered("AT+CNACT")[:3] == ["AT+CNACT=?", "AT+CNACT?", "AT+CNACT="]


@pytest.mark.parametrize(
    ("before", "offered"),
    [
        ("AT+CCOAPPARA=uri-p", ["AT+CCOAPPARA=uri-path"]),
        ("AT+CCOAPPARA=code,1,uri-q", ["AT+CCOAPPARA=code,1,uri-query"]),
        ("AT+CCOAPPARA=uri-path,", ["AT+CCOAPPARA=uri-path,0", "AT+CCOAPPARA=uri-path,1"]),
        ("AT+CCOAPPARA=uri-path,0,", []),
        ('AT+CCOAPPARA=uri-path,0,"a,b",obs', ['AT+CCOAPPARA=uri-path,0,"a,b",observe']),
        ('AT+CCOAPPARA=type,"N', ['AT+CCOAPPARA=type,"NON"']),
        ("AT+CCOAPPARA=observe,", ["AT+CCOAPPARA=observe,0", "AT+CCOAPPARA=observe,1"]),
        ("AT+CCOAPPARA=nonsense,1,", []),
        ("AT+CCOAPHEAD=1,", ["AT+CCOAPHEAD=1,0", "AT+CCOAPHEAD=1,1"]),
        ("AT+CCOAPHEAD=1,1,", []),
        ("AT+NONSENSE=", []),
        ("nonsense", []),
    ],
)
def test_an_argument_is_completed(before: str, offered: list[str]) -> None:
    assert _offered(before) == offered


def test_every_known_command_is_offered_and_described() -> None:
    names = [row.name for row in rows("sim7000") if row.name]
    assert [name for name in names if f"AT{name}" not in _offered("AT")] == []
    assert [name for name in names if not described(f"AT{name}").startswith(f"AT{name}  ")] == []


def test_a_description_says_forms_arguments_and_an_example() -> None:
    assert described("at+ccoaphead=1,1").splitlines() == [
        "AT+CCOAPHEAD  Read head of CoAP packet (COAP-AN §3.5)",
        "  test     AT+CCOAPHEAD=?",
        "  write    AT+CCOAPHEAD=<mid>,<convert>",
        "  <mid>: a number 0–65535",
        "  <convert>: 0 or 1",
        "  example  AT+CCOAPHEAD=1,1",
    ]


def test_a_description_is_found_without_at_and_without_plus() -> None:
    assert described("csq") == described("+CSQ") == described("AT+CSQ")


def test_of_an_unknown_command_the_nearest_is_named() -> None:
    assert described("AT+CCOAPPAR") == "+CCOAPPAR is not known here; did you mean AT+CCOAPPARA?"


def test_a_description_of_the_packet_explains_each_of_its_parameters() -> None:
    lines = described("CCOAPPARA").splitlines()
    assert (
        "  code,…              method or response code, one byte in hex: 1 GET, 2 POST, 3 PUT, 4 DELETE, 45 for 2.05"
        in lines
    )
    assert "  payload,0|1,…       the payload" in lines
    assert len(lines) == 1 + 2 + 13 + 1


@pytest.mark.parametrize(
    ("before", "said"),
    [
        ("AT+CSQ", "AT+CSQ  Signal quality report (TS 27.007 §8.5)"),
        ("AT+CCOAPPARA=", "AT+CCOAPPARA  Assembling CoAP data packet (COAP-AN §3.3)"),
        ("AT+CCOAPPARA=code,1,observe", "observe: 0 registers, 1 deregisters"),
        ('AT+CCOAPPARA=token,1,"8a', "token: up to 8 bytes that come back in the answer"),
        ("AT", ""),
        ("AT+NONSENSE", ""),
        ("", ""),
    ],
)
def test_what_is_being_typed_is_told_in_a_line(before: str, said: str) -> None:
    assert title(before) == said


def test_each_module_has_the_commands_of_its_own_dialect() -> None:
    assert "AT+CCOAPPDPID" not in _offered("AT+CCOAPP")
    assert Vocabulary("sim7080").described("CCOAPPDPID").startswith("AT+CCOAPPDPID  ")
