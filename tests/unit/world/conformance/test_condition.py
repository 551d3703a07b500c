"""What is known of a module's state, after every line and in the middle of one."""

from __future__ import annotations

import pytest

from modemtwin.world.conformance.condition import Condition, bearer_of
from modemtwin.world.conformance.dialogue import read_dialogues
from modemtwin.world.conformance.encounter import Encounter
from modemtwin.world.conformance.manners import Addressing
from modemtwin.world.conformance.questioner import Answer
from tests.unit.world.conformance.scripted import ERROR, OK, Scripted


def after(*lines: tuple[bytes, Answer | None]) -> tuple[bool, bool | None, bool]:
    """Object, bearer, radio off; the last line may be one that was never answered."""
    state = Condition()
    for line, answer in lines:
        before = state.bearer
        state.typed(line)
        if answer is not None:
            state.answered(line, answer, before)
    return state.has_object, state.bearer, state.radio_off


ACTIVE, DEACTIVE = Answer((b"OK",), (b"+APP PDP: ACTIVE",)), Answer((b"OK",), (b"+APP PDP: DEACTIVE",))
UP = (b"AT+CNACT=1", ACTIVE)


@pytest.mark.parametrize(
    ("lines", "state"),
    [
        ([], (False, False, False)),
        ([(b"at+ccoapinit", OK)], (True, False, False)),
        ([(b"AT+CCOAPINIT", ERROR)], (False, False, False)),
        ([(b"AT+CCOAPINIT", OK), (b"AT+CCOAPINIT", ERROR)], (True, False, False)),
        ([(b"AT+CCOAPINIT", None)], (True, False, False)),
        ([(b"AT+CCOAPINIT", OK), (b"AT+CCOAPTERM", None)], (True, False, False)),
        ([(b"AT+CCOAPINIT", OK), (b"AT+CCOAPTERM", OK)], (False, False, False)),
        ([UP], (False, True, False)),
        ([(b"AT+CNACT=0,1", Answer((b"OK",), (b"+APP PDP: 0,ACTIVE",)))], (False, True, False)),
        ([(b"AT+CNACT=1", None)], (False, None, False)),
        ([(b"AT+CNACT=1", OK)], (False, None, False)),
        ([(b"AT+CNACT=1", DEACTIVE)], (False, False, False)),
        ([UP, (b"AT+CNACT=1", ERROR)], (False, True, False)),
        ([UP, (b"AT+CNACT=0", DEACTIVE)], (False, False, False)),
        ([UP, (b"AT+CNACT=0", ACTIVE)], (False, False, False)),  # Q-CNACT-OFF-URC
        ([UP, (b"AT+CFUN=0", None)], (False, None, True)),
        ([UP, (b"AT+CFUN=0", OK)], (False, False, True)),
        ([UP, (b"AT+CFUN=4", ERROR)], (False, True, False)),
        ([(b"AT+CFUN=0", OK), (b"AT+CFUN=1", None)], (False, False, True)),
        ([(b"AT+CFUN=0", OK), (b"AT+CFUN=1", OK)], (False, False, False)),
    ],
)
def test_a_line_that_was_not_answered_is_taken_at_its_worst(
    lines: list[tuple[bytes, Answer | None]], state: tuple[bool, bool | None, bool]
) -> None:
    assert after(*lines) == state


@pytest.mark.parametrize(
    ("line", "up"),
    [
        (b'+CNACT: 1,"10.94.36.44"', True),
        (b'+CNACT: 0,"0.0.0.0"', False),
        (b'+CNACT: 0,1,"10.94.36.44"', True),
        (b'+CNACT: 0,0,"0.0.0.0"', False),
        (b'+CNACT: 2,"0.0.0.0"', None),
    ],
)
def test_a_bearer_is_read_in_either_form(line: bytes, up: bool | None) -> None:
    assert bearer_of(Answer((line, b"OK"))) is up


def test_a_bearer_that_was_on_its_way_when_the_run_was_interrupted_is_taken_down() -> None:
    on_its_way, up = Answer((b'+CNACT: 2,"0.0.0.0"', b"OK")), Answer((b'+CNACT: 1,"10.94.36.44"', b"OK"))
    module = Scripted({b"AT+CNACT?": [Answer((b'+CNACT: 0,"0.0.0.0"', b"OK")), on_its_way, up]})
    encounter = Encounter(Addressing())
    module.run(encounter.greet())
    (dialogue,) = read_dialogues("session", "> AT+CNACT=1\n")
    steps = encounter.play(dialogue)
    assert next(steps).line == b"AT+CNACT=1"
    steps.close()
    module.typed.clear()
    assert module.run(encounter.farewell(interrupted=True)) is True
    assert module.typed == [b"AT+CNACT?", b"AT+CNACT?", b"AT+CNACT=0"]
