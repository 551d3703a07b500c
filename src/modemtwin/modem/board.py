"""The board: UART, interpreter and parts, soldered together. One door in, one list out.

    stimulus ──► part or interpreter ──► outbox: effects and events, in order
                                            │ effect ──► out of the modem
                                            └ event ──► a command that is held, else a URC in its turn

The reply to a command goes out before the effects of the command: ``+CCOAPACTION: 0,1`` and ``OK`` first, the datagram
after that (COAP-AN §3.4).
"""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from types import MappingProxyType

from modemtwin.amount import amount, figure
from modemtwin.at.interpreter import Interpreter, LineSettings
from modemtwin.at.reply import RESULT_CODES
from modemtwin.clockwork import MICROSECONDS, Micros, earliest, seconds
from modemtwin.coap.outgoing import Outgoing
from modemtwin.modem.commands import basic, table, urc
from modemtwin.modem.condition import Condition
from modemtwin.modem.doors import (
    AreaUpdate,
    BearerOpen,
    Card,
    DatagramTx,
    Effect,
    Hindered,
    LinesSet,
    Note,
    Ping,
    PowerOn,
    Refused,
    Resolve,
    Restarted,
    Stimulus,
    Struck,
    Tick,
    UartRx,
    UartTx,
)
from modemtwin.modem.parts import events
from modemtwin.modem.parts.arrivals import arrive
from modemtwin.modem.parts.coap_object import CoapObject
from modemtwin.modem.parts.device import Device
from modemtwin.modem.parts.parts import Parts
from modemtwin.modem.parts.sim_card import SimCard
from modemtwin.modem.profile import Profile

__all__ = ["Modem"]

_OVER_THE_AIR = (AreaUpdate, BearerOpen, DatagramTx, Ping, Resolve)

_NOTHING_SAVED: Mapping[str, object] = MappingProxyType({})


