"""Wireshark's own tools read our captures: AT lines and CoAP decoded, reasons there, nothing malformed."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from modemtwin.capture.capture import Capture
from modemtwin.modem.doors import BearerGranted, DatagramRx, DatagramTx, Ping, Pinged, SocketOpened, Tick
from modemtwin.world.journal.journal import Entry
from tests.end_to_end.program import environment
from tests.interop.programs import program
from tests.unit.world.far_end import FarEnd


def tshark(capture: Path, *words: str) -> str:
    """Run tshark over a capture. It must have nothing to complain of."""
    checks = [f"-o{layer}.check_checksum:TRUE" for layer in ("ip", "udp")]
    command = [program("tshark"), "-n", "-r", str(capture), *checks, *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=50)
    complaints = [line for line in done.stderr.splitlines() if not line.startswith("Running as user")]
    assert (done.returncode, complaints) == (0, [])
    return done.stdout


def fields(capture: Path, *names: str, words: tuple[str, ...] = ()) -> list[list[str]]:
    """Give these fields of each packet."""
    chosen = [word for name in names for word in ("-e", name)]
    return [line.split("\t") for line in tshark(capture, "-T", "fields", *chosen, *words).splitlines()]


def capinfos(capture: Path) -> str:
    """Run capinfos over a capture, which must be whole."""
    command = [program("capinfos"), str(capture)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=50)
    assert done.returncode == 0, done.stderr
    return done.stdout


def written(folder: Path, entries: list[Entry], *, epoch: int = 0) -> Path:
    file = folder / "x.pcapng"
    with file.open("wb") as out:
        capture = Capture(out.write, epoch=epoch)
        for entry in entries:
            capture.add("", entry)
        capture.close()
    return file


@pytest.fixture
def conversation(tmp_path: Path) -> Path:
    """A lossy conversation with a piggybacked, a separate and a block-wise response, and a command that is refused."""
    far_end = FarEnd(lost=[1, 6, 9])
    far_end.type("AT\rAT+CCOAPHEAD=5,1\rAT+CSQ\r", chunk=2)
    for number, path in enumerate(("time", "separate", "large"), 1):
        far_end.ask(f'code,1,uri-path,0,"{path}",token,1,"0{number}"')
    return written(tmp_path, far_end.entries, epoch=1_700_000_000_000_000)


def test_nothing_is_malformed_and_every_checksum_is_right(conversation: Path) -> None:
    told = fields(conversation, "_ws.malformed", "ip.checksum.status", "udp.checksum.status", "frame.protocols")
    assert {protocols for *_, protocols in told} == {
        "exported_pdu:at",
        "raw:ip:udp:coap",
        "raw:ip:udp:coap:data-text-lines",
    }
    for malformed, ip, udp, protocols in told:
        assert malformed == ""
        assert (ip, udp) == (("", "") if protocols == "exported_pdu:at" else ("1", "1"))


def test_coap_is_decoded(conversation: Path) -> None:
    told = fields(
        conversation, "coap.type", "coap.code", "coap.mid", "coap.token", "coap.opt.uri_path", words=("-Y", "coap")
    )
    assert told[:4] == [
        ["0", "1", "1", "01", "time"],
        ["0", "1", "1", "01", "time"],
        ["2", "69", "1", "01", ""],
        ["0", "1", "2", "02", "separate"],
    ]
    blocks = fields(conversation, "coap.opt.block_number", words=("-Y", "coap.opt.block_number"))
    assert {number for (number,) in blocks} == {"0", "1", "2", "3"}
    assert fields(conversation, "coap.retransmitted", words=("-Y", "coap.retransmitted")), "it knows what came again"


def test_at_is_decoded_with_who_said_it(conversation: Path) -> None:
    told = fields(conversation, "at.role", "at.cmd", "at.csq.rssi", words=("-Y", "at"))
    assert ["2", "+CSQ", ""] in told, "the TE typed it"
    assert ["1", "+CSQ,OK", "27"] in told, "and the modem answered"


def test_the_reason_of_an_error_is_a_comment(conversation: Path) -> None:
    told = fields(conversation, "at.data", "frame.comment", words=("-Y", "frame.comment"))
    assert told[0] == [
        "\\r\\nERROR\\r\\n",
        "AT+CCOAPHEAD=5,1: error 765: there is no packet with mid 5 in the receive queue: AT+CCOAPACTION=4 tells what "
        "is there",
    ]


def test_both_interfaces_are_on_one_timeline(conversation: Path) -> None:
    told = fields(conversation, "frame.time_epoch", "frame.interface_name", "frame.time_delta")
    assert {name for _, name, _ in told} == {"uart", "bearer"}
    times = [float(moment) for moment, *_ in told]
    assert times == sorted(times)
    assert told[0][0] == "1700000001.000000000"
    assert "Strict time order:   True" in capinfos(conversation)
    assert "Number of interfaces in file: 2" in capinfos(conversation)


def test_coap_on_another_port_is_decoded_when_it_is_told_to(tmp_path: Path) -> None:
    peer = ("2001:db8::5", 41000)
    request = bytes.fromhex("42010007beefb474696d65")
    entries = [
        Entry(0, BearerGranted(0, "10.94.36.44"), ()),
        Entry(0, SocketOpened(40001), ()),
        Entry(1, Tick(), (DatagramTx(peer, request), Ping("192.0.2.7", 1, 32, 1000))),
        Entry(2, Pinged(1, "192.0.2.7", 30), ()),
        Entry(3, DatagramRx(("192.0.2.9", 41000), bytes.fromhex("62450007beefff6f6b")), ()),
    ]
    capture = written(tmp_path, entries)
    told = fields(
        capture, "ipv6.src", "ipv6.dst", "ip.dst", "coap.mid", "icmp.type", words=("-d", "udp.port==41000,coap")
    )
    assert told == [
        ["::ffff:10.94.36.44", "2001:db8::5", "", "7", ""],
        ["", "", "192.0.2.7", "", "8"],
        ["", "", "10.94.36.44", "", "0"],
        ["", "", "10.94.36.44", "7", ""],
    ]


def test_a_session_typed_by_a_person_has_no_packet_that_is_not_at(tmp_path: Path) -> None:
    far_end = FarEnd()
    far_end.type("ATE1\rATV0\rAT+CSQ\rATV1\rA/\n\nat+cgmr;+gsn\r\nAT+NO\r\nATX\b\b", chunk=1)
    capture = written(tmp_path, far_end.entries)
    assert {protocols for (protocols,) in fields(capture, "frame.protocols")} == {"exported_pdu:at"}
    typed = [data for role, data in fields(capture, "at.role", "at.data") if role == "2"]
    assert typed[-6:-1] == ["AT+CSQ\\r", "ATV1\\r", "A/", "\\n\\nat+cgmr;+gsn\\r", "\\nAT+NO\\r"]


_ENDLESS = """
import itertools, sys
from modemtwin.capture.capture_file import CaptureFile
from modemtwin.modem.doors import DatagramTx, UartRx
from modemtwin.world.journal.journal import Entry
file = CaptureFile(sys.argv[1])
file.open()
for now in itertools.count():
    file.watch()(Entry(now, UartRx(b"AT+CSQ\\r"), (DatagramTx(("192.0.2.1", 5683), bytes.fromhex("40010001")),)))
"""


def test_it_is_whole_when_its_writer_is_killed(tmp_path: Path) -> None:
    capture = tmp_path / "x.pcapng"
    with subprocess.Popen([sys.executable, "-c", _ENDLESS, str(capture)], env=environment()) as process:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and (not capture.exists() or capture.stat().st_size < 100_000):
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    assert "Strict time order:   True" in capinfos(capture)
    last: Any = json.loads(tshark(capture, "-T", "json", "-Y", "coap"))[-1]
    assert last["_source"]["layers"]["coap"]["coap.mid"] == "1"
