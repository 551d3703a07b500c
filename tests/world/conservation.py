"""Conservation: every packet that AT+CCOAPACTION accepted ends exactly once, and every request is seen at most once.

    +CCOAPACTION: 0,mid ──► answered, once │ 2,mid │ 3 │ AT+CCOAPTERM

Ten modems ask one server over paths that lose, duplicate and reorder; they end their objects in the midst of things,
and the network takes their bearers away. ``python -m tests.world.conservation --exchanges 200000`` runs the whole,
the tests a part of it.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from random import Random

from modemtwin.clockwork import Micros, seconds
from modemtwin.coap.events import Request
from modemtwin.world.mobile import Mobile
from modemtwin.world.te.te import Await, Program, Sleep, Type
from modemtwin.world.world import World

LEVELS = (0.0, 0.05, 0.3, 0.5)
MODEMS = 10
EXCHANGE_LIFETIME = seconds(247)  # RFC 7252 §4.8.2
MAX_TRANSMIT_WAIT = seconds(93)  # RFC 7252 §4.8.2

_REQUESTS = (
    'code,1,uri-path,0,"time"',
    'code,1,uri-path,0,"separate"',
    'code,2,uri-path,0,"large-post",payload,0,"twenty-one degrees"',
    'code,3,uri-path,0,"kept",content-format,0,payload,0,"21"',
)


@dataclass
class Account:
    """What began, how it ended, and everything that should not be."""

    outcomes: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    longest: Micros = 0

    @property
    def exchanges(self) -> int:
        """How many ended."""
        return self.outcomes.total()


class Ledger:
    """The exchanges of one modem, by mid and by token, until they end."""

    def __init__(self, name: str, account: Account) -> None:
        self._name = name
        self._account = account
        self._open: dict[int, tuple[str, Micros]] = {}
        self._answered: set[str] = set()

    def begin(self, mid: int, token: str, now: Micros) -> None:
        """``+CCOAPACTION: 0,mid``."""
        if mid in self._open:
            self._account.faults.append(f"{self._name}: mid {mid} began twice")
        self._open[mid] = token, now

    def give_up(self, urc: str, now: Micros) -> None:
        """``2,mid``, or ``3``, which has no mid: there must be one packet that it can mean."""
        kind, _, given = urc.partition(",")
        mid = int(given) if given else next(iter(self._open), 0)
        if mid not in self._open or (kind == "3" and len(self._open) > 1):
            self._account.faults.append(f"{self._name}: +CCOAPACTION: {urc} for nothing that is open")
            return
        self._end(mid, {"2": "given up", "3": "socket error"}[kind], now)

    def answer(self, token: str, now: Micros) -> None:
        """A packet with this token was read."""
        mid = next((mid for mid, (open_token, _) in self._open.items() if open_token == token), None)
        if mid is None:
            twice = " a second time" if token in self._answered else ""
            self._account.faults.append(f"{self._name}: an answer to {token}{twice}, which is not open")
            return
        self._answered.add(token)
        self._end(mid, "answered", now)

    def terminate(self, now: Micros) -> None:
        """AT+CCOAPTERM ends all of them without a word."""
        for mid in list(self._open):
            self._end(mid, "ended by TERM", now)

    def close(self) -> None:
        """Nothing may be open now."""
        self._account.faults += [f"{self._name}: mid {mid} never ended" for mid in self._open]

    def _end(self, mid: int, how: str, now: Micros) -> None:
        _, begun = self._open.pop(mid)
        self._account.outcomes[how] += 1
        self._account.longest = max(self._account.longest, now - begun)


def run_level(loss: float, exchanges: int, *, seed: int = 0, trouble: bool = True) -> Account:
    """Run so many exchanges at one level of loss; ``trouble``: objects end and bearers go in the midst of things."""
    world, account = World(seed), Account()
    server = world.add_server()
    server.on_request = partial(_seen, {}, account)
    for number in range(MODEMS):
        path = {"delay": 0.15, "jitter": 0.1, "loss": loss, "duplicate": 0.1, "reorder": 0.1, "reorder-by": 5}
        modem = world.add_modem(path=path)
        ledger = Ledger(modem.name, account)
        chance = world.chance("trouble", modem.name)
        share = exchanges // MODEMS + (number < exchanges % MODEMS)
        modem.play(_program(world, modem, ledger, share, chance if trouble else None))
    while not all(modem.te.is_done for modem in world.modems.values()):
        world.run_for(3_600)
    return account


def _seen(latest: dict[tuple[object, int], Micros], account: Account, now: Micros, request: Request) -> None:
    """Note a request that the application of the server sees."""
    key = request.source, request.message.mid
    if now - latest.get(key, -EXCHANGE_LIFETIME) < EXCHANGE_LIFETIME:
        account.faults.append(f"the server saw mid {key[1]} of {request.source} twice")
    latest[key] = now


def _program(world: World, modem: Mobile, ledger: Ledger, exchanges: int, trouble: Random | None) -> Program:
    yield Type("AT+CNACT=2")
    yield Await("+APP PDP: ACTIVE")
    yield from _new_object()
    left = exchanges
    while left:
        token = f"{left:08X}"
        yield Type(f"AT+CCOAPPARA={_REQUESTS[left % 4]},token,1,{token}")
        begun = yield Type("AT+CCOAPACTION")
        if not begun.ok:
            assert trouble is not None, begun
            yield Sleep(10)  # the bearer is gone, and comes back by itself
            continue
        left -= 1
        ledger.begin(int(begun.lines[0].rpartition(",")[2]), token, world.now)
        if trouble is not None and (chance := trouble.random()) < 0.02:
            yield Sleep(trouble.random() * 2)
            if chance < 0.01:
                yield from _read(world, ledger, 0)
                assert (yield Type("AT+CCOAPTERM")).ok
                ledger.terminate(world.now)
                yield from _new_object()
                continue
            modem.drop_bearer()
        yield from _read(world, ledger, 400)
    yield Sleep(300)
    yield from _read(world, ledger, 0)
    ledger.close()


def _new_object() -> Program:
    yield Type("AT+CCOAPINIT")
    yield Type('AT+CCOAPURL="coap://192.0.2.1"')


def _read(world: World, ledger: Ledger, within: float) -> Program:
    """Take what has come; wait so long for the first."""
    while True:
        line = yield Await("+CCOAPRECV: ", "+CCOAPACTION: ", within=within)
        if line is None:
            return
        kind, _, rest = line.partition(": ")
        if kind == "+CCOAPACTION":
            ledger.give_up(rest, world.now)
        else:
            mid = rest.partition(",")[0]
            head = yield Type(f"AT+CCOAPHEAD={mid},1")
            ledger.answer(head.split(",")[6], world.now)
            assert (yield Type(f"AT+CCOAPREAD={mid}")).ok
        within = 0


def main() -> int:
    """Run every level and say what came of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--exchanges", type=int, default=200_000, help="over all levels together")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    if options.exchanges < len(LEVELS):
        parser.error(f"--exchanges: {options.exchanges} are too few for {len(LEVELS)} levels of loss")
    try:
        return 1 if _run(options.exchanges // len(LEVELS), options.seed) else 0
    except KeyboardInterrupt:
        print("\ninterrupted")
        return 130


def _run(exchanges: int, seed: int) -> int:
    """Run so many at each level; give the number of faults."""
    faults = 0
    for loss in LEVELS:
        begun = time.perf_counter()
        account = run_level(loss, exchanges, seed=seed)
        took = time.perf_counter() - begun
        shares = ", ".join(f"{how} {count:,}" for how, count in sorted(account.outcomes.items()))
        print(f"loss {loss:4.0%}: {account.exchanges:,} exchanges in {took:.0f} s: {shares}", flush=True)
        print("".join(f"  {fault}\n" for fault in account.faults[:20]), end="")
        faults += len(account.faults)
    print(f"{faults} faults")
    return faults


if __name__ == "__main__":
    raise SystemExit(main())
