"""The stand of one test: its world, modem and server, and the event loop that its coroutines run on.

    markers ──► Plan ──► Stand ──► world ──► modem, server           made when a fixture asks for them
                           └─────► runner ──► driver, the test itself

In a coroutine, and for a driver without ``await``, time is the world's. Behind a real port, be it a pty of ours or that
of a real module, it is everybody's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

from modemtwin.clockwork import MICROSECONDS
from modemtwin.io.driver import connect
from modemtwin.io.virtual_loop import Stuck, VirtualLoop
from modemtwin.io.whereabouts import came_from
from modemtwin.io.world_port import WorldPort
from modemtwin.modem.profile import tailor
from modemtwin.pytest_plugin.arming import PlacedArming
from modemtwin.pytest_plugin.coroutines import told_where
from modemtwin.pytest_plugin.disturbance import Disturbance, Position
from modemtwin.pytest_plugin.keys import COVERAGE, POSITION, SEED, TRIAL, Past
from modemtwin.pytest_plugin.marks import Plan, read_plan
from modemtwin.pytest_plugin.quirks import quirk_of
from modemtwin.pytest_plugin.wire import Wire
from modemtwin.world.journal.journal import Entry
from modemtwin.world.mobile import Mobile
from modemtwin.world.server import Server
from modemtwin.world.world import World

if TYPE_CHECKING:
    from modemtwin.host.aio import Module
    from modemtwin.host.transport import Transport
    from modemtwin.io.paced_world import PacedWorld
    from modemtwin.pytest_plugin.real import RealStand

__all__ = ["Stand", "build_stand", "position_of"]

T = TypeVar("T")

_ENTRIES_KEPT = 200_000


class _World(World):
    """A world whose modems have wires that can be disturbed, long journals, and somebody who watches."""

    def __init__(self, seed: int, disturbance: Disturbance, watch: Callable[[Entry], None] | None) -> None:
        super().__init__(seed)
        self._disturbance = disturbance
        self._watch = watch

    def add_modem(self, name: str | None = None, **settings: Any) -> Mobile:
        program = settings.pop("program", None)
        settings = {"keep": _ENTRIES_KEPT, "watch": self._watch, **settings}
        modem = super().add_modem(name, **settings)
        wire = Wire(modem, self._timers, self._disturbance)
        wire.on_reading, modem.te = modem.te.on_reading, wire
        if program is not None:
            modem.play(program)
        return modem


class Stand:
    """What the fixtures of one test share. ``watch`` gets every entry of every journal.

    ``folder`` gives a folder of this name for what a failing test leaves behind; ``left`` is where that is.
    """

    def __init__(
        self,
        plan: Plan,
        disturbance: Disturbance,
        arming: PlacedArming,
        watch: Callable[[Entry], None] | None = None,
    ) -> None:
        self.plan = plan
        self.disturbance = disturbance
        self.arming = arming
        self.world: World = _World(plan.seed, disturbance, watch)
        self.world.admits = arming.admits
        self.paced: PacedWorld | None = None
        self.folder: Callable[[str], Path] = Path
        self.left: Path | None = None
        self._modem: Mobile | None = None
        self._server: Server | None = None
        self._runner: asyncio.Runner | None = None
        self._broken_into = False

    @property
    def modem(self) -> Mobile:
        """The modem of the fixture."""
        if self._modem is None:
            self._modem = self.world.add_modem(scenario=self.plan.scenario)
        return self._modem

    @property
    def server(self) -> Server:
        """The server of the fixture."""
        if self._server is None:
            self._server = self.world.add_server("192.0.2.1", name="coap.example")
        return self._server

    @property
    def wire(self) -> Wire:
        """The TE's end of the modem's UART."""
        wire = self.modem.te
        assert isinstance(wire, Wire), "a modem of our world has one"
        return wire

    @property
    def past(self) -> Past:
        """What is left of it."""
        return Past(self.disturbance, self.arming, self.left)

    # ── coroutines ────────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def runner(self) -> asyncio.Runner:
        """What runs the coroutines of the test and of its fixtures, all on one loop."""
        if self._runner is None:
            self._runner = asyncio.Runner(loop_factory=self._loop)
        return self._runner

    def call(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine to its end: what ``host.blocking`` wants of a loop."""
        __tracebackhide__ = True
        try:
            return self.runner.run(coroutine)
        except Stuck as error:
            raise pytest.fail.Exception(str(error), pytrace=False) from None
        except KeyboardInterrupt as error:  # the runner has cancelled the test, which told where it was by that
            raise KeyboardInterrupt(self._interrupted(error)) from None
        except pytest.fail.Exception as error:
            told = told_where(error, self.runner.get_loop())
            self._broken_into = told is not error
            raise told from None

    finish = call  # nothing interrupts a loop of the test's own thread in the middle

    def _interrupted(self, error: KeyboardInterrupt) -> str:
        place = came_from(error.__context__)
        return f"at {self.world.now / MICROSECONDS:.3f} s" + (f" in {place}" if place else "")

    def _loop(self) -> asyncio.AbstractEventLoop:
        return asyncio.SelectorEventLoop() if self.paced else VirtualLoop(self.world)

    async def transport(self) -> Transport:
        """Lay the wire to the modem; what lay there before has been pulled out."""
        firmware = tailor(self.plan.scenario.profile, self.plan.scenario.overrides)
        token = self.world.chance("driver", self.modem.name).getrandbits(16)  # the same seed, the same bytes
        port = WorldPort(f"world://{self.modem.name}", firmware, self.wire.type_, first_token=token)
        self.wire.listener = port.hear
        port.on_close = lambda: self.wire.let_go(port.hear)
        return port

    def connected(self, transport: Transport | str, **arguments: Any) -> AbstractAsyncContextManager[Module]:
        """Connect the driver, as the marker says."""
        return connect(transport, **{**arguments, **self.plan.connect})

    # ── a real port ───────────────────────────────────────────────────────────────────────────────────────────────

    def open_port(self) -> str:
        """Put the modem behind a pty, and let the world run by itself from now on."""
        from modemtwin.io.paced_world import PacedWorld
        from modemtwin.io.pty import PtyPipe

        wire = self.wire
        self.paced = PacedWorld(self.world, PtyPipe(), wire.type_)
        self.paced.start()
        wire.listener = self.paced.write
        return self.paced.address

    def handed(self, thing: Any) -> Any:
        """Something of the world, for the test to use: where the world runs in a thread, through that thread."""
        return self.paced.handed(thing) if self.paced else thing

    def close(self) -> None:
        """End the coroutines that are left, and give everything back."""
        try:
            if self._runner is not None:
                self._runner.close()
        except Stuck:
            if not self._broken_into:  # else a task was torn out of its step, and cannot even be cancelled
                raise
        finally:
            self.halt()

    def halt(self) -> None:
        """Let the world stand still: nobody but us touches it from now on."""
        if self.paced is not None:
            self.paced.stop()


