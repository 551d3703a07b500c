"""The file behind --pcap."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from modemtwin.capture import capture_file
from modemtwin.capture.capture_file import CaptureFile
from modemtwin.modem.doors import DatagramRx, UartRx, UartTx
from modemtwin.world.journal.journal import Entry
from tests.unit.capture.blocks import packets

ENTRY = Entry(1, UartRx(b"AT\r"), (UartTx(b"\r\nOK\r\n"),))


def test_what_came_before_it_was_open_is_in_it(tmp_path: Path) -> None:
    file = CaptureFile(tmp_path / "x.pcapng")
    file.watch()(ENTRY)
    file.open()
    file.watch()(ENTRY)
    assert len(packets((tmp_path / "x.pcapng").read_bytes())) == 4, "and it is on the disk without being closed"
    file.close()
    file.close()


def test_a_block_of_python_opens_and_closes_it(tmp_path: Path) -> None:
    with CaptureFile(tmp_path / "x.pcapng") as file:
        file.watch("meter")(Entry(1, UartRx(b"AT+C"), ()))
    assert [packet.data for packet in packets((tmp_path / "x.pcapng").read_bytes())] == [b"AT+C"]


def test_a_dash_is_standard_output_which_stays_open(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    with CaptureFile("-") as file:
        file.watch()(ENTRY)
    os.write(1, b"more")
    told = capfdbinary.readouterr().out
    assert told.endswith(b"more")
    assert len(packets(told.removesuffix(b"more"))) == 2


def test_a_half_line_is_written_when_it_is_closed(tmp_path: Path) -> None:
    file = CaptureFile(tmp_path / "x.pcapng")
    file.open()
    file.watch()(Entry(1, UartRx(b"AT+C"), ()))
    file.close()
    assert [packet.data for packet in packets((tmp_path / "x.pcapng").read_bytes())] == [b"AT+C"]


def test_where_it_cannot_be_written_a_sentence_says_so(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=f"capture {tmp_path}/a/x cannot be written: there is no folder {tmp_path}/a"):
        CaptureFile(tmp_path / "a" / "x").open()
    with pytest.raises(OSError, match="Is a directory"):
        CaptureFile(tmp_path).open()


def test_a_pipe_that_nobody_reads_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x")
    with pytest.raises(OSError, match=f"capture {tmp_path}/x cannot be written: nobody reads this pipe: start what"):
        CaptureFile(tmp_path / "x").open()


def test_whoever_reads_a_pipe_and_stops_ends_the_capture_and_not_the_modem(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(capture_file, "PATIENCE", 0.01)
    os.mkfifo(tmp_path / "x")
    reader = os.open(tmp_path / "x", os.O_RDONLY | os.O_NONBLOCK)
    try:
        with CaptureFile(tmp_path / "x") as file:
            for _ in range(2000):
                file.watch()(ENTRY)
    finally:
        os.close(reader)
    assert [record.message for record in caplog.records] == [
        f"the capture {tmp_path}/x ends here: whoever reads it has taken nothing for 0.01 s"
    ]


def test_an_entry_that_no_packet_can_be_made_of_is_logged_and_left_out(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = CaptureFile(tmp_path / "x.pcapng")
    file.open()
    file.watch()(Entry(1, DatagramRx(("nowhere", 5683), b""), ()))
    file.watch()(ENTRY)
    file.close()
    assert len(packets((tmp_path / "x.pcapng").read_bytes())) == 2
    assert [record.message for record in caplog.records] == [
        f"the capture {tmp_path}/x.pcapng lacks an entry, of which no packet can be made: 'nowhere' does not appear to "
        "be an IPv4 or IPv6 address"
    ]


def test_a_full_disk_ends_it_with_one_line(caplog: pytest.LogCaptureFixture) -> None:
    file = CaptureFile("/dev/full")
    file.open()
    for _ in range(3):
        file.watch()(ENTRY)
    file.close()
    assert [record.message for record in caplog.records] == ["the capture /dev/full ends here: No space left on device"]


def test_a_disk_that_fills_up_leaves_whole_blocks(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    import resource
    import signal

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    file = CaptureFile(tmp_path / "x.pcapng")
    file.open()
    resource.setrlimit(resource.RLIMIT_FSIZE, (1001, before[1]))
    try:
        for _ in range(100):
            file.watch()(ENTRY)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    file.close()
    data = (tmp_path / "x.pcapng").read_bytes()
    assert len(data) <= 1001
    assert len(packets(data)) > 5
    assert len(caplog.records) == 1
