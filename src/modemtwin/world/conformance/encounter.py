"""What a TE does with one module from the first ``AT`` to the last: greetings, dialogues, and leaving it as it was.

    greet ──► reach the server ──► play, play, play … ──► farewell
      │                              │
      └──────────── Failure ─────────┴──────────────────► farewell, as far as the module still answers

Each is a generator that yields an ``Ask`` and is sent its ``Answer``; whoever has the module runs it.
"""

from __future__ import annotations

import re

from modemtwin.clockwork import Micros, seconds
from modemtwin.world.conformance.condition import Condition, bearer_of
from modemtwin.world.conformance.dialogue import Dialogue, Line, Ready
from modemtwin.world.conformance.exchange import Exchange, Failure, Identity, Mute, NoBearer, Steps, sent_mid
from modemtwin.world.conformance.manners import Addressing, Lasting, addressed, followed, lasting, patience
from modemtwin.world.conformance.questioner import Answer, Ask

__all__ = ["Encounter"]

_USUAL = seconds(5)
_ATTEMPTS = 3
_LONGEST = seconds(600)
_AFFORDABLE, _TOLERABLE = seconds(1), seconds(5)
"""How long a module is waited for when all that is left is to leave it: usually, and at most."""
_MOST_PACKETS = 40
_PASSING = seconds(0.2)
_DECIDING = 50
"""Times that ``AT+CNACT?`` is asked until a bearer is up or down, with that pause between."""
_REGISTERING = 45
"""Times that ``AT+CGATT?`` is asked, with two seconds between, until the network has the module back."""
_MID = re.compile(rb"(AT\+CCOAP(?:HEAD|READ)=)([0-9]+)(.*)", re.IGNORECASE | re.DOTALL)
_FACTS = {"manufacturer": b"AT+CGMI", "model": b"AT+CGMM", "information": b"ATI", "revision": b"AT+CGMR"}


