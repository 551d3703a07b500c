"""A module that answers each line as a table says, and notes what was typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from modemtwin.world.conformance.exchange import Steps
from modemtwin.world.conformance.questioner import Answer, Ask

T = TypeVar("T")

SIM7000: Mapping[bytes, Answer] = {
    b"AT": Answer((b"OK",)),
    b"ATE0": Answer((b"OK",)),
    b"ATE1": Answer((b"OK",)),
    b"ATI": Answer((b"SIM7000G R1529", b"OK")),
    b"AT+CGMI": Answer((b"SIMCOM_Ltd", b"OK")),
    b"AT+CGMM": Answer((b"SIMCOM_SIM7000G", b"OK")),
    b"AT+CGMR": Answer((b"Revision:1529B08SIM7000G", b"OK")),
    b"AT+CMEE?": Answer((b"+CMEE: 0", b"OK")),
    b"AT+CNACT?": Answer((b'+CNACT: 0,"0.0.0.0"', b"OK")),
    b"AT+CNACT=1": Answer((b"OK",), (b"+APP PDP: ACTIVE",)),
    b"AT+CNACT=0": Answer((b"OK",), (b"+APP PDP: DEACTIVE",)),
    b"AT+CCOAPINIT": Answer((b"OK",)),
    b"AT+CCOAPTERM": Answer((b"OK",)),
    b"AT+CCOAPACTION": Answer((b"+CCOAPACTION: 0,70", b"OK"), (b"+CCOAPRECV: 70,14,9",)),
}
MUTE = Answer((), whole=False)
ERROR = Answer((b"ERROR",))
OK = Answer((b"OK",))


class Scripted:
    """``answers`` by line; a list of them is used up in order, its last for ever. Whatever is not there is ERROR."""

    def __init__(self, answers: Mapping[bytes, Answer | list[Answer]] | None = None) -> None:
        self._answers = {**SIM7000, **(answers or {})}
        self.typed: list[bytes] = []
        self.asked: list[Ask] = []

    def run(self, steps: Steps[T]) -> T:
        """Run steps to their end."""
        try:
            ask = next(steps)
            while True:
                ask = steps.send(self._answer(ask))
        except StopIteration as end:
            result: T = end.value
            return result

    def _answer(self, ask: Ask) -> Answer:
        self.asked.append(ask)
        if not ask.line:
            return Answer(())
        self.typed.append(ask.line)
        if ask.line.startswith(b"AT+CCOAPURL="):
            return OK
        answer = self._answers.get(ask.line, ERROR)
        if isinstance(answer, list):
            return answer.pop(0) if len(answer) > 1 else answer[0]
        return answer
