"""One table of faults: Python, TOML and text say the same, and every mistake is told."""

from __future__ import annotations

import tomllib
from random import Random

import pytest

from modemtwin import faults
from modemtwin.world.fault.fault import Count, Delay, Drop, Fault, OnByte, OnDatagram, OnLine, OnTime
from modemtwin.world.fault.kinds import finder
from modemtwin.world.fault.page import as_python, as_words
from modemtwin.world.fault.rule import Rule
from modemtwin.world.fault.table import ACTS, FAULT_KEYS, OCCASIONS, check_fault, keys_of
from modemtwin.world.scenario.scenario import parse_scenario


def mistakes_of(**keys: object) -> list[str]:
    with pytest.raises(ValueError, match=r".") as caught:
        check_fault(keys)
    return str(caught.value).splitlines()


@pytest.mark.parametrize("name", ACTS)
def test_an_example_is_the_same_fault_in_its_three_spellings(name: str) -> None:
    (scenario,) = parse_scenario(f"[[fault]]\n{ACTS[name].example}").faults
    python = eval(as_python(ACTS[name]), {"faults": faults})
    words = dict(word.split("=", 1) for word in as_words(ACTS[name]).split(" "))
    assert scenario == python == check_fault(words, typed=True)


@pytest.mark.parametrize("name", ACTS)
def test_python_has_a_function_for_every_act(name: str) -> None:
    function = getattr(faults, name.replace("-", "_"))
    assert name.replace("-", "_") in faults.__all__
    assert function(**{key: value for key, value in tomllib.loads(ACTS[name].example).items() if key != "do"})


def test_every_key_belongs_to_an_occasion_a_count_or_an_act() -> None:
    used = {"do", "on", *keys_of(Count)}
    for build in (*(row.build for row in OCCASIONS.values()), *(row.build for row in ACTS.values())):
        used |= set(keys_of(build))
    assert used == {key.name.removeprefix("fault.") for key in FAULT_KEYS}


def test_the_occasion_goes_without_saying_where_a_key_says_it() -> None:
    assert [check_fault(keys).occasion for keys in ({"do": "drop"}, {"do": "drop", "text": "x"}, {"do": "mute"})] == [
        OnDatagram(),
        OnLine(text="x"),
        OnTime(),
    ]
    assert faults.drop(on="byte", nth=3) == Fault(OnByte(), Count(nth=3), Drop(), "do=drop on=byte nth=3")
    assert faults.restart(code="GET").occasion == OnDatagram(code="GET")


def test_a_fault_says_itself_in_words_that_make_it_again() -> None:
    fault = faults.delay(code="2.05", by=5.0, chance=0.25, payload="a.c")
    assert str(fault) == "do=delay code=2.05 payload=a.c chance=0.25 by=5"
    assert check_fault(dict(word.split("=") for word in str(fault).split()), typed=True) == fault
    assert fault.act == Delay(5.0)


def test_every_mistake_is_told_with_its_key_and_what_is_allowed() -> None:
    assert mistakes_of(do="delay", tipe="ACK", nth=0, code="2.5x", token="xy", payload="(") == [
        'fault.tipe: there is no such key; did you mean "type"?',
        "fault.nth: 0 is out of range; allowed: a whole number from 1 to 1000000000",
        'fault.code: "2.5x" is no code; did you mean "2.05"?; allowed: "2.05", "GET", "4.xx", "request", "response", '
        '"empty"',
        'fault.token: "xy" is no hex; allowed: up to 8 bytes in hex',
        'fault.payload: "(" is no regular expression: missing ), unterminated subpattern at position 0; allowed: a '
        "regular expression of at most 200 characters",
        "fault.by: it is missing; allowed: a number from 0 to 86400, in s",
    ]


def test_a_fault_without_an_act_is_none() -> None:
    assert mistakes_of(nth=1) == [f"fault.do: it is missing; allowed: {', '.join(map(_quoted, ACTS))}"]
    assert mistakes_of(do="dorp")[0].startswith('fault.do: "dorp" is unknown; did you mean "drop"?')
    assert mistakes_of(do=3)[0].startswith("fault.do: 3 is not text in quotes")


def _quoted(word: str) -> str:
    return f'"{word}"'


