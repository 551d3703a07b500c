"""Profiles: four that ship, what may be changed in one, and what is said of a change that does not fit."""

from __future__ import annotations

from dataclasses import fields

import pytest

from modemtwin.clockwork import seconds
from modemtwin.coap.numbers import Transmission
from modemtwin.modem.profile import Profile, load, names, overlay, read, tailor


def test_four_profiles_ship() -> None:
    assert names() == ["sim7000", "sim7000-literal", "sim7080", "strict"]


@pytest.mark.parametrize("name", ["sim7000", "sim7000-literal", "sim7080", "strict"])
def test_a_profile_bears_its_name(name: str) -> None:
    assert load(name).name == name


def test_a_profile_that_is_not_there_is_refused_with_the_nearest() -> None:
    with pytest.raises(ValueError, match="there is no profile 'sim7000-litteral'; did you mean sim7000-literal"):
        load("sim7000-litteral")


def test_a_name_that_is_near_to_nothing_gets_the_list() -> None:
    with pytest.raises(ValueError, match="choose sim7000, sim7000-literal, sim7080, strict"):
        load("nokia")


def test_a_profile_takes_from_its_base_what_it_does_not_say() -> None:
    differing = {
        name
        for name in (each.name for each in fields(Profile))
        if getattr(load("strict"), name) != getattr(load("sim7000"), name)
    }
    assert differing == {"name", "title", "refuse_stubs"}


def test_the_literal_profile_differs_in_its_quirks_alone() -> None:
    plain, literal = load("sim7000"), load("sim7000-literal")
    assert {quirk: choice for quirk, choice in literal.quirks.items() if plain.quirks[quirk] != choice} == {
        "Q-TEST-NAMES": "literal",
        "Q-CNACT-READ": "three",
        "Q-CNACT-OFF-URC": "literal",
    }


def test_a_change_makes_another_profile_and_leaves_the_first_as_it_was() -> None:
    changed = load("sim7000").replace(queue_length=3, quirks={"Q-RECV-NAME": "rcv"})
    assert (changed.queue_length, changed["Q-RECV-NAME"], changed["Q-CONVERT"]) == (3, "rcv", "one-parses")
    assert (load("sim7000").queue_length, load("sim7000")["Q-RECV-NAME"]) == (10, "recv")


def test_a_whole_number_stands_for_a_time_too() -> None:
    assert load("sim7000").replace(ack_timeout=3).ack_timeout == 3.0


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"queue_lenght": 3}, "a profile has no queue-lenght; did you mean queue-length?"),
        ({"colour": "red"}, "a profile has no colour; see the reference of profiles"),
        ({"queue_length": "3"}, "queue-length must be a whole number, not '3'"),
        ({"queue_length": 2.5}, "queue-length must be a whole number, not 2.5"),
        ({"queue_length": True}, "queue-length must be a whole number, not True"),
        ({"queue_length": 0}, "queue-length must be at least 1, but is 0"),
        ({"nstart": 0}, "nstart must be at least 1, but is 0"),
        ({"ack_random_factor": 0.5}, "ack-random-factor must be at least 1, but is 0.5"),
        ({"app_contexts": 5}, "app-contexts must be at most 4, but is 5"),
        ({"ack_timeout": -1.0}, "ack-timeout must not be negative, but is -1.0"),
        ({"ack_timeout": float("inf")}, "ack-timeout must be a finite number, but is inf"),
        ({"ack_timeout": float("nan")}, "ack-timeout must be a finite number, but is nan"),
        ({"model": 7}, "model must be text, not 7"),
        ({"model": "€"}, "model must be latin-1, one byte for each character, and '€' is not"),
        ({"refuse_stubs": 1}, "refuse-stubs must be true or false, not 1"),
        ({"dialect": "sim800"}, "dialect must be sim7000 or sim7080, not 'sim800'"),
        ({"quirks": "literal"}, "quirks must be a table of id = choice"),
        ({"quirks": {"Q-RECV-NAME": "rcvd"}}, "Q-RECV-NAME cannot be 'rcvd'; choose recv or rcv"),
    ],
)
def test_a_change_that_does_not_fit_is_refused_in_a_sentence(changes: dict[str, object], reason: str) -> None:
    with pytest.raises(ValueError, match=r".") as refused:
        load("sim7000").replace(**changes)
    assert str(refused.value) == reason


def test_a_profile_of_ones_own_is_read_from_toml() -> None:
    own = read('base = "sim7080"\nqueue-length = 4\n[quirks]\nQ-TIMEOUT = "12.5"\n', "mine")
    assert (own.name, own.dialect, own.queue_length, own["Q-TIMEOUT"]) == ("mine", "sim7080", 4, "12.5")


def test_a_profile_without_base_must_give_everything() -> None:
    with pytest.raises(ValueError, match="profile mine: title is missing, and there is no base to take it from"):
        read("queue-length = 4", "mine")


def test_the_transmission_parameters_are_those_of_the_rfc_by_default() -> None:
    assert load("sim7000").transmission() == Transmission()


def test_the_transmission_parameters_follow_the_profile() -> None:
    own = load("sim7000").replace(
        ack_timeout=3.0,
        ack_random_factor=1.0,
        max_retransmit=2,
        nstart=2,
        answer_time=0.5,
        nstart_waiting=4,
        quirks={"Q-TIMEOUT": "12.5"},
    )
    assert own.transmission() == Transmission(
        ack_timeout=seconds(3),
        ack_random_factor=1.0,
        max_retransmit=2,
        nstart=2,
        ack_delay=seconds(0.5),
        waiting_limit=4,
        response_timeout=seconds(12.5),
    )


@pytest.mark.parametrize(("choice", "escapes"), [("backslash", "backslash"), ("v250", "v250"), ("none", "none")])
def test_the_escapes_follow_the_ledger(choice: str, escapes: str) -> None:
    assert load("sim7000").replace(quirks={"Q-STRING-ESCAPES": choice}).escapes == escapes


def test_facts_and_choices_that_change_a_profile_are_taken_apart() -> None:
    tailored = tailor("sim7000", {"queue_length": 3, "Q-RECV-NAME": "rcv"})
    assert (tailored.queue_length, tailored["Q-RECV-NAME"]) == (3, "rcv")
    assert tailor("sim7000", {}) == load("sim7000")


def test_what_a_profile_changes_of_another_is_put_on_it_again() -> None:
    text = 'base = "sim7000"\nqueue-length = 3\n[quirks]\nQ-RECV-NAME = "rcv"\n'
    assert tailor(*overlay(text)).replace(name="own") == read(text, "own")
