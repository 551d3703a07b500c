"""What the module's ERROR means, and what to try: the numbers of TS 27.007 §9.2 as far as anything can be tried."""

from __future__ import annotations

from modemtwin.at.reply import CME_ERRORS
from modemtwin.host.errors import Rejected

__all__ = ["rejected"]

_HINTS = {
    10: "insert a SIM card",
    11: "give the PIN of the SIM card: pin=",
    12: 'the SIM card wants its PUK: AT+CPIN="<puk>","<new pin>"',
    13: "is the SIM card seated well?",
    14: "try again in a few seconds",
    16: "the PIN is wrong; after three wrong ones the card wants its PUK",
    30: "is the antenna connected? AT+CEREG? and AT+CSQ tell more",
    149: "are user name and password those of the APN?",
    160: "is the host name right?",
    797: "the radio is off: AT+CFUN=1",
}

_NUMBERS = {text.lower(): number for number, text in CME_ERRORS.items()}


def rejected(command: str, result: str) -> Rejected:
    """The error for a final result: ``ERROR``, ``+CME ERROR: 3`` or ``+CME ERROR: operation not allowed``."""
    text = result.partition(":")[2].strip()
    if text.isascii() and text.isdecimal() and len(text) < 6:
        code = int(text)
        return Rejected(command, code, CME_ERRORS.get(code, ""), _HINTS.get(code))
    code_of_text = _NUMBERS.get(text.lower())
    return Rejected(command, code_of_text, text, _HINTS.get(code_of_text or 0))