def test_a_key_of_another_occasion_is_out_of_place() -> None:
    assert mistakes_of(do="drop", at=3) == ['fault.at: it belongs to "time", not to "drop" on "datagram"']
    assert mistakes_of(do="garble", type="ACK") == ['fault.type: it belongs to "datagram", not to "garble" on "byte"']
    assert mistakes_of(do="drop", by=3) == [
        'fault.by: it belongs to "delay" and "duplicate", not to "drop" on "datagram"'
    ]
    assert mistakes_of(do="answer", reply="RST", on="line") == [
        'fault.on: "answer" does not go with "line"; allowed: "datagram"'
    ]
    assert mistakes_of(do="mute", at=1, nth=2) == [
        'fault.nth: it belongs to "datagram" and "line" and "byte", not to "mute" on "time"'
    ]


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"option": "Obsrve"}, 'fault.option: "Obsrve" is no option; did you mean "Observe"?'),
        ({"option": "#70000"}, 'fault.option: "#70000" is no option'),
        ({"code": "9.99"}, 'fault.code: "9.99" is no code'),
        ({"type": True}, "fault.type: True is not text in quotes"),
        ({"mid": 65_536}, "fault.mid: 65536 is out of range"),
        ({"mid": 1.5}, "fault.mid: 1.5 is not a whole number"),
        ({"token": "00" * 9}, "fault.token: 9 bytes are too many"),
        ({"chance": float("nan")}, "fault.chance: nan is out of range"),
        ({"payload": "a" * 201}, "fault.payload: 201 characters are too many"),
        ({"path": "\n"}, "fault.path: a control character is in it"),
    ],
)
def test_a_value_that_cannot_be_is_refused(keys: dict[str, object], said: str) -> None:
    (mistake,) = mistakes_of(do="drop", **keys)
    assert mistake.startswith(said)


def test_a_window_that_ends_before_it_begins_is_refused() -> None:
    (mistake,) = mistakes_of(do="drop", after=20, before=10)
    assert mistake == "fault.before: 10 s is before 20 s, from when on it counts: it could never strike"
    assert check_fault({"do": "drop", "after": 10, "before": 10}).count.before == 10


@pytest.mark.parametrize("reply", ["GET", "9.99", "", "NON"])
def test_what_is_no_answer_is_refused(reply: str) -> None:
    assert mistakes_of(do="answer", reply=reply)[0].startswith(f'fault.reply: "{reply}" is no answer')


def test_a_lone_never_lasts_for_ever() -> None:
    assert faults.mute(lasting="never") == faults.mute(lasting=None)
    assert check_fault({"do": "mute", "lasting": "never"}, typed=True).act == faults.mute().act


def test_the_words_of_a_fault_have_all_digits_of_its_figures() -> None:
    assert check_fault({"do": "restart", "at": 1_000_000.5}).words == "do=restart at=1000000.5"


@pytest.mark.parametrize(
    ("pattern", "data"),
    [
        ("Wärme", "Wärme".encode()),
        ("W.rme$", "Wärme".encode()),
        ("€", "5 €".encode()),
        ("ä\xff", b"\xe4\xff"),
        (r"\xff", b"\xff"),
        (r"\u20ac", "€".encode()),
    ],
)
def test_text_is_found_in_utf_8_and_a_byte_in_what_is_none(pattern: str, data: bytes) -> None:
    assert finder(pattern)(data)
    assert not finder(pattern)(b"other")


@pytest.mark.parametrize("pattern", ["€", "\ud800", "(?u)a", r"\u20ac", r"\N{EURO SIGN}", "\0"])
@pytest.mark.parametrize(("key", "on"), [("payload", "datagram"), ("text", "line")])
def test_a_pattern_that_is_not_refused_can_be_used(pattern: str, key: str, on: str) -> None:
    rule = Rule(check_fault({"do": "drop", key: pattern, "on": on}), Random(0), 0)
    assert not rule.reads(b"other", "in", 0)


@pytest.mark.parametrize("pattern", ["?", "+", "[", "a{99999999999}", r"\N{NO SUCH}", "(?L)a"])
def test_what_is_no_pattern_is_refused(pattern: str) -> None:
    (mistake,) = mistakes_of(do="drop", text=pattern)
    assert mistake.startswith(f'fault.text: "{pattern}" is no regular expression: ')
