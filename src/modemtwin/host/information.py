"""Module, SIM, signal, registration and bearer, asked one after the other; what is refused is unknown."""

from __future__ import annotations

import re
from typing import TypeVar

from modemtwin.host import commands, networks
from modemtwin.host.commands import Command
from modemtwin.host.contacting import configure
from modemtwin.host.errors import Rejected, Unreadable
from modemtwin.host.knowledge import Knowledge
from modemtwin.host.refusals import rejected
from modemtwin.host.response import Answer, Bearer, Info
from modemtwin.host.steps import Acquire, Procedure, Release, ask

__all__ = ["by_hand", "inform"]

T = TypeVar("T")

_STARTS_ANEW = re.compile(r"\+(?:CFUN=\d,1|CREBOOT|CPOWD=\d)", re.IGNORECASE)


def inform(known: Knowledge) -> Procedure[Info]:
    """Ask for everything. Needs neither card nor network."""
    if not known.configured:
        yield Acquire(known.preparing)
        yield from configure(known)
        yield Release(known.preparing)
    assert known.identity is not None
    card = yield from _card()
    signal = yield from networks.signal()
    registration = yield from networks.registration()
    attached = yield from _or(commands.ATTACHED, False)
    operator, technology = yield from _or(commands.OPERATOR, ("", None))
    apn = yield from _or(commands.DELIVERED_APN, "")
    status, address = yield from _or(commands.BEARER, (0, ""))
    name = networks.TECHNOLOGIES.get(technology, "") if technology is not None else ""
    bearer = Bearer(status == 1, address, apn)
    return Info(known.identity, card, signal, registration, attached, operator, name, bearer)


def _or(command: Command[T], otherwise: T) -> Procedure[T]:
    try:
        return (yield from ask(command))
    except (Rejected, Unreadable):
        return otherwise


def _card() -> Procedure[str]:
    """What the card says; what it lacks it says as an error."""
    try:
        return (yield from ask(commands.CARD))
    except Rejected as error:
        return error.text or "no answer"


def by_hand(known: Knowledge, line: str, timeout: float | None, *, check: bool) -> Procedure[Answer]:
    """Type a line and give its answer, whatever it is; with ``check`` a refusal raises."""
    answer = yield from ask(commands.by_hand(line, timeout))
    if answer.ok and _STARTS_ANEW.search(line):
        known.forget()  # nothing may tell of it: with autobaud a module boots in silence (field)
    if check and not answer.ok:
        raise rejected(line, answer.result)
    return answer
