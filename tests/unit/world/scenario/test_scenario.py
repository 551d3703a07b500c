"""Scenarios: what they say, and all that is wrong with them."""

from __future__ import annotations

import re

import pytest

from modemtwin.clockwork import seconds
from modemtwin.modem.doors import Card, Secret, Technology
from modemtwin.world.cell.keys import CellSettings
from modemtwin.world.net.route import Route
from modemtwin.world.scenario.action import ChangeCell, DropBearer, Event, InsertCard, RemoveCard
from modemtwin.world.scenario.keys import SCHEMA
from modemtwin.world.scenario.page import reference
from modemtwin.world.scenario.scenario import Scenario, ScenarioError, apply_settings, parse_scenario

WHOLE = """
[modem]
profile = "sim7080"
imei = "490154203237518"

[profile]
queue-length = 3
ack-timeout = 1

[quirks]
Q-RECV-NAME = "rcv"

[card]
present = false
pin = "4711"

[cell]
technology = "egprs"
operator = "Testnetz"
signal = 12
apn_policy = "reject"
apns = ["ctnb", "cmnet"]
drop_after = 60

[[route]]
from = "198.181.39.174"
to = "127.0.0.1:5683"

[[event]]
at = 1.5
insert_card = true
remove_card = false

[[event]]
at = 30
change = { signal = 99, coverage = false }
drop_bearer = true
"""


def mistakes_of(text: str) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        parse_scenario(text)
    return [re.sub(r"^line \d+: ", "", mistake) for mistake in caught.value.mistakes]  # test_toml_lines.py has those


def test_a_whole_scenario_is_read() -> None:
    card = Card(pin=Secret("4711"))
    assert parse_scenario(WHOLE) == Scenario(
        profile="sim7080",
        overrides={"imei": "490154203237518", "queue_length": 3, "ack_timeout": 1.0, "Q-RECV-NAME": "rcv"},
        card=card,
        card_present=False,
        cell=CellSettings(
            technology=Technology.EGPRS,
            operator="Testnetz",
            signal=12,
            apn_policy="reject",
            apns=("ctnb", "cmnet"),
            drop_after=60.0,
        ),
        routes=(Route("198.181.39.174", None, ("127.0.0.1", 5683)),),
        events=(
            Event(seconds(1.5), InsertCard(card)),
            Event(seconds(30), ChangeCell({"signal": 99, "coverage": False})),
            Event(seconds(30), DropBearer()),
        ),
    )


def test_an_empty_scenario_is_the_default_one() -> None:
    assert parse_scenario("") == Scenario()


def test_of_an_event_whose_change_is_wrong_it_is_not_said_that_nothing_happens_in_it() -> None:
    assert mistakes_of("[[event]]\nat = 5\nchange = {signl = 3}\n") == [
        'event[1].change.signl: there is no such key; did you mean "signal"?'
    ]
    assert mistakes_of("[[event]]\nat = 5\nchange = {}\n") == [
        "event[1]: nothing happens in it; allowed: change, drop-bearer, insert-card or remove-card"
    ]


def test_moments_that_are_days_away_are_told_with_all_of_their_digits() -> None:
    drop = "[[event]]\nat = {}\ndrop-bearer = true\n"
    assert mistakes_of(drop.format(1_000_000.5) + drop.format(1_000_000)) == [
        "event[2].at: 1000000 s is before 1000000.5 s, the moment of the event above; write them in the order of time"
    ]


def test_an_absent_card_is_not_in_the_holder_but_may_slide_in() -> None:
    assert parse_scenario("[card]\npresent = false").inserted_card is None
    assert parse_scenario("").inserted_card == Card()
    assert parse_scenario("[[event]]\nat = 0\nremove_card = true").events == (Event(0, RemoveCard()),)


def test_text_that_is_no_toml_is_told_with_its_place() -> None:
    with pytest.raises(ScenarioError) as caught:
        parse_scenario('[card]\npin = "4711\n')
    assert caught.value.mistakes == ["line 2: pin: this is not TOML: illegal character '\\n'"]


