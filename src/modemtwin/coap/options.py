"""Which options of a message count: recognised or not, of the right length, once or often (RFC 7252 §5.4).

An option that is repeated though it must not be, or whose value has a wrong length, is treated like one that is not
recognised (RFC 7252 §5.4.3, §5.4.5): a critical one spoils the message, an elective one is as though absent.
"""

from __future__ import annotations

from typing import TypeAlias

from modemtwin.amount import amount
from modemtwin.coap.message import Message
from modemtwin.coap.numbers import OPTIONS, is_critical

Objection: TypeAlias = str
"""Why a message must be rejected, in words."""

_RULES = {number: (option.shortest, option.longest, option.repeatable) for number, option in OPTIONS.items()}


def sift(message: Message) -> Message | Objection:
    """Return the message without what must be ignored, mostly itself, or the reason why it must be rejected.

    Elective options that we do not recognise stay: nobody here looks at them, and a reader may want to see them.
    """
    previous = -1
    for number, value in message.options:
        rule = _RULES.get(number)
        if rule is None:
            if is_critical(number):
                return f"unrecognised critical option {number}"
        elif not rule[0] <= len(value) <= rule[1] or (number == previous and not rule[2]):
            return _sift_slowly(message)
        previous = number
    return message


def _sift_slowly(message: Message) -> Message | Objection:
    kept: list[tuple[int, bytes]] = []
    seen: set[int] = set()
    for number, value in message.options:
        fault = _fault(number, value, again=number in seen)
        seen.add(number)
        if fault is None:
            kept.append((number, value))
        elif is_critical(number):
            return fault
    return message._replace(options=tuple(kept))


def _fault(number: int, value: bytes, *, again: bool) -> Objection | None:
    option = OPTIONS.get(number)
    if option is None:
        return f"unrecognised critical option {number}" if is_critical(number) else None
    if again and not option.repeatable:
        return f"critical option {option.name} is repeated"
    if not option.shortest <= len(value) <= option.longest:
        size = amount(len(value), "byte")
        return f"critical option {option.name} has {size}, not {option.shortest} to {option.longest}"
    return None
