"""A command line to calls."""

from __future__ import annotations

import pytest

from modemtwin.at.arguments import RawArgument
from modemtwin.at.syntax import Call, Escapes, parse_line


def shapes(body: str) -> list[tuple[str, str, list[str]]]:
    calls = parse_line(body)
    assert [call.fault for call in calls] == [""] * len(calls)
    return [(call.name, call.form, [raw.text for raw in call.arguments]) for call in calls]


def arguments(text: str, escapes: Escapes = "backslash") -> list[RawArgument]:
    [call] = parse_line(f"+X={text}", escapes)
    assert call.fault == ""
    return list(call.arguments)


def faults(body: str) -> list[tuple[str, str]]:
    return [(call.name, call.fault) for call in parse_line(body) if call.fault]


def test_basic_commands_s_registers_and_extended_commands_join() -> None:
    assert shapes("E1Q0S0=1V1;+CSQ;+CGATT?") == [
        ("E", "write", ["1"]),
        ("Q", "write", ["0"]),
        ("S0", "write", ["1"]),
        ("V", "write", ["1"]),
        ("+CSQ", "execute", []),
        ("+CGATT", "read", []),
    ]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("+CIFSR;E0", [("+CIFSR", "execute", []), ("E", "write", ["0"])]),
        ("&FE0", [("&F", "execute", []), ("E", "write", ["0"])]),
        ("&C1&D2", [("&C", "write", ["1"]), ("&D", "write", ["2"])]),
        ("s03?", [("S3", "read", [])]),
        ("S0=1S3?", [("S0", "write", ["1"]), ("S3", "read", [])]),
        ("E0+CSQ", [("E", "write", ["0"]), ("+CSQ", "execute", [])]),
        ("D*99#", [("D", "write", ["*99#"])]),
        ("DT0,1 2;+CSQ", [("D", "write", ["T0,1 2"]), ("+CSQ", "execute", [])]),
        ("D", [("D", "execute", [])]),
        ("E=?", [("E", "test", [])]),
        ("*PSUTTZ?", [("*PSUTTZ", "read", [])]),
        ("", []),
        (" ; ;", []),
        ("+CSQ;;+CSQ;", [("+CSQ", "execute", []), ("+CSQ", "execute", [])]),
    ],
)
def test_a_line_falls_into_its_commands(body: str, expected: object) -> None:
    assert shapes(body) == expected


@pytest.mark.parametrize(
    ("body", "form"), [("+x", "execute"), ("+x?", "read"), ("+x=?", "test"), ("+x=", "write"), ("+x=??", "write")]
)
def test_an_extended_command_has_four_forms(body: str, form: str) -> None:
    assert [(call.name, call.form) for call in parse_line(body)] == [("+X", form)]


def test_text_behind_equals_question_mark_makes_it_a_write() -> None:
    assert shapes('+CCOAPPARA=?"CODE",1') == [("+CCOAPPARA", "write", ['?"CODE"', "1"])]
    assert shapes("+CCOAPACTION=4?") == [("+CCOAPACTION", "write", ["4?"])]


def test_blanks_around_names_and_arguments_are_ignored() -> None:
    assert shapes(' E 0 ; +X = 1 , "a b"  , c d ; +Y ? ; +Z = ? ') == [
        ("E", "write", ["0"]),
        ("+X", "write", ["1", "a b", "c d"]),
        ("+Y", "read", []),
        ("+Z", "test", []),
    ]


def test_a_quoted_argument_may_hold_commas_and_semicolons() -> None:
    assert parse_line('+X="a,b;c",2;+Y') == [
        Call("+X", "write", (RawArgument("a,b;c", True), RawArgument("2")), '+X="a,b;c",2'),
        Call("+Y", "execute", (), "+Y"),
    ]


def test_a_bare_argument_runs_to_the_next_comma() -> None:
    assert arguments('uri-path,0,home/a b?c=d,{"a":1},') == [
        RawArgument("uri-path"),
        RawArgument("0"),
        RawArgument("home/a b?c=d"),
        RawArgument('{"a":1}'),
        RawArgument(""),
    ]


@pytest.mark.parametrize(
    ("escapes", "typed", "text"),
    [
        ("backslash", r'"a\"b\\c\n"', r'a"b\c\n'),
        ("v250", r'"a\22b\5Cc\n"', r'a"b\c\n'),
        ("none", r'"a\22\\"', r"a\22\\"),
    ],
)
def test_escapes_within_quotes_are_a_matter_of_the_profile(escapes: Escapes, typed: str, text: str) -> None:
    assert arguments(typed, escapes) == [RawArgument(text, True)]


def test_a_backslash_without_quotes_is_itself() -> None:
    assert arguments(r"a\\b\22") == [RawArgument(r"a\\b\22")]


def test_control_characters_are_ignored_but_for_those_within_quotes() -> None:
    assert shapes('+C\x00SQ\n;+TEXT="a\tb"') == [("+CSQ", "execute", []), ("+TEXT", "write", ["a\tb"])]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('+X=1,"abc;+Y', [("+X", "the quote that opens argument 2 is never closed")]),
        ('+X=1,"abc;+Y\\', [("+X", "the quote that opens argument 2 is never closed")]),
        (
            '+X="a"b;+Y',
            [("+X", "text follows the quote that closes argument 1; a comma, a semicolon or the end may")],
        ),
        ("+X 4", [("+X", "nothing but a semicolon may follow the name")]),
        ("+X?4", [("+X", "nothing but a semicolon may follow ?")]),
        ("=", [("", "no command begins with =")]),
        ("S", [("S", "S needs the number of a register")]),
        ("S3 5", [("S3", "S3 takes its value behind =")]),
        ("E0?", [("E", "? does not follow a number")]),
    ],
)
def test_a_fault_is_told_in_words(body: str, expected: object) -> None:
    assert faults(body) == expected


def test_commands_behind_a_fault_are_still_counted() -> None:
    assert [call.name for call in parse_line('+X "a;b";+Y;+Z')] == ["+X", "+Y", "+Z"]