def test_a_time_that_goes_backwards_is_a_mistake() -> None:
    drop = "[[event]]\nat = {}\ndrop-bearer = true\n"
    moments = (2, 2, 10.5, 5, 3, 11)
    assert mistakes_of("".join(drop.format(moment) for moment in moments)) == [
        "event[4].at: 5 s is before 10.5 s, the moment of the event above; write them in the order of time",
        "event[5].at: 3 s is before 5 s, the moment of the event above; write them in the order of time",
    ]


def test_an_event_that_changes_nothing_is_a_mistake() -> None:
    (mistake,) = mistakes_of("[[event]]\nat = 3\nchange = {}")
    assert mistake.startswith("event[1]: nothing happens in it")


def test_a_change_that_is_wrong_is_one_mistake() -> None:
    (mistake,) = mistakes_of("[[event]]\nat = 3\nchange = {signal = 300}")
    assert mistake.startswith("event[1].change.signal: 300 is out of range")


def test_every_mistake_is_told_with_path_reason_and_what_is_allowed() -> None:
    assert mistakes_of(
        """
        [modem]
        profile = "sim700"
        [cell]
        signa = 4
        signal = 45
        technology = "nbiot"
        coverage = "yes"
        apns = "ctnb"
        address = "10.0.0"
        registration_delay = -1
        plmn = 46011
        [card]
        pin = "12a4"
        [cels]
        [profile]
        queue-lenght = 3
        nstart = "one"
        [quirks]
        Q-RECV-NAME = "rvc"
        """
    ) == [
        'modem.profile: "sim700" is unknown; did you mean "sim7000"?; '
        'allowed: "sim7000", "sim7000-literal", "sim7080", "strict"',
        'cell.signa: there is no such key; did you mean "cell.signal"?',
        "cell.signal: 45 is out of range; allowed: a whole number from 0 to 31, or 99",
        'cell.technology: "nbiot" is unknown; did you mean "nb-iot"?; allowed: "nb-iot", "cat-m", "egprs", "gsm"',
        'cell.coverage: "yes" is neither true nor false; allowed: true or false',
        'cell.apns: "ctnb" is not a list of text; allowed: a list of text, such as ["ctnb", "cmnet"]',
        'cell.address: "10.0.0" is not an IPv4 address; allowed: an IPv4 address such as 10.94.36.44',
        "cell.registration-delay: -1 is out of range; allowed: a number from 0 to 86400, in s",
        "cell.plmn: the value is not text in quotes; allowed: 5 or 6 digits in quotes",
        'card.pin: there is more than digits in it; allowed: 4 to 8 digits in quotes, or ""',
        'cels: there is no such table; did you mean "cell"?',
        'profile.queue-lenght: a profile has no such key; did you mean "queue-length"?',
        "profile.nstart: nstart must be a whole number, not 'one'",
        "quirks.Q-RECV-NAME: Q-RECV-NAME cannot be 'rvc'; choose recv or rcv",
    ]


def test_mistakes_in_lists_are_told_with_their_place() -> None:
    assert mistakes_of(
        """
        [[route]]
        from = "10.0.0.1"
        to = "127.0.0.1"
        [[route]]
        form = "10.0.0.2"
        to = "127.0.0.1:1"
        [[event]]
        at = -3
        change = { sgnal = 4, denied = 1 }
        [[event]]
        at = 3
        [[event]]
        drop_bearer = true
        change = 3
        """
    ) == [
        'route[1]: the target "127.0.0.1" has no port',
        'route[2].form: there is no such key; did you mean "from"?',
        "route[2].from: it is missing; allowed: text of at most 300 characters",
        "event[1].at: -3 is out of range; allowed: a number from 0 to 31536000, in s",
        'event[1].change.sgnal: there is no such key; did you mean "signal"?',
        "event[1].change.denied: 1 is neither true nor false; allowed: true or false",
        "event[2]: nothing happens in it; allowed: change, drop-bearer, insert-card or remove-card",
        "event[3].at: it is missing; allowed: a number from 0 to 31536000, in s",
        "event[3].change: this is a table; write {signal = 12}",
    ]


