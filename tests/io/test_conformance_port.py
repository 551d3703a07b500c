"""A conformance run at a port, with modules that behave and modules that do not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from modemtwin.clockwork import seconds
from modemtwin.host.errors import InvalidArgument, PortClosed
from modemtwin.io.byte_pipe import Ended, Received
from modemtwin.io.conformance_port import LocalServers, ModulePort, is_on_this_machine
from modemtwin.io.pipe_port import PipePort
from modemtwin.io.virtual_modem import VirtualModem
from modemtwin.world.conformance.dialogue import Dialogue, read_dialogues
from modemtwin.world.conformance.encounter import Encounter
from modemtwin.world.conformance.exchange import Exchange, Failure, Mute, Steps
from modemtwin.world.conformance.manners import Addressing
from modemtwin.world.conformance.questioner import Answer, Ask

DIALOGUE = """\
> AT+CCOAPINIT
> AT+CSQ
> AT+CGATT?
> AT+CCOAPTERM
"""


class End:
    """One end of a wire in memory; ``through`` is what becomes of what is written here, piece by piece."""

    kind, address = "memory", "a wire in memory"

    def __init__(self, through: Callable[[bytes], list[bytes]] = lambda data: [data]) -> None:
        self.other: End
        self.through = through
        self.written = b""
        self._received: Received = lambda data: None
        self._ended: Ended = lambda reason: None

    def open(self, received: Received, ended: Ended) -> None:
        self._received, self._ended = received, ended

    def write(self, data: bytes) -> None:
        self.written += data
        for piece in self.through(data):
            asyncio.get_running_loop().call_soon(self.other.receive, piece)

    def receive(self, data: bytes) -> None:
        self._received(data)

    def pull(self) -> None:
        self._ended("the cable was pulled")

    def set_baud(self, rate: int) -> None: ...

    def close(self) -> None: ...


def wire(through: Callable[[bytes], list[bytes]] = lambda data: [data]) -> tuple[End, End]:
    te, modem = End(), End(through)
    te.other, modem.other = modem, te
    return te, modem


def dialogue(text: str = DIALOGUE) -> Dialogue:
    (only,) = read_dialogues("session", text)
    return only


async def played(through: Callable[[bytes], list[bytes]], *settings: str, text: str = DIALOGUE) -> list[Exchange]:
    te, modem = wire(through)
    async with VirtualModem(port=modem, settings=["cell.registration-delay=0", *settings]):
        module, encounter = ModulePort(PipePort(te)), Encounter(Addressing(), usual=seconds(0.5))
        await module.run(encounter.greet())
        exchanges = await module.run(encounter.play(dialogue(text)))
        await module.run(encounter.farewell())
        return exchanges


GOOD = [
    (b"AT+CCOAPINIT", (b"OK",)),
    (b"AT+CSQ", (b"+CSQ: 27,99", b"OK")),
    (b"AT+CGATT?", (b"+CGATT: 1", b"OK")),
    (b"AT+CCOAPTERM", (b"OK",)),
]


@pytest.mark.parametrize(
    "through",
    [
        lambda data: [data],
        lambda data: [bytes([byte]) for byte in data],
        lambda data: [b"\r\n*PSUTTZ: 19/06/26,06:04:03\r\n", data, b"\r\nDST: 0\r\n"],
        lambda data: [data.replace(b"\r\nOK", b"\r\n+CREG: 1\r\n\r\nOK")],
    ],
    ids=["as it comes", "byte by byte", "urcs in every gap", "a urc in every reply"],
)
async def test_the_same_comes_of_it_however_the_bytes_come(through: Callable[[bytes], list[bytes]]) -> None:
    assert [(each.typed, each.reply) for each in await played(through)] == GOOD


async def test_a_server_of_ours_answers_a_module_on_this_machine_and_a_mute_one_does_not() -> None:
    te, modem = wire()
    servers = LocalServers()
    servers.open()
    try:
        async with VirtualModem(port=modem, settings=["cell.registration-delay=0", "cell.bearer-delay=0.01"]):
            module, encounter = ModulePort(PipePort(te)), Encounter(Addressing(servers.url, servers.mute_url))
            await module.run(encounter.greet())
            assert await module.run(encounter.reach()) is None
            text = '! ready\n> AT+CCOAPURL="coap://192.0.2.2"\n< OK\n> AT+CCOAPACTION\n... 200 ms\n'
            (_, mute) = await module.run(encounter.play(dialogue(text)))
            assert (mute.reply, mute.after) == ((b"+CCOAPACTION: 0,1", b"OK"), ())
            assert await module.run(encounter.farewell()) is True
    finally:
        servers.close()
    assert te.written.endswith(b"AT+CCOAPTERM\rAT+CNACT=0\rATE1\r")


async def failing(through: Callable[[bytes], list[bytes]]) -> tuple[Failure, bytes]:
    """Play it to its failure and leave; give what failed, and all that was typed."""
    te, modem = wire(through)
    async with VirtualModem(port=modem, settings=["cell.registration-delay=0"]):
        module, encounter = ModulePort(PipePort(te)), Encounter(Addressing(), usual=seconds(0.3))
        try:
            await module.run(encounter.greet())
            await module.run(encounter.play(dialogue()))
        except Failure as failure:
            await module.run(encounter.farewell(interrupted=True))
            return failure, te.written
    raise AssertionError("it did not fail")


async def test_a_mute_module_is_given_up() -> None:
    failure, typed = await failing(lambda data: [])
    assert isinstance(failure, Mute)
    assert typed == b"AT\rAT\rAT\r"


async def test_a_module_that_stalls_is_given_up_and_its_object_ended() -> None:
    failure, typed = await failing(lambda data: [] if b"+CSQ" in data else [data])
    assert isinstance(failure, Mute)
    assert str(failure) == "the module does not answer AT+CSQ, nor says OK or ERROR"
    assert typed.endswith(b"AT+CCOAPINIT\rAT+CSQ\rAT+CCOAPTERM\rATE1\r")


async def test_a_module_that_starts_again_is_told() -> None:
    failure, _ = await failing(lambda data: [b"\r\nRDY\r\n"] if b"+CSQ" in data else [data])
    assert str(failure) == "the module has started again, at AT+CSQ after AT+CCOAPINIT"


async def test_a_module_that_starts_again_without_a_word_is_told_by_its_echo() -> None:
    failure, _ = await failing(lambda data: [b"AT+CSQ\r", data] if b"+CSQ" in data else [data])
    assert str(failure) == "the module has started again, at AT+CSQ after AT+CCOAPINIT"


async def test_a_port_that_goes_away_ends_the_run_with_the_reason() -> None:
    te, modem = wire()
    async with VirtualModem(port=modem):
        module = ModulePort(PipePort(te))
        asyncio.get_running_loop().call_later(0.02, te.pull)
        with pytest.raises(PortClosed, match="the cable was pulled"):
            await module.run(_listening())


async def test_a_run_that_is_cancelled_can_still_end_the_object() -> None:
    te, modem = wire()
    async with VirtualModem(port=modem, settings=["cell.registration-delay=0"]):
        module, encounter = ModulePort(PipePort(te)), Encounter(Addressing())
        await module.run(encounter.greet())
        task = asyncio.ensure_future(module.run(encounter.play(dialogue("> AT+CCOAPINIT\n> AT+CSQ\n... 20 s\n"))))
        while b"+CSQ" not in te.written:
            await asyncio.sleep(0.005)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await module.run(encounter.farewell(interrupted=True)) is True
    assert te.written.endswith(b"AT+CSQ\rAT+CCOAPTERM\rATE1\r")


def _listening() -> Steps[Answer]:
    answer: Answer = yield Ask(b"", 0, follows=seconds(20))
    return answer


@pytest.mark.parametrize(
    ("port", "here"),
    [
        ("socket://127.0.0.1:4000", True),
        ("socket://[::1]:4000", True),
        ("socket://localhost:4000", True),
        ("rfc2217://127.0.0.1:4000", True),
        ("pyserial+socket://127.0.0.1:4000", True),
        ("twin://sim7080?Q-HEAD-FIELDS=21", True),
        ("rfc2217://192.0.2.7:4000?logging=info", False),
        ("socket://192.0.2.7:4000", False),
        ("socket://ser2net.example:4000", False),
        ("/dev/pts/3", True),
        ("/dev/ttyUSB2", False),
    ],
)
def test_a_module_on_this_machine_is_known_by_its_port(port: str, here: bool) -> None:
    assert is_on_this_machine(port) is here


def test_what_is_no_port_is_refused_in_a_sentence() -> None:
    with pytest.raises(InvalidArgument, match="is no port"):
        is_on_this_machine("http://example")