def build_stand(item: pytest.Item, temporary: pytest.TempPathFactory) -> Stand | RealStand:
    """Build the stand of a test, as markers and options say; a mistake in them fails the test with one line each."""
    config = item.config
    names: list[str] = getattr(item, "fixturenames", [])
    try:
        plan = read_plan(item, config.stash[SEED], quirk_of(item), in_real_time="modem_port" in names)
    except ValueError as error:
        lines = (f"{item.nodeid}: {line}" for line in str(error).splitlines())
        raise pytest.fail.Exception("\n".join(lines), pytrace=False) from None
    if config.getoption("modem_port"):
        from modemtwin.pytest_plugin.real import RealStand

        return RealStand(plan, config)
    disturbance = Disturbance(position_of(item), config.getoption("urc"))
    coverage = config.stash.get(COVERAGE, None)
    trial = item.stash.get(TRIAL, None)
    chosen = trial.chosen if trial else config.getoption("only_faults")
    arming = PlacedArming(config.rootpath, plan.file, plan.scenario.faults, chosen)
    watch = trial.watch if trial else coverage.watch(plan.scenario) if coverage else None
    stand = Stand(plan, disturbance, arming, watch)
    wanted: str | None = config.getoption("modemtwin_dir")
    stand.folder = lambda name: Path(wanted) / name if wanted else temporary.mktemp(name)
    return stand


def position_of(item: pytest.Item) -> Position | None:
    """Say where this run of a test is disturbed."""
    chosen: Position | None = item.config.getoption("urc_sweep_at")
    return item.stash.get(POSITION, chosen)
