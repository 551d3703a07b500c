"""From a card in its holder to an IP address (COAP-AN §4), telling on the way what is waited for and why.

+CPIN? ─► +CGATT? ─no─► +CEREG?, +CSQ: why not ─► again, until attached         (§4.1)
             │             └ an APN is given: +CFUN=0, +CGDCONT, +CFUN=1, once  (§4.2)
             ▼
+CNACT? ─down─► +CNCFG ─► +CNACT=1 ─► +APP PDP: ACTIVE ─► +CNACT?
"""

from __future__ import annotations

from contextlib import suppress

from modemtwin.clockwork import MICROSECONDS, Micros, seconds
from modemtwin.host import commands, networks
from modemtwin.host.errors import CardError, Rejected, TimedOut, Unreadable
from modemtwin.host.knowledge import Knowledge, Settings
from modemtwin.host.steps import Box, Procedure, Take, Tell, ask, pause
from modemtwin.host.urcs import BearerDown, BearerUp

__all__ = ["attach", "detach"]

_SHORTEST, _LONGEST = seconds(0.05), seconds(2)
"""How often the module is asked whether it is there yet: soon again at first, for it may be quick."""

_CONFIGURE_AFTER = seconds(30)
"""How long a module with an APN of ours may stay unattached before the APN is set by hand (COAP-AN §4.2)."""

_ANSWER = seconds(60)
"""How long ``+APP PDP`` may take after ``AT+CNACT=1`` (field: clients wait 60 s)."""

_DOWN = seconds(20)
_AGAIN = seconds(3)