class Encounter:
    """One module, and what is known of its state. ``usual`` is how long an ordinary reply may take."""

    def __init__(
        self,
        addressing: Addressing,
        *,
        usual: Micros = _USUAL,
    ) -> None:
        self.addressing = addressing
        self._usual = usual
        self._state = Condition()
        self._bearer_before = False
        self._restore: list[bytes] = []
        self._most = _LONGEST
        self._echo_tells = False
        self._mids: list[int] = []
        self._written_mids: dict[int, int] = {}
        self._kept: list[bytes] = []
        self._last = b""

    # ── the beginning

    def greet(self) -> Steps[Identity]:
        """Find out who is there, and what state it is in. Mute when nobody answers."""
        answer = yield from self._wake()
        self._restore = [b"ATE1"] if answer.echoed else []
        yield from self._ask(b"ATE0")
        self._echo_tells = not (yield from self._ask(b"AT")).echoed
        facts: dict[str, str] = {}
        for key, line in _FACTS.items():
            answer = yield from self._ask(line)
            if answer.ok and len(answer.reply) == 2:
                facts[key] = answer.reply[0].decode("latin-1")
        identity = Identity(facts)
        self.addressing = self.addressing._replace(sim7080=identity.sim7080)
        yield from self._level_errors()
        self._bearer_before = yield from self._look_at_bearer()
        yield from self._ask(b"AT+CCOAPTERM")  # an object of a run before
        return identity

    def _wake(self) -> Steps[Answer]:
        for _ in range(_ATTEMPTS):
            answer = yield Ask(b"AT", min(self._usual, seconds(2)))
            if answer.ok:
                return answer
        raise Mute("nothing answers AT there; is it the right port, and the right rate (--baud)?")

    def _level_errors(self) -> Steps[None]:
        answer = yield from self._ask(b"AT+CMEE?")
        found = re.search(rb"\+CMEE: ([0-2])", answer.reply[0]) if answer.reply else None
        if found and found[1] != b"0":
            self._restore.append(b"AT+CMEE=" + found[1])
            yield from self._ask(b"AT+CMEE=0")

    def _look_at_bearer(self) -> Steps[bool]:
        for _ in range(_DECIDING):
            self._state.bearer = bearer_of((yield from self._ask(b"AT+CNACT?")))
            if self._state.bearer is not None:
                break
            yield Ask(b"", 0, follows=_PASSING)
        return self._state.bearer is True

    def connect(self) -> Steps[str | None]:
        """Bring the bearer up; None, or in words why there is none."""
        try:
            yield from self._set_bearer(up=True)
        except NoBearer as failure:
            return str(failure)
        return None

    def reach(self) -> Steps[str | None]:
        """Ask the server for something, once there is a bearer; None, or in words why nothing came."""
        yield from self._get_ready()
        answer = yield from self._ask(b"AT+CCOAPACTION")
        yield from self._end_object()
        if any(re.match(rb"\+CCOAPRE?CV:", line) for line in answer.after):
            return None
        came = b", ".join((*answer.reply, *answer.after)).decode("latin-1")
        return f"no answer of {self.addressing.server} reached the module (it said {came})"

    def measure_queue(self) -> Steps[int | None]:
        """Say how many packets the receive queue holds; None when none of many was too much for it."""
        yield from self._get_ready()
        held = None
        for sent in range(_MOST_PACKETS):
            answer = yield from self._ask(b"AT+CCOAPACTION")
            if any(line.startswith(b"+CCOAPACTION: 1,") for line in answer.after):
                held = sent
                break
            if not answer.ok or not answer.after:
                break
        yield from self._end_object()
        return held

    # ── a dialogue

    def play(self, dialogue: Dialogue) -> Steps[list[Exchange]]:
        """Play a dialogue from a fresh start, and clear up behind it."""
        yield from self._end_object()
        if dialogue.needs_bearer_down:
            yield from self._set_bearer(up=False)
        self._mids, self._written_mids = [], {}
        yield from self._keep(dialogue)
        exchanges = []
        for cue in dialogue.cues:
            match cue:
                case Ready():
                    yield from self._get_ready(bearer=dialogue.needs_server or dialogue.needs_silence)
                case Line():
                    exchanges.append((yield from self._exchange(cue)))
        yield from self._end_object()
        yield from self._put_back()
        return exchanges

    def _exchange(self, line: Line) -> Steps[Exchange]:
        typed = self._with_own_mid(addressed(line.typed, self.addressing))
        answer = yield from self._ask(typed, line.wait)
        sent = [mid for each in (*answer.reply, *answer.after) if (mid := sent_mid(each)) is not None]
        meant = [mid for each in line.written if (mid := sent_mid(each)) is not None]
        self._mids += sent
        self._written_mids |= dict(zip(meant, sent, strict=False))
        exchange = Exchange(line.number, typed, answer.reply, answer.after, answer.took, tuple(self._mids))
        if typed.upper().startswith(b"AT+CFUN=1") and answer.ok:
            yield from self._register()
        return exchange

    def _with_own_mid(self, typed: bytes) -> bytes:
        """Put the mid that the module gave where the transcript has its own."""
        found = _MID.fullmatch(typed)
        if found is None or int(found[2]) not in self._written_mids:
            return typed
        return found[1] + str(self._written_mids[int(found[2])]).encode() + found[3]

    def _register(self) -> Steps[None]:
        for _ in range(_REGISTERING):
            answer = yield from self._ask(b"AT+CGATT?")
            if b"+CGATT: 1" in answer.reply:
                return
            yield Ask(b"", 0, follows=seconds(2))

    # ── states

    def _get_ready(self, *, bearer: bool = True) -> Steps[None]:
        if bearer:
            yield from self._set_bearer(up=True)
        if not self._state.has_object:
            yield from self._must(b"AT+CCOAPINIT")
        yield from self._must(b'AT+CCOAPURL="%b"' % self.addressing.server.encode())

    def _must(self, line: bytes) -> Steps[None]:
        answer = yield from self._ask(line)
        if not answer.ok:
            raise Failure(f"the module refuses {_shown(line)}: {_shown(b', '.join(answer.reply))}")

    def _end_object(self) -> Steps[None]:
        if self._state.has_object:
            yield from self._ask(b"AT+CCOAPTERM")
            self._state.has_object = False

    def _set_bearer(self, *, up: bool) -> Steps[None]:
        if self._state.bearer == up:
            return
        line = self._bearer_line(up=up)
        if up and self.addressing.apn is not None and not self.addressing.sim7080:
            line += b',"%b"' % self.addressing.apn.encode()
        answer = yield from self._ask(line)
        if up and not self._state.bearer:
            came = _shown(b", ".join((*answer.reply, *answer.after)))
            hint = "is it registered (AT+CEREG?), is the APN right (--apn)?"
            raise NoBearer(f"the module gets no bearer: {_shown(line)} gives {came}; {hint}")

    def _bearer_line(self, *, up: bool) -> bytes:
        return b"AT+CNACT=%b%d" % (b"0," if self.addressing.sim7080 else b"", up)

    def _keep(self, dialogue: Dialogue) -> Steps[None]:
        """Note what stands where the dialogue will write."""
        rows = dict.fromkeys(lasting(addressed(line.typed, self.addressing)) for line in dialogue.lines)
        self._kept = []
        for row in rows:
            if row is not None and row.read:
                answer = yield from self._ask(row.read)
                self._kept += _put_back(row, answer)

    def _put_back(self) -> Steps[None]:
        while self._kept:
            yield from self._ask(self._kept.pop())

    # ── one line

    def _ask(self, typed: bytes, wait: Micros | None = None) -> Steps[Answer]:
        row = followed(typed)
        follows = wait if wait is not None else max(row.within, self._usual) if row else 0
        bearer = self._state.bearer
        self._state.typed(typed)
        most = min(patience(typed, self._usual), self._most)
        answer = yield Ask(typed, most, row.urc if row else None, min(follows, max(self._most, wait or 0)))
        self._watch(typed, answer)
        self._state.answered(typed, answer, bearer)
        return answer

    def _watch(self, typed: bytes, answer: Answer) -> None:
        """See that the module is still with us."""
        shown, last, self._last = _shown(typed), _shown(self._last), typed
        if answer.restarted or (answer.echoed and self._echo_tells):
            self._state.restarted()
            raise Failure(f"the module has started again, at {shown}{f' after {last}' if last else ''}")
        if not answer.whole:
            raise Mute(f"the module does not answer {shown}, nor says OK or ERROR")

    # ── the end

    def farewell(self, *, interrupted: bool = False) -> Steps[bool]:
        """Leave the module as it was found; False: it did not answer, and was given up.

        ``interrupted``: a reply may still be under way; it is let pass first.
        """
        if interrupted:
            yield Ask(b"", 0, follows=_PASSING)
        try:
            yield from self._leave()
        except Failure:
            return False
        return True

    def _leave(self) -> Steps[None]:
        self._usual, self._most = _AFFORDABLE, _TOLERABLE
        yield from self._end_object()
        if self._state.radio_off:
            yield from self._ask(b"AT+CFUN=1")
            if self._bearer_before:
                yield from self._register()
        yield from self._put_back()
        if self._state.bearer is None:
            yield from self._look_at_bearer()
        if self._state.bearer != self._bearer_before:
            yield from self._ask(self._bearer_line(up=self._bearer_before), _AFFORDABLE)
        self._echo_tells = False
        while self._restore:
            yield from self._ask(self._restore.pop())


def _put_back(row: Lasting, answer: Answer) -> list[bytes]:
    assert row.shown is not None, "what is read is shown"
    found = next((found for line in answer.reply if (found := row.shown.match(line))), None)
    return [] if found is None else [found.expand(row.put_back)]


def _shown(line: bytes) -> str:
    text = line.decode("latin-1").encode("unicode_escape").decode("ascii")
    return text if len(text) <= 60 else f"{text[:57]}..."
