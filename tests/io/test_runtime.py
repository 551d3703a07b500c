"""The shell of the modem: what goes in, what is done, and in which order."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from modemtwin.clockwork import Micros, seconds
from modemtwin.coap.numbers import Transmission
from modemtwin.io.alarm import now
from modemtwin.io.byte_pipe import Ended, PortError, Received
from modemtwin.io.coap_server import CoapServer
from modemtwin.io.runtime import Runtime
from modemtwin.io.state_file import StateFile
from modemtwin.modem.doors import (
    BaudRate,
    DatagramRx,
    DatagramTx,
    Effect,
    Note,
    PowerOff,
    PowerOn,
    Refused,
    Resolve,
    Resolved,
    Save,
    SocketClose,
    SocketFailed,
    SocketOpen,
    SocketOpened,
    Stimulus,
    Tick,
    UartRx,
    UartTx,
)
from tests.io.te import Answering, until


class Wire:
    """A pipe whose far end is the test."""

    kind = "wire"
    address = "here"

    def __init__(self) -> None:
        self.written: list[bytes | int] = []
        self.closed = False

    def open(self, received: Received, ended: Ended) -> None:
        """Hand the test what the port would call."""
        self.received, self.ended = received, ended

    def write(self, data: bytes) -> None:
        """Note the bytes."""
        self.written.append(data)

    def set_baud(self, rate: int) -> None:
        """Note the rate."""
        self.written.append(rate)

    def close(self) -> None:
        """Note the end."""
        self.closed = True


class Bench:
    """A machine on a wire."""

    def __init__(self, state: StateFile | None = None, coap_port: int = 0) -> None:
        self.effects: dict[type[Stimulus], list[Effect]] = {}
        self.machine = Answering(lambda stimulus, _: self.effects.get(type(stimulus), []))
        self.wire = Wire()
        self.runtime = Runtime(self.machine, self.wire, state=state, coap_port=coap_port)
        self.runtime.start()
        self.machine.stimuli.clear()


@pytest.fixture
async def bench(tmp_path: Path) -> Iterator[Bench]:  # type: ignore[misc]
    """A machine that runs, with a state file."""
    made = Bench(StateFile(tmp_path / "state.json"))
    yield made
    made.runtime.stop()


async def test_the_modem_is_switched_on_when_its_port_is_open() -> None:
    machine, wire = Answering(), Wire()
    runtime = Runtime(machine, wire)
    runtime.start()
    assert machine.stimuli == [PowerOn()]
    runtime.stop()
    assert wire.closed


async def test_a_reply_is_written_before_the_read_of_the_command_returns(bench: Bench) -> None:
    bench.effects[UartRx] = [UartTx(b"AT\r"), UartTx(b"\r\nOK\r\n")]
    bench.wire.received(b"AT\r")
    assert bench.machine.stimuli == [UartRx(b"AT\r")]
    assert bench.wire.written == [b"AT\r", b"\r\nOK\r\n"]


async def test_effects_are_done_in_order_and_their_answers_come_after_all_of_them(bench: Bench) -> None:
    bench.effects[UartRx] = [SocketOpen(), UartTx(b"OK"), BaudRate(9600), UartTx(b"late")]
    bench.effects[SocketOpened] = [UartTx(b"opened")]
    bench.wire.received(b"AT+CCOAPINIT\r")
    assert bench.wire.written == [b"OK", 9600, b"late", b"opened"]
    assert [type(stimulus) for stimulus in bench.machine.stimuli] == [UartRx, SocketOpened]


async def test_datagrams_leave_from_the_port_that_the_modem_was_told(bench: Bench, peer: socket.socket) -> None:
    bench.effects[UartRx] = [SocketOpen()]
    bench.effects[SocketOpened] = [DatagramTx(peer.getsockname(), b"\x40\x01\x00\x01")]
    bench.wire.received(b"\r")
    data, source = peer.recvfrom(100)
    assert (data, bench.machine.stimuli[1]) == (b"\x40\x01\x00\x01", SocketOpened(source[1]))
    peer.sendto(b"\x60\x45\x00\x01", ("127.0.0.1", source[1]))
    await until(lambda: len(bench.machine.stimuli) == 3)
    assert bench.machine.stimuli[2] == DatagramRx(peer.getsockname(), b"\x60\x45\x00\x01")


async def test_a_question_to_the_group_finds_the_server_of_this_machine_without_a_route(bench: Bench) -> None:
    server = CoapServer(port=0, multicast=True, transmission=Transmission(leisure=seconds(0.01)))
    server.open()
    try:
        bench.effects[UartRx] = [SocketOpen(())]
        bench.wire.received(b"AT\r")
        question = bytes.fromhex("51010001aab474657374")  # NON GET /test, token aa
        bench.effects[UartRx] = [DatagramTx(("224.0.1.187", server.port), question)]
        bench.wire.received(b"AT\r")
        await until(lambda: any(isinstance(each, DatagramRx) for each in bench.machine.stimuli))
    finally:
        server.close()
    [answer] = [each for each in bench.machine.stimuli if isinstance(each, DatagramRx)]
    assert answer.source == ("127.0.0.1", server.port)
    assert (answer.data[:2], answer.data[4:5], answer.data[-11:]) == (b"\x51\x45", b"\xaa", b"hello world")


async def test_a_closed_socket_hears_nothing(bench: Bench, peer: socket.socket) -> None:
    bench.effects[UartRx] = [SocketOpen()]
    bench.effects[SocketOpened] = [SocketClose(), UartTx(b"closed")]
    bench.wire.received(b"\r")
    opened = bench.machine.stimuli[1]
    assert isinstance(opened, SocketOpened)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", opened.port))
    assert bench.wire.written == [b"closed"]


async def test_a_datagram_that_cannot_leave_is_a_socket_error_towards_its_peer(bench: Bench) -> None:
    bench.effects[UartRx] = [SocketOpen()]
    bench.effects[SocketOpened] = [DatagramTx(("127.0.0.1", 9), b"x" * 65_536)]
    bench.wire.received(b"\r")
    assert bench.machine.stimuli[2:] == [SocketFailed("Message too long", ("127.0.0.1", 9))]


async def test_a_fixed_coap_port_in_use_is_a_socket_error(peer: socket.socket) -> None:
    port = peer.getsockname()[1]
    bench = Bench(coap_port=port)
    bench.effects[UartRx] = [SocketOpen()]
    bench.wire.received(b"\r")
    assert bench.machine.stimuli[1:] == [SocketFailed(f"UDP port {port} cannot be had: Address already in use")]
    bench.runtime.stop()


async def test_a_name_is_resolved_while_the_modem_goes_on(bench: Bench) -> None:
    bench.effects[UartRx] = [Resolve("localhost"), UartTx(b"OK")]
    bench.wire.received(b"\r")
    assert (bench.machine.stimuli, bench.wire.written) == ([UartRx(b"\r")], [b"OK"])
    await until(lambda: len(bench.machine.stimuli) == 2)
    (answer,) = bench.machine.stimuli[1:]
    assert isinstance(answer, Resolved)
    assert (answer.name, answer.addresses[0], answer.reason) == ("localhost", "127.0.0.1", "")


async def test_a_tick_comes_when_the_timer_is_due_and_not_before(bench: Bench) -> None:
    due = now() + seconds(0.05)
    came: list[Micros] = []

    def ring(stimulus: Stimulus, moment: Micros) -> list[Effect]:
        if isinstance(stimulus, Tick):
            came.append(moment)
            bench.machine.due = None
        return []

    bench.machine._answers = ring
    bench.machine.due = due
    bench.wire.received(b"\r")
    await until(lambda: came)
    assert len(came) == 1
    assert came[0] >= due


async def test_a_timer_that_moves_forward_rings_earlier_and_one_that_is_put_off_later(bench: Bench) -> None:
    ticks: list[Micros] = []

    def ring(stimulus: Stimulus, moment: Micros) -> list[Effect]:
        if isinstance(stimulus, Tick):
            ticks.append(moment)
            bench.machine.due = None
        return []

    bench.machine._answers = ring
    bench.machine.due = now() + seconds(60)
    bench.wire.received(b"\r")
    bench.machine.due = now() + seconds(0.1)
    bench.wire.received(b"\r")
    bench.machine.due = put_off = now() + seconds(0.2)
    bench.wire.received(b"\r")
    await until(lambda: ticks)
    assert len(ticks) == 1
    assert ticks[0] >= put_off


async def test_what_is_due_at_once_is_done_before_the_next_byte_is_read(bench: Bench) -> None:
    bench.machine.due = 0
    bench.effects[Tick] = [UartTx(b"tick")]
    bench.wire.received(b"\r")
    assert bench.wire.written == [b"tick"] * 16  # a machine that never has enough leaves the others their turn
    bench.machine.due = None


async def test_what_a_module_keeps_is_in_its_file_at_once(bench: Bench, tmp_path: Path) -> None:
    bench.effects[UartRx] = [Save({"cgdcont": {"1": "ctnb"}}), UartTx(b"OK")]
    bench.wire.received(b"\r")
    assert StateFile(tmp_path / "state.json").load() == {"cgdcont": {"1": "ctnb"}}


async def test_a_state_file_that_cannot_be_written_is_logged_and_the_modem_goes_on(
    bench: Bench, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "state.json").mkdir()
    bench.effects[UartRx] = [Save({}), UartTx(b"OK")]
    bench.wire.received(b"\r")
    assert caplog.messages == [f"state file {tmp_path / 'state.json'} cannot be written: Is a directory"]
    assert bench.wire.written == [b"OK"]


async def test_the_log_shows_reasons_and_never_what_the_uart_carried(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    bench.effects[UartRx] = [
        UartTx(b"\r\nERROR\r\n"),
        Refused("AT+CCOAPACTION", 3, "no bearer: send AT+CNACT=1 first"),
        Note("AT+CLTS is accepted without effect"),
    ]
    with caplog.at_level(logging.DEBUG):
        bench.wire.received(b'AT+CNCFG=1,"apn","user","secret"\r')
    assert caplog.messages == [
        "AT+CCOAPACTION  ->  ERROR 3: no bearer: send AT+CNACT=1 first",
        "AT+CLTS is accepted without effect",
    ]


async def test_pwrkey_is_the_machines_own_affair_for_only_it_knows_whether_it_is_on_off_or_in_psm(bench: Bench) -> None:
    bench.effects[UartRx] = [PowerOff()]
    bench.runtime.power_on()
    bench.wire.received(b"AT+CPOWD=1\r")
    bench.runtime.power_on()
    assert bench.machine.stimuli == [PowerOn(), UartRx(b"AT+CPOWD=1\r"), PowerOn()]


async def test_a_change_from_outside_is_done_like_everything_else(bench: Bench) -> None:
    bench.effects[SocketOpened] = [UartTx(b"opened")]
    bench.runtime.perform([SocketOpen(), UartTx(b"\r\n+APP PDP: DEACTIVE\r\n")])
    assert bench.wire.written == [b"\r\n+APP PDP: DEACTIVE\r\n", b"opened"]


@pytest.mark.parametrize(
    ("reason", "ending"), [(None, None), ("/dev/ttyUSB0 is gone", PortError("/dev/ttyUSB0 is gone"))]
)
async def test_the_end_of_the_port_is_the_end_of_the_modem(
    bench: Bench, reason: str | None, ending: PortError | None
) -> None:
    bench.wire.ended(reason)
    assert str(bench.runtime.ended.exception()) == str(ending)


async def test_a_fault_of_the_machine_ends_it_and_is_not_lost(bench: Bench) -> None:
    def fault(_stimulus: Stimulus, _now: Micros) -> list[Effect]:
        raise AssertionError("a state that cannot be")

    bench.machine._answers = fault
    bench.wire.received(b"AT\r")
    with pytest.raises(AssertionError, match="a state that cannot be"):
        await asyncio.wait_for(bench.runtime.ended, 5)
