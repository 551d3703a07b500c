"""A module that does what a test tells it to, however wrong: it reads lines and answers each as its rules say.

desk = ScriptedDesk({"AT+CSQ": "+CSQ: 27,99"})        any other command of the table below is answered as it should
desk.run(information.inform(desk.known))
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TypeAlias

from modemtwin.host.knowledge import Settings
from tests.unit.host.desk import Desk

Answer: TypeAlias = "str | bytes | list[Answer] | Callable[[ScriptedDesk, str], Answer] | None"
"""Information lines that OK follows; bytes as they are; None for silence; one after the other; or made on the spot."""

GOOD: dict[str, Answer] = {
    "AT+CGMM": "SIMCOM_SIM7000G",
    "AT+CMEE?": "+CMEE: 0",
    "AT+CGMI": "SIMCOM_Ltd",
    "AT+CGMR": "Revision:1529B08SIM7000G",
    "AT+CGSN": "869951031234568",
    "AT+CNACT?": '+CNACT: 1,"10.94.36.44"',
    "AT+CPIN?": "+CPIN: READY",
    "AT+CSQ": "+CSQ: 27,99",
    "AT+CGATT?": "+CGATT: 1",
    "AT+CFUN?": "+CFUN: 1",
    "AT+CEREG?": "+CEREG: 0,1",
    "AT+CREG?": "+CREG: 0,1",
    "AT+COPS?": '+COPS: 0,0,"CHN-CT",9',
    "AT+CGNAPN": '+CGNAPN: 1,"ctnb"',
    "AT+CCOAPACTION": "+CCOAPACTION: 0,1",
    "AT+CCOAPACTION=4": "+CCOAPACTION: 4,0,0",
}
ERROR = b"\r\nERROR\r\n"
OK = b"\r\nOK\r\n"


def urc(text: str) -> bytes:
    """A URC as it stands on the wire."""
    return f"\r\n{text}\r\n".encode("latin-1")


class ScriptedDesk(Desk):
    """Driver and scripted module. ``lines`` is what the module was told, in order."""

    def __init__(
        self,
        rules: Mapping[str, Answer] | None = None,
        *,
        echo: bool = True,
        keeps_echo: bool = False,
        wanted: Settings | None = None,
    ) -> None:
        super().__init__(wanted or Settings(first_token=41))
        self.lines: list[str] = []
        self.echo = echo
        self.rules: dict[str, Answer] = GOOD | dict(rules or {})
        self._keeps_echo = keeps_echo
        self._times: dict[str, int] = {}
        self._typed = b""

    def say(self, data: bytes, after: float = 0.0) -> None:
        """The module writes something of itself."""
        self.world.after(after, partial(self.hear, data))

    def take(self, data: bytes) -> None:
        self.world.after(0, partial(self._read, data))

    def _read(self, data: bytes) -> None:
        self._typed += data
        while b"\r" in self._typed:
            line, _, self._typed = self._typed.partition(b"\r")
            text = line.decode("latin-1")
            self.lines.append(text)
            echo = line + b"\r" if self.echo else b""
            if text in ("ATE0", "ATE1") and not self._keeps_echo:
                self.echo = text == "ATE1"
            answer = self._answer(text)
            if answer is not None:
                self.say(echo + answer)

    def _answer(self, line: str) -> bytes | None:
        rule: Answer = self.rules.get(line, self.rules.get(f"AT{line.removeprefix('ATQ0V1')}", ""))
        if isinstance(rule, list):
            times = self._times[line] = self._times.get(line, -1) + 1
            rule = rule[min(times, len(rule) - 1)]
        while callable(rule):
            rule = rule(self, line)
        if isinstance(rule, str):
            framed = "".join(f"\r\n{each}\r\n" for each in rule.split("\n") if each)
            return framed.encode("latin-1") + OK
        assert not isinstance(rule, list), "one level of lists is enough"
        return rule