class Modem:
    """A virtual SIM7000. It is dead until ``PowerOn``.

    :param profile: what firmware it is.
    :param random: where its chance comes from; the same seed and the same stimuli give the same effects.
    :param card: the SIM card in its holder; None leaves the holder empty.
    :param saved: what its flash holds, as the last ``Save`` effect gave it.
    """

    __slots__ = (
        "_alive",
        "_boots",
        "_coap",
        "_due",
        "_due_is_known",
        "_effects",
        "_in_psm",
        "_interpreter",
        "_outbox",
        "_parts",
        "_parts_due",
        "_power_saving",
        "_slow_clock",
        "_text",
        "_ticking",
        "profile",
    )

    def __init__(
        self,
        profile: Profile,
        random: Random,
        *,
        card: Card | None = Card(),  # noqa: B008 - a Card is an immutable value
        saved: Mapping[str, object] = _NOTHING_SAVED,
    ) -> None:
        self.profile = profile
        self._outbox: list[Effect | events.Event] = []
        self._effects: list[Effect] = []
        self._text = b""
        self._alive = False
        self._boots: Micros | None = None
        self._in_psm = False
        self._due: Micros | None = None
        self._parts_due: Micros | None = None  # the same, but for the CoAP object
        self._ticking: Outgoing | None = None  # what it ticks by, while nothing else of it is due
        self._coap: CoapObject | None = None  # whose that is
        self._due_is_known = True
        line = LineSettings()
        emit = self._outbox.append
        self._parts = Parts(profile, random, Device(saved, emit), SimCard(card, emit), line, emit)
        self._slow_clock, self._power_saving = self._parts.slow_clock, self._parts.power_saving
        self._interpreter = Interpreter(
            table(profile.dialect),
            self._parts,
            line,
            longest_line=profile.longest_line,
            most_commands=profile.most_commands,
            escapes=profile.escapes,
            refuse_stubs=profile.refuse_stubs,
            holdoff=seconds(profile.urc_holdoff),
        )

    def handle(self, stimulus: Stimulus, now: Micros) -> list[Effect]:
        """Take a stimulus and give its effects, in their order. Never raises for anything that comes from outside."""
        if isinstance(stimulus, UartRx):
            self._hear(stimulus.data, now)
        elif not isinstance(stimulus, Tick):
            self._happen(stimulus, now)
        elif (sent := self._tick(now)) is not None:
            return sent
        if self._outbox or self._interpreter.announced or self._parts.lines.wired:
            self._settle(now)
        self._work(now)
        if self._text:
            self._flush_text()
        if self._slow_clock.mode:
            self._rest(stimulus, now)
        effects, self._effects = self._effects, []
        self._due_is_known = False
        return effects

    def next_timer(self) -> Micros | None:
        """When the modem wants a ``Tick``; None while it waits for nothing."""
        if not self._due_is_known:
            self._note_due()
        return self._due

    @property
    def condition(self) -> Condition:
        """How it is just now."""
        coap = self._parts.coap
        asleep = self._alive and not self._slow_clock.hears
        return Condition(self._alive, self._in_psm, asleep, coap is not None and coap.in_flight())

    def _note_due(self) -> None:
        self._due_is_known, self._ticking = True, None
        if not self._alive:
            self._due = self._parts_due = self._boots
            return
        self._coap = self._parts.coap
        due, held = self._parts.next_timer(), self._interpreter.next_timer()
        self._due = self._parts_due = due if held is None else earliest(due, held)
        if self._coap is not None:
            self._due = earliest(self._coap.next_timer(), self._due)
            self._ticking = None if self._slow_clock.mode else self._coap.ticking

    # ── stimuli ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _hear(self, data: bytes, now: Micros) -> None:
        if not self._alive:
            return
        if self._slow_clock.mode and not self._slow_clock.take(len(data), now):
            return
        if self._parts.uart.in_data_mode:
            self._parts.uart.swallow(data, now)
        else:
            self._interpreter.feed(data)

    def _work(self, now: Micros) -> None:
        """Run what was typed, line by line, until it is used up, held, or means something else."""
        device, uart, interpreter = self._parts.device, self._parts.uart, self._interpreter
        while self._alive:
            if device.restart_wanted or device.off_wanted:
                self._die(now, restart=not device.off_wanted)
                continue
            if uart.in_data_mode and (typed := interpreter.drain()):
                uart.swallow(typed, now)
            text = interpreter.step(now)
            if text is None:
                if self._power_saving.due and not self._is_busy():
                    self._rest_in_psm(now)
                return
            self._say(text)
            if self._outbox or interpreter.announced or self._parts.lines.wired:
                self._settle(now)

    def _happen(self, stimulus: Stimulus, now: Micros) -> None:
        match stimulus:
            case LinesSet():
                self._set_lines(stimulus, now)
            case PowerOn():
                self._power_on(now)
            case Restarted(reason):
                self._crash(reason, now)
            case Hindered(lines, error, reason):
                self._interpreter.hinder(lines, error, reason)
            case Struck(text):
                self._outbox.append(Note(text))
            case UartRx() | Tick():
                pass
            case _:
                arrive(stimulus, self._parts, now)

    def _tick(self, now: Micros) -> list[Effect] | None:
        """Do what is due; when only CoAP was, and all that comes of it are datagrams, give them: that is the step.

        Nearly every tick is such a one, and the rest of a modem is not touched: there may be thousands of them.
        """
        if not self._due_is_known:
            self._note_due()
        ticking, coap = self._ticking, self._coap
        if ticking is None or coap is None or (self._parts_due is not None and self._parts_due <= now):
            self._fire(now)
            return None
        sent = coap.datagrams(ticking.fire(now), now)
        if sent is not None:
            due = ticking.next_timer()
            self._due = due if self._parts_due is None else earliest(due, self._parts_due)
        return sent

    def _fire(self, now: Micros) -> None:
        if not self._alive:
            if self._boots is not None and now >= self._boots:
                self._boot(now)
            return
        self._parts.fire(now)
        if self._parts.uart.escaped(now):
            self._leave_data_mode("OK")
        if (text := self._interpreter.fire(now)) is not None:
            self._say(text)

    def _set_lines(self, lines: LinesSet, now: Micros) -> None:
        """DTR that goes off ends data mode: with AT&D1 the connection stays, with AT&D2 it ends (V.250 §6.2.9)."""
        reaction = self._parts.line.data_terminal_ready
        if self._parts.lines.set(lines) and reaction and self._alive and self._parts.uart.in_data_mode:
            self._leave_data_mode("OK" if reaction == 1 else "NO CARRIER")
        self._slow_clock.sense(now)

    def _rest(self, stimulus: Stimulus, now: Micros) -> None:
        """Let the UART count how long it has been quiet."""
        busy = self._interpreter.held or self._interpreter.half_typed or self._parts.uart.in_data_mode
        active = isinstance(stimulus, UartRx) or any(isinstance(effect, UartTx) for effect in self._effects)
        self._slow_clock.rest(busy=busy, active=active, now=now)

    def _leave_data_mode(self, result: str) -> None:
        self._parts.uart.leave_data_mode()
        line = self._parts.line
        if not line.quiet:
            text = f"\r\n{result}\r\n" if line.verbose else f"{RESULT_CODES[result]}\r"
            self._text += text.encode()

    # ── power ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def _power_on(self, now: Micros) -> None:
        if self._alive or (self._boots is not None and self._boots <= now + seconds(self.profile.boot_time)):
            return  # it is on, or boots already
        self._start(now)

    def _crash(self, reason: str, now: Micros) -> None:
        self._put(Note(reason if self._alive else f"{reason}, but it is off"))
        if self._alive:
            self._interpreter.drain()
            self._die(now, restart=True)

    def _start(self, now: Micros) -> None:
        if self.profile.boot_time == 0:
            self._boot(now)
        else:
            self._boots = now + seconds(self.profile.boot_time)

    def _boot(self, now: Micros) -> None:
        self._alive, self._boots = True, None
        self._interpreter.reset()
        basic.restore(self._parts)
        self._parts.boot(now)
        if self._in_psm:
            self._in_psm = False
            self._outbox.append(events.PsmLeft())

    def _is_busy(self) -> bool:
        """Whether a command waits, data mode is on, or something goes over the air just now: PSM has to wait."""
        held = self._interpreter.held or self._parts.uart.in_data_mode
        return held or any(isinstance(effect, _OVER_THE_AIR) for effect in self._effects)

    def _rest_in_psm(self, now: Micros) -> None:
        """T3324 has run out: only T3412 and PWRKEY wake the module, and it then boots (`Q-PSM-STATE`)."""
        wakes = self._power_saving.wakes
        if wakes is not None:
            wakes = max(wakes, now)  # the tick that would have said so may come later than what let it rest
        sleeps = None if wakes is None else figure(round((wakes - now) / MICROSECONDS, 2))
        until = "PWRKEY is pulled" if sleeps is None else f"T3412 runs out in {sleeps} s"
        lost = " The CoAP object is gone with it." if self._parts.coap is not None else ""
        self._outbox.append(events.PsmEntered())
        self._settle(now)
        self._put(Note(f"the module is in PSM until {until}.{lost}"))
        self._alive, self._in_psm = False, True
        self._interpreter.drain()
        self._parts.shut_down(now, resting=True)
        self._settle(now)
        self._boots = None if wakes is None else wakes + seconds(self.profile.boot_time)

    def _die(self, now: Micros, *, restart: bool) -> None:
        """The module goes off, perhaps to come back: nothing volatile is left."""
        self._alive = False
        typed = self._interpreter.drain()
        self._parts.device.off_wanted = self._parts.device.restart_wanted = False
        self._parts.shut_down(now)
        self._settle(now)
        if restart:
            self._put(Note("the module restarts"))
            self._start(now)
            self._settle(now)
        if self._alive:
            # A boot that takes no time misses nothing: how the bytes were cut into pieces must not show.
            self._interpreter.feed(typed)

    # ── effects ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _say(self, text: bytes) -> None:
        """A command line has run, or part of it: its text goes out, and what there is to remark of it."""
        self._text += text
        if self._interpreter.remarked:
            remarks = self._interpreter.remarks()
            for refused in remarks.refused:
                self._put(Refused(*refused))
            for name in remarks.stubs:
                self._put(Note(self._stub_note(name)))
            if remarks.lost:
                lost = amount(remarks.lost, "byte of type-ahead was", "bytes of type-ahead were")
                self._put(Note(f"{lost} lost: the TE sends faster than the modem answers"))

    def _stub_note(self, name: str) -> str:
        row = table(self.profile.dialect).find(name)
        return f"AT{name} is accepted without effect: {row.stub if row else ''}"

    def _settle(self, now: Micros) -> None:
        """Let everything in the outbox have its consequences, until none is left; write URCs; show the lines."""
        for each in self._outbox:  # which grows meanwhile
            if isinstance(each, events.Happening):
                self._announce(each, now)
            else:
                self._put(each)
        self._outbox.clear()
        if self._interpreter.announced and self._alive and not self._parts.uart.in_data_mode:
            self._write_urcs(now)
        if self._parts.lines.wired:
            self._show_lines()

    def _write_urcs(self, now: Micros) -> None:
        if text := self._interpreter.announcements(now):
            self._text += text
            self._parts.lines.ring(now)
            self._slow_clock.stir()

    def _show_lines(self) -> None:
        parts = self._parts
        changed = parts.lines.changed(
            alive=self._alive, in_data_mode=parts.uart.in_data_mode, hears=self._slow_clock.hears
        )
        if changed is not None:
            self._put(changed)

    def _announce(self, event: events.Event, now: Micros) -> None:
        if not self._alive:
            return
        if isinstance(event, events.CardChanged):
            self._parts.refresh("the SIM card is gone")
        for line in urc.spell(event, self._parts):
            if not self._interpreter.announce(line):
                self._put(Note(f"a URC was lost, for the TE does not read: {line}"))
        text = self._interpreter.offer(event, now)
        if text is not None:
            self._say(text)

    def _put(self, effect: Effect) -> None:
        if self._text:
            self._flush_text()
        self._effects.append(effect)

    def _flush_text(self) -> None:
        self._effects.append(UartTx(self._text))
        self._text = b""
