"""What the terminal offers at each place of a line."""

from __future__ import annotations

import pytest

from modemtwin.cli.vocabulary import described, known_commands, suggestions


def _offered(before: str) -> list[str]:
    return [before[: len(before) - each.replaces] + each.text for each in suggestions(before)]


def test_an_empty_line_begins_with_at() -> None:
    assert _offered("") == ["AT"]
    assert _offered("a") == ["AT"]


def test_a_name_is_completed_in_any_case() -> None:
    assert _offered("at+ccoappa") == ["at+CCOAPPARA"]


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
    names = [row.name for row in known_commands() if row.name]
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
    assert described("AT+CCOAPPAR") == "AT+CCOAPPAR is not known here; did you mean AT+CCOAPPARA?"
