"""What state a module is in, as far as a TE knows it: from what it typed, and from what was answered.

A line may be typed and never answered: Ctrl-C, a module that stalls. So ``typed`` assumes the worst, an object that may
be there, a bearer of which nothing is known; ``answered`` makes it sure.
"""

from __future__ import annotations

import re

from modemtwin.world.conformance.questioner import Answer

__all__ = ["Condition", "bearer_of"]

_RADIO = re.compile(rb"AT\+CFUN=([0-9])", re.IGNORECASE)
_BEARER = re.compile(rb"AT\+CNACT=(?:0,)?([0-2])", re.IGNORECASE)
_READ = re.compile(rb'\+CNACT: (?:0,)?([0-2]),"')
_INIT, _TERM = b"AT+CCOAPINIT", b"AT+CCOAPTERM"


def bearer_of(answer: Answer) -> bool | None:
    """Read ``AT+CNACT?``: up, or down; None while it is on its way from one to the other."""
    found = next((found for line in answer.reply if (found := _READ.match(line))), None)
    status = b"0" if found is None else found[1]
    return None if status == b"2" else status == b"1"


class Condition:
    """``bearer`` None: not known."""

    def __init__(self) -> None:
        self.has_object = False
        self.bearer: bool | None = False
        self.radio_off = False
        self._had_object = False

    def typed(self, line: bytes) -> None:
        """Assume what a line may do."""
        line = line.upper()
        self._had_object = self.has_object
        if line == _INIT:
            self.has_object = True
        elif (found := _RADIO.match(line)) and found[1] != b"1":
            self.radio_off = True
            self.bearer = None if self.bearer else self.bearer
        elif _BEARER.match(line):
            self.bearer = None

    def answered(self, line: bytes, answer: Answer, before: bool | None) -> None:
        """Learn what it did, from a whole answer; ``before`` is what was known of the bearer."""
        line = line.upper()
        if line == _INIT and not answer.ok:
            self.has_object = self._had_object
        elif line == _TERM and answer.ok:
            self.has_object = False
        elif found := _RADIO.match(line):
            self.radio_off = answer.ok and found[1] != b"1"
            self.bearer = False if self.radio_off else before
        elif found := _BEARER.match(line):
            self.bearer = _bearer(found[1] != b"0", answer) if answer.ok else before

    def restarted(self) -> None:
        """Forget it all: the module has started again."""
        self.has_object = self.bearer = self.radio_off = False


def _bearer(wanted: bool, answer: Answer) -> bool | None:
    """Tell from the URC; the one behind ``AT+CNACT=0`` may say ACTIVE (Q-CNACT-OFF-URC)."""
    if not answer.after:
        return None
    return wanted and not any(line.endswith(b"DEACTIVE") for line in answer.after)