def _next_look(known: Knowledge, began: Micros, until: Micros) -> Micros:
    """When to look again: after a while that grows with the time that has passed."""
    return min(until, known.now + min(_LONGEST, max(_SHORTEST, (known.now - began) // 2)))


def attach(known: Knowledge, settings: Settings) -> Procedure[str]:
    """Bring the data connection up within ``settings.deadline``; give the IP address. At once when it is up already.

    :raises CardError: there is no card, or it wants a PIN.
    :raises TimedOut: with the reason, as far as the module tells it.
    """
    began, until = known.now, known.now + seconds(settings.deadline)
    status, address = yield from ask(commands.BEARER)
    if status != 1:
        yield from _unlock(known, settings, began, until)
        yield from _register(known, settings, began, until)
        address = yield from _activate(known, settings, began, until)
    known.bearer, known.address = True, address
    return address


def detach(known: Knowledge) -> Procedure[None]:
    """Take the data connection down and wait until it is."""
    known.bearer_ours = False
    with suppress(Rejected):  # it is down already
        yield from ask(commands.switch_bearer(known.dialect, on=False))
    began, until = known.now, known.now + _DOWN
    box = known.board.watch_bearer()
    try:
        # Q-CNACT-OFF-URC: the URC may say ACTIVE, so whatever it says, the module is asked.
        while (yield from ask(commands.BEARER))[0] and known.now < until:
            yield Take(box, _next_look(known, began, until))
    finally:
        known.board.bearer.remove(box)
    known.bearer, known.address = False, ""


# ── the card ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _unlock(known: Knowledge, settings: Settings, began: Micros, until: Micros) -> Procedure[None]:
    tried = False
    while (state := (yield from _card())) != "READY":
        if state == "SIM PIN" and settings.pin and not tried:
            yield from ask(commands.unlock(settings.pin))
            tried = True
        elif state not in ("NOT READY", "SIM busy") and not (state == "SIM PIN" and tried):
            raise _card_error(state)
        elif known.now >= until:
            raise TimedOut("the SIM card", settings.deadline, f"it says {state}")
        elif state == "NOT READY" and (yield from ask(commands.RADIO_LEVEL)) == 0:
            yield from _switch_radio_on(known)
        else:
            yield Tell(f"waiting for the SIM card (+CPIN: {state})")
        yield from pause(_next_look(known, began, until))


def _card() -> Procedure[str]:
    """What the card says; the text of the error when there is none."""
    try:
        return (yield from ask(commands.CARD))
    except Rejected as error:
        return {10: "NOT INSERTED", 11: "SIM PIN", 12: "SIM PUK", 14: "SIM busy"}.get(error.code or 0) or str(error)


def _card_error(state: str) -> CardError:
    match state:
        case "NOT INSERTED":
            return CardError("there is no SIM card", state, "insert one, contacts down, and see that it clicks in")
        case "SIM PIN":
            return CardError("the SIM card wants its PIN", state, "give it: pin=, or --pin on the command line")
        case "SIM PUK":
            hint = 'AT+CPIN="<puk>","<new pin>" unlocks it; the PUK came with the card, and ten wrong ones destroy it'
            return CardError("the SIM card is locked and wants its PUK", state, hint)
        case _:
            return CardError(f"the SIM card cannot be used: {state}", state, "is it seated well, and of this network?")


def _switch_radio_on(known: Knowledge) -> Procedure[None]:
    """``AT+CFUN=1``; at the end it goes back to what it was."""
    if known.radio_found is None:
        known.radio_found = yield from ask(commands.RADIO_LEVEL)
    yield Tell("the radio is off: switching it on (AT+CFUN=1)")
    yield from ask(commands.radio(1))


# ── the network ───────────────────────────────────────────────────────────────────────────────────────────────────


def _register(known: Knowledge, settings: Settings, began: Micros, until: Micros) -> Procedure[None]:
    configured = False
    while not (yield from _is_attached()):
        level = yield from ask(commands.RADIO_LEVEL)
        if level != 1:
            yield from _switch_radio_on(known)
        why = yield from networks.state()
        if settings.apn and not configured and known.now >= began + _CONFIGURE_AFTER:
            configured = True
            yield Tell(f'{why}; setting the APN "{settings.apn}" for registration (AT+CGDCONT)')
            yield from _set_apn(settings.apn)
        if known.now >= until:
            hint = "is the antenna connected, is there coverage, does the card allow this network? a longer deadline="
            raise TimedOut("registering with the network", (until - began) / MICROSECONDS, why, hint)
        yield Tell(why)
        yield from pause(_next_look(known, began, until))


def _is_attached() -> Procedure[bool]:
    try:
        return (yield from ask(commands.ATTACHED))
    except Rejected:
        return False  # the radio is off, or the card not ready


def _set_apn(apn: str) -> Procedure[None]:
    """COAP-AN §4.2, unless the module has it already: what it writes is kept."""
    if (yield from ask(commands.CONTEXT_APN)) != apn:
        yield from ask(commands.radio(0))
        yield from ask(commands.define_context(apn))
        yield from ask(commands.radio(1))


# ── the bearer ────────────────────────────────────────────────────────────────────────────────────────────────────


def _activate(known: Knowledge, settings: Settings, began: Micros, until: Micros) -> Procedure[str]:
    if settings.apn or settings.user or settings.password or settings.auth is not None:
        apn = settings.apn or (yield from _delivered_apn())
        user, password = settings.user or "", settings.password or ""
        yield from ask(commands.configure_bearer(known.dialect, apn, user, password, settings.auth))
    box = known.board.watch_bearer()
    try:
        while True:
            yield Tell("bringing the data connection up (AT+CNACT)")
            status, address = yield from _try(known, box, until)
            if status == 1:
                return address
            if known.now + _AGAIN >= until:
                why = yield from networks.refusal(settings.apn or (yield from _delivered_apn()))
                raise TimedOut("the data connection", (until - began) / MICROSECONDS, why)
            yield Tell("the network refused the data connection (+APP PDP: DEACTIVE); trying again")
            yield from pause(known.now + _AGAIN)
    finally:
        known.board.bearer.remove(box)


def _try(known: Knowledge, box: Box[BearerUp | BearerDown], until: Micros) -> Procedure[tuple[int, str]]:
    """One ``AT+CNACT=1`` and what comes of it. It is refused when somebody else was quicker (`Q-CNACT-REPEAT`)."""
    ours, known.bearer_ours = known.bearer_ours, True  # whoever is interrupted now takes it down again
    try:
        yield from ask(commands.switch_bearer(known.dialect, on=True))
    except Rejected as error:
        known.bearer_ours = ours
        status, address = yield from ask(commands.BEARER)
        if status == 0:
            raise error from None
        if status == 1:
            return status, address
    began, limit = known.now, min(until, known.now + _ANSWER)
    while known.now < limit:
        urc = yield Take(box, _next_look(known, began, limit))
        status, address = yield from ask(commands.BEARER)
        if status == 1 or (status == 0 and isinstance(urc, BearerDown)):
            return status, address
    return (yield from ask(commands.BEARER))


def _delivered_apn() -> Procedure[str]:
    try:
        return (yield from ask(commands.DELIVERED_APN))
    except (Rejected, Unreadable):
        return ""
