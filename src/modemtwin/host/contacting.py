"""Setting a module up for the driver, and leaving it as it was found.

AT+CGMM  AT+CMEE?  ATE0  AT+CMEE=1  AT+CGMI  AT+CGMR  AT+CGSN        …        AT+CCOAPTERM  AT+CNACT=0  AT+CMEE=0  ATE1
"""

from __future__ import annotations

from typing import Any

from modemtwin.clockwork import MICROSECONDS, seconds
from modemtwin.host import bring_up, commands
from modemtwin.host.commands import Command
from modemtwin.host.dialects import dialect_of
from modemtwin.host.errors import BearerLost, Rejected, Restarted, TimedOut, Unreadable
from modemtwin.host.knowledge import Knowledge, Settings
from modemtwin.host.response import Identity
from modemtwin.host.steps import Acquire, Limit, Procedure, Release, Tell, ask

__all__ = ["configure", "connect", "go_offline", "go_online", "has_restarted", "leave", "prepare"]

_ERRORS = 1
"""``AT+CMEE``: numbers, for they are the same in every firmware."""

_GRACE = seconds(2)
"""Behind the deadline, so that bringing it up may say by itself what it waited for; a silent module cannot hold it."""

_LAST_CHANCE = seconds(3)
"""How long a module that has fallen silent may take for a last sign of life, before it is left as it is."""

_RESTARTS = 3
"""So often a module may start anew while it is set up: it may just have been switched on, or lack current."""


def connect(known: Knowledge) -> Procedure[None]:
    """Find the module, set it up, and bring it online when that is wanted."""
    known.wants_bearer = known.settings.attach
    yield _limit(known, known.settings)
    for _ in range(_RESTARTS):
        try:
            return (yield from prepare(known))
        except Restarted as error:
            yield Tell(f"{error}: setting it up again")
    yield from prepare(known)


def configure(known: Knowledge) -> Procedure[None]:
    """Turn the echo off and error numbers on; learn who the module is."""
    found = yield from _unless_refused(commands.ERROR_LEVEL)  # before the first question the module is looked for
    if known.identity is None:
        known.errors_found = found
        known.echo_found = known.echoes
    if known.echoes:
        yield from _unless_refused(commands.ECHO_OFF)
    known.model = known.model or (yield from ask(commands.MODEL))
    known.dialect = dialect_of(known.model)
    if found not in (None, _ERRORS):
        known.errors_set = True  # before it is: whoever is interrupted now puts it back
        yield from _unless_refused(commands.error_numbers(_ERRORS))
    if known.identity is None:
        manufacturer = yield from _unless_refused(commands.MANUFACTURER)
        revision = yield from _unless_refused(commands.REVISION)
        imei = yield from _unless_refused(commands.IMEI)
        known.identity = Identity(manufacturer or "", known.model, revision or "", imei or "", known.dialect)
    known.configured = True


def prepare(known: Knowledge) -> Procedure[None]:
    """See to it that the module is set up and online, as it was once: it may have restarted, the bearer may be gone."""
    if known.configured and (known.bearer or not known.wants_bearer):
        return
    yield Acquire(known.preparing)
    if not known.configured:
        yield from configure(known)
    if known.wants_bearer and not known.bearer:
        yield from bring_up.attach(known, known.settings)
    yield Release(known.preparing)


def go_online(known: Knowledge, settings: Settings) -> Procedure[str]:
    """Bring the data connection up, and from now on keep it so."""
    yield _limit(known, settings)
    yield Acquire(known.preparing)
    if not known.configured:
        yield from configure(known)
    known.wants_bearer = True
    address = yield from bring_up.attach(known, settings)
    yield Release(known.preparing)
    return address


def _limit(known: Knowledge, settings: Settings) -> Limit:
    return Limit(known.now + seconds(settings.deadline) + _GRACE, "bringing the module online", settings.deadline)


def go_offline(known: Knowledge) -> Procedure[None]:
    """Take the data connection down, and from now on leave it so."""
    known.wants_bearer = False
    yield from bring_up.detach(known)


def has_restarted(known: Knowledge) -> Procedure[bool]:
    """Whether the module has started anew since it was set up: ``AT+CMEE`` is not kept over a restart (field)."""
    level = yield from _unless_refused(commands.ERROR_LEVEL)
    return known.configured and known.errors_found is not None and level == 0


def leave(known: Knowledge) -> Procedure[None]:
    """Leave the module as it was found, as far as it still answers; one that did not is not waited for again."""
    if known.mute:
        return
    try:
        if known.silent:
            yield Limit(known.now + _LAST_CHANCE, "leaving the module", _LAST_CHANCE / MICROSECONDS)
            yield from _unless_refused(commands.ERROR_LEVEL)
            yield Limit(None)
        if known.object:
            known.object = False
            yield from _unless_refused(commands.DELETE)
        if known.bearer_ours:
            yield from bring_up.detach(known)
        if known.radio_found is not None:
            yield from _unless_refused(commands.radio(known.radio_found))
        known.configured = False  # a late ``SMS Ready`` would take what follows for a restart
        if known.errors_set and known.errors_found is not None:
            yield from _unless_refused(commands.error_numbers(known.errors_found))
        if known.echo_found:
            yield from _unless_refused(commands.ECHO_ON)
        if known.quiet_found or known.terse_found:
            yield from _unless_refused(commands.results(quiet=known.quiet_found, terse=known.terse_found))
    except (TimedOut, Unreadable, BearerLost):
        return
    finally:
        known.configured = False


def _unless_refused(command: Command[Any]) -> Procedure[Any]:
    """What a command answers; None when the module does not know it."""
    try:
        return (yield from ask(command))
    except (Rejected, Unreadable):
        return None