def test_a_table_of_the_wrong_shape_is_told() -> None:
    assert mistakes_of('cell = 3\nroute = "x"\n[event]\nat = 3') == [
        "cell: this is a table; write [cell] with its keys below it",
        "route: this is a table; write [[route]] with its keys below it",
        "event: this is a table; write [[event]] with its keys below it",
    ]


def test_two_routes_from_one_address_are_a_mistake() -> None:
    twice = '[[route]]\nfrom = "10.0.0.1"\nto = "localhost:1"\n' * 2
    assert mistakes_of(twice) == ["route: two routes begin at 10.0.0.1; leave one of them out"]


class TestSettings:
    """``--set key=value``."""

    def test_they_are_read_by_the_type_of_their_key(self) -> None:
        settings = (
            "cell.signal=12",
            "cell.cell_id=0x1F",
            "cell.coverage=false",
            "cell.apns=ctnb, cmnet",
            "cell.drop_after=2.5",
            "cell.technology=cat-m",
            "card.pin=0815",
            "modem.profile=strict",
            "profile.queue-length=3",
            "profile.refuse_stubs=false",
            "quirks.Q-HEAD-FIELDS=21",
        )
        assert apply_settings(Scenario(), settings) == Scenario(
            profile="strict",
            overrides={"queue_length": 3, "refuse_stubs": False, "Q-HEAD-FIELDS": "21"},
            card=Card(pin=Secret("0815")),
            cell=CellSettings(
                technology=Technology.CAT_M,
                signal=12,
                cell_id=0x1F,
                coverage=False,
                apns=("ctnb", "cmnet"),
                drop_after=2.5,
            ),
        )

    def test_they_change_what_they_name_and_nothing_else(self) -> None:
        before = parse_scenario(WHOLE)
        after = apply_settings(before, ["cell.drop_after=never", "quirks.Q-CONVERT=zero-parses"])
        assert after.cell.drop_after is None
        assert after.overrides == {**before.overrides, "Q-CONVERT": "zero-parses"}
        assert (after.card, after.routes, after.events) == (before.card, before.routes, before.events)

    def test_their_mistakes_are_told_all_at_once(self) -> None:
        settings = ["cell.signl=1", "cell.signal=x", "cell.coverage=yes", "card.pin"]
        settings += ["profile.nstart=x", "quirks.Q-X=1"]
        with pytest.raises(ScenarioError) as caught:
            apply_settings(Scenario(), settings)
        *first, last = caught.value.mistakes
        assert first == [
            'cell.signl: there is no such key; did you mean "cell.signal"?',
            'cell.signal: "x" is not a whole number; allowed: a whole number from 0 to 31, or 99',
            'cell.coverage: "yes" is neither true nor false; allowed: true or false',
            'card.pin: there is no "="; write KEY=VALUE',
            "profile.nstart: nstart must be a whole number, not 'x'",
        ]
        assert last.startswith("quirks.Q-X: ")

    def test_no_error_shows_a_pin(self) -> None:
        with pytest.raises(ScenarioError) as caught:
            apply_settings(Scenario(), ["card.pin=471", "card.puk=4711x"])
        assert "471" not in str(caught.value)


def test_the_reference_has_a_row_for_every_key() -> None:
    text = reference()
    told = [key for key in SCHEMA if not key.name.startswith(("path.up.", "path.down."))]  # they are as those of both
    assert [key.name for key in told if f"| `{key.spelling}` |" not in text] == []
    assert "| `cell.registration-delay` | a number from 0 to 86400 | 0.5 | s |" in text


def test_the_reference_says_must_be_given_of_what_must_be() -> None:
    needed = [line.split("`")[1] for line in reference().splitlines() if "| must be given |" in line]
    assert needed == ["route.from", "route.to", "event.at", "fault.do"]
    parse_scenario(
        '[[route]]\nfrom = "a"\nto = "127.0.0.1:1"\n[[event]]\nat = 1\ndrop-bearer = true\n[[fault]]\ndo = "drop"'
    )


def test_every_default_is_one_that_its_key_accepts() -> None:
    given = [key for key in SCHEMA if key.default is not None and key.name != "modem.imei"]
    assert [key.check(key.default) for key in given] == [key.default for key in given]
