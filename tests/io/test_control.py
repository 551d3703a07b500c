"""The control socket: what can be told to a running modem, by whom, and what nonsense does to it."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import socket
import stat
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from modemtwin.io import control, control_client
from modemtwin.io.byte_pipe import Ended, PortError, Received
from modemtwin.io.control import ControlSocket
from modemtwin.io.control_client import ControlError, tell
from modemtwin.io.control_verbs import VERBS
from modemtwin.io.virtual_modem import VirtualModem


class Line:
    """A port whose TE is the test: what it types is heard at once."""

    kind = "line"
    address = ""

    def __init__(self) -> None:
        self.written = b""

    def open(self, received: Received, ended: Ended) -> None:
        self.type = received

    def write(self, data: bytes) -> None:
        self.written += data

    def set_baud(self, rate: int) -> None:
        """It has none."""

    def close(self) -> None:
        """It stays as it is."""


@pytest.fixture
async def modem() -> AsyncIterator[VirtualModem]:
    async with VirtualModem(port=Line(), settings=["cell.registration-delay=0"], seed=7) as modem:
        yield modem


@pytest.fixture
async def door(modem: VirtualModem, tmp_path: Path) -> AsyncIterator[ControlSocket]:
    door = ControlSocket(modem, tmp_path / "c")
    await door.open()
    yield door
    door.close()


async def ask(door: ControlSocket, *words: str) -> dict[str, Any]:
    return await asyncio.to_thread(tell, str(door.path), words)


async def refused(door: ControlSocket, *words: str) -> list[str]:
    answer = await ask(door, *words)
    assert answer["ok"] is False
    mistakes: list[str] = answer["mistakes"]
    return mistakes


async def typed(modem: VirtualModem, line: str) -> str:
    pipe = modem._pipe
    assert isinstance(pipe, Line)
    pipe.written = b""
    pipe.type(line.encode() + b"\r")
    await asyncio.sleep(0)
    return pipe.written.decode()


async def test_the_socket_is_its_owners_alone_and_is_removed_in_the_end(modem: VirtualModem, tmp_path: Path) -> None:
    door = ControlSocket(modem, tmp_path / "c")
    await door.open()
    mode = os.lstat(door.path).st_mode
    assert stat.S_ISSOCK(mode)
    assert stat.S_IMODE(mode) == 0o600
    door.close()
    door.close()
    assert list(tmp_path.iterdir()) == []


async def test_another_user_is_turned_away(door: ControlSocket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 12_345)
    monkeypatch.setattr(control, "_CREDENTIALS", _Stranger())
    assert await refused(door, "status") == ["user 4711 is not the owner of this modem"]


class _Stranger:
    size = 12

    def unpack(self, _: bytes) -> tuple[int, int, int]:
        return 1, 4_711, 4_711


async def test_status_says_how_the_modem_is(door: ControlSocket) -> None:
    answer = await ask(door, "status")
    assert answer["data"] == {
        "profile": "sim7000",
        "port": "line",
        "power": True,
        "registration": "home",
        "bearer": False,
        "coverage": True,
        "signal": 27,
        "apn-policy": "accept",
        "states": ["on", "registered"],
        "faults": 0,
        "entries": answer["data"]["entries"],
    }
    assert answer["lines"][0] == "profile      sim7000"
    assert answer["lines"][4] == "bearer       off"
    assert "states       on, registered" in answer["lines"]


async def test_keys_of_the_cell_are_set_all_or_none(door: ControlSocket, modem: VirtualModem) -> None:
    assert (await ask(door, "set", "signal=5", "cell.apn-policy=reject"))["ok"]
    assert (modem.station.cell.settings.signal, modem.station.cell.settings.apn_policy) == (5, "reject")
    assert await refused(door, "set", "signal=6", "coverge=off", "signal", "apn=x", "signal=77", "modem.imei=3") == [
        'coverge: there is no such key; did you mean "coverage"?',
        'signal: there is no "="; write KEY=VALUE',
        "cell.signal: 77 is out of range; allowed: a whole number from 0 to 31, or 99",
        "modem.imei: there is no such key; only keys of [cell] change while it runs",
    ]
    assert modem.station.cell.settings.signal == 5


async def test_a_fault_is_added_strikes_is_listed_and_cleared(door: ControlSocket, modem: VirtualModem) -> None:
    assert (await ask(door, "fault", "add", "do=busy", "direction=in", "text=CGMM"))["lines"] == [
        "1  do=busy direction=in text=CGMM"
    ]
    assert (await ask(door, "fault", "add", "mute", "lasting=30"))["data"]["number"] == 2
    assert await typed(modem, "AT+CGMM") == ""
    listed = await ask(door, "fault", "list")
    assert listed["lines"] == [
        "  1  do=busy direction=in text=CGMM  (struck once)",
        "  2  do=mute lasting=30  (struck once, goes on, spent)",
    ]
    assert (await ask(door, "fault", "clear", "2"))["ok"]
    assert "ERROR" in await typed(modem, "AT+CGMM")
    assert (await ask(door, "fault", "clear"))["ok"]
    assert (await ask(door, "fault", "list"))["lines"] == []
    assert "SIM7000" in await typed(modem, "AT+CGMM")


async def test_a_fault_waits_for_a_state_of_the_running_modem(door: ControlSocket, modem: VirtualModem) -> None:
    assert (await ask(door, "fault", "add", "lose-coverage", "during=bearer-up"))["ok"]
    assert (await ask(door, "fault", "list"))["lines"] == [
        "  1  do=lose-coverage during=bearer-up  (has not struck, waits for its state)"
    ]
    await typed(modem, "AT+CNACT=1")
    for _ in range(200):
        if (await ask(door, "fault", "list"))["data"]["faults"][0]["struck"]:
            break
        await asyncio.sleep(0.01)
    assert (await ask(door, "status"))["data"]["states"] == ["on", "searching"]
    assert (await ask(door, "fault", "list"))["lines"] == [
        "  1  do=lose-coverage during=bearer-up  (struck once, goes on, spent)"
    ]


async def test_card_coverage_bearer_and_module_do_as_they_are_told(door: ControlSocket, modem: VirtualModem) -> None:
    for words, line, said in (
        (["card", "out"], "AT+CPIN?", "ERROR"),
        (["card", "in", "pin=4711"], "AT+CPIN?", "+CPIN: SIM PIN"),
        (["card", "out"], "AT+CPIN?", "ERROR"),
        (["card", "in"], "AT+CPIN?", "+CPIN: SIM PIN"),  # it is the same card
        (["card", "in", "pin="], "AT+CPIN?", "+CPIN: READY"),
        (["coverage", "off"], "AT+CEREG?", "+CEREG: 0,2"),
        (["coverage", "on"], "AT+CSQ", "+CSQ: "),
        (["drop-bearer"], "AT", "OK"),
        (["restart"], "AT+CPIN?", "+CPIN: READY"),
        (["power-on"], "AT", "OK"),
        (["mute", "0"], "AT", "OK"),
    ):
        assert (await ask(door, *words))["ok"], words
        await asyncio.sleep(0.01)
        assert said in await typed(modem, line), words
    assert (await ask(door, "fault", "list"))["lines"][0].startswith("  1  do=mute")


async def test_the_journal_is_shown_without_secrets(door: ControlSocket, modem: VirtualModem) -> None:
    await typed(modem, 'AT+CPIN="4711"')
    await typed(modem, "AT")
    answer = await ask(door, "journal", "2")
    assert len(answer["lines"]) == 2
    assert "4711" not in "".join(answer["lines"])
    assert json.loads(answer["lines"][1])["in"] == {"UartRx": {"data": "AT\r"}}


@pytest.mark.parametrize(
    ("words", "mistake"),
    [
        ([], "there is no verb; there are: status, "),
        (["statsu"], 'there is no verb "statsu"; did you mean "status"?'),
        (["reject-apn"], 'there is no verb "reject-apn"; it is a fault: fault add reject-apn …'),
        (["fault", "add", "drop", "while=on"], 'fault.while: there is no such key; did you mean "during"?'),
        (["fault", "add", "drop", "during=regsitered"], 'fault.during: "regsitered" is unknown; did you mean "regist'),
        (["status", "now"], '"now" is too much; write: status'),
        (["fault"], "these words do not fit; write: fault add KEY=VALUE … | list | clear [N]"),
        (["fault", "lst"], 'there is no "fault lst"; did you mean "list"?; write: '),
        (["fault", "add", "drop", "type"], 'fault.type: there is no "="; write KEY=VALUE'),
        (["fault", "add", "drop", "nth=1", "nth=2"], "fault.nth: it is said twice"),
        (["fault", "add", "do=dorp"], 'fault.do: "dorp" is unknown; did you mean "drop"?'),
        (["fault", "clear", "9"], "there is no fault 9; fault list shows those that there are"),
        (["fault", "clear", "x"], 'fault clear: "x" is not a whole number'),
        (["card", "away"], "these words do not fit; write: card out | in [pin=DIGITS]"),
        (["card", "in", "pin=1"], "pin: 1 digit is not right"),
        (["coverage", "maybe"], "these words do not fit; write: coverage off | on"),
        (["mute", "long"], 'lasting: "long" is not a number'),
        (["mute"], "these words do not fit; write: mute SECONDS"),
        (["journal", "0"], "journal: 0 is out of range"),
        (["journal", "1", "2"], "these words do not fit; write: journal [N]"),
        (["set"], "there is no key; write: set KEY=VALUE …"),
        (["restart", "now"], '"now" is too much; write: restart'),
    ],
)
async def test_wrong_words_are_answered_by_the_right_ones(door: ControlSocket, words: list[str], mistake: str) -> None:
    first, *_ = await refused(door, *words)
    assert first.startswith(mistake)


async def test_help_names_every_verb(door: ControlSocket) -> None:
    answer = await ask(door, "help")
    assert list(answer["data"]) == list(VERBS)
    assert len(answer["lines"]) == len(VERBS)


async def told(door: ControlSocket, data: bytes) -> list[dict[str, Any]]:
    """Send bytes as they are, and hang up; give the answers."""
    reader, writer = await asyncio.open_unix_connection(str(door.path))
    writer.write(data)
    writer.write_eof()
    answers = [json.loads(line) for line in (await reader.read()).splitlines()]
    writer.close()
    return answers


async def test_one_connection_carries_many_lines(door: ControlSocket) -> None:
    answers = await told(door, b'{"do": ["set", "signal=4"]}\n{"do": ["status"]}\n{"do": ["sta')
    assert [answer["ok"] for answer in answers] == [True, True]
    assert answers[1]["data"]["signal"] == 4


@pytest.mark.parametrize(
    "line",
    [b"rubbish", b"\xff\x00", b"[]", b'{"do": "status"}', b'{"do": [3]}', b"{}", b"[" * 30_000, b"1" * 5_000, b""],
)
async def test_what_is_no_order_is_refused_and_the_next_line_is_heard(door: ControlSocket, line: bytes) -> None:
    answers = await told(door, line + b'\n{"do": ["status"]}\n')
    assert [answer["ok"] for answer in answers] == [False, True]


async def test_a_line_without_end_is_refused_and_the_modem_lives(door: ControlSocket, modem: VirtualModem) -> None:
    (answer,) = await told(door, b"x" * (control.LONGEST_LINE + 10))
    assert answer["mistakes"] == [f"the line is longer than {control.LONGEST_LINE} bytes"]
    assert "OK" in await typed(modem, "AT")


async def test_a_client_that_says_nothing_is_hung_up_on(door: ControlSocket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control, "PATIENCE", 0.05)
    reader, writer = await asyncio.open_unix_connection(str(door.path))
    assert await asyncio.wait_for(reader.read(), 5) == b""
    writer.close()


async def test_no_more_than_a_few_clients_are_heard(door: ControlSocket) -> None:
    links = [await asyncio.open_unix_connection(str(door.path)) for _ in range(control.MOST_CLIENTS)]
    await asyncio.sleep(0.05)
    assert await refused(door, "status") == [f"{control.MOST_CLIENTS} clients are connected already"]
    for _, writer in links:
        writer.close()
    await asyncio.sleep(0.05)
    assert (await ask(door, "status"))["ok"]


async def test_a_client_that_hangs_does_not_keep_the_modem_from_ending(modem: VirtualModem, tmp_path: Path) -> None:
    door = ControlSocket(modem, tmp_path / "c")
    await door.open()
    reader, writer = await asyncio.open_unix_connection(str(door.path))
    await asyncio.sleep(0.05)
    door.close()
    assert await asyncio.wait_for(reader.read(), 5) == b""
    writer.close()


async def test_a_socket_that_was_left_behind_is_taken_over(modem: VirtualModem, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(tmp_path / "c"))
    door = ControlSocket(modem, tmp_path / "c")
    await door.open()
    assert (await ask(door, "status"))["ok"]
    door.close()


async def test_of_many_modems_that_find_a_socket_left_behind_one_has_it(modem: VirtualModem, tmp_path: Path) -> None:
    for _ in range(5):
        with socket.socket(socket.AF_UNIX) as dead:
            dead.bind(str(tmp_path / "c"))
        doors = [ControlSocket(modem, tmp_path / "c") for _ in range(6)]
        ends = await asyncio.gather(*(door.open() for door in doors), return_exceptions=True)
        won = [door for door, end in zip(doors, ends, strict=True) if end is None]
        assert len(won) == 1
        assert (await ask(won[0], "status"))["ok"]
        won[0].close()
        assert list(tmp_path.iterdir()) == []


async def test_a_folder_that_somebody_keeps_locked_is_not_waited_for_without_end(
    modem: VirtualModem, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(control, "_TURN", 0.1)
    folder = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_EX)
    try:
        with pytest.raises(PortError, match=f"another program keeps {tmp_path} locked"):
            await ControlSocket(modem, tmp_path / "c").open()
    finally:
        os.close(folder)


async def test_a_link_in_the_way_is_not_followed(modem: VirtualModem, tmp_path: Path) -> None:
    (tmp_path / "c").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(PortError, match="there is a file of that name, and it is no socket"):
        await ControlSocket(modem, tmp_path / "c").open()
    assert not (tmp_path / "elsewhere").exists()


async def test_a_dead_socket_that_cannot_be_removed_is_told_of(
    modem: VirtualModem, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(tmp_path / "c"))

    def forbid(path: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "unlink", forbid)
    with pytest.raises(PortError, match="left one behind that cannot be removed: Operation not permitted"):
        await ControlSocket(modem, tmp_path / "c").open()


async def test_a_client_tells_nothing_to_another_user(door: ControlSocket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 12_345)
    monkeypatch.setattr(control_client, "_CREDENTIALS", _Stranger())
    with pytest.raises(ControlError, match="is another user's, number 4711: nothing was told to it"):
        await ask(door, "card", "in", "pin=1234")


async def test_what_another_modem_listens_to_is_left_alone(door: ControlSocket, modem: VirtualModem) -> None:
    with pytest.raises(PortError, match="another modem listens to it"):
        await ControlSocket(modem, door.path).open()
    assert (await ask(door, "status"))["ok"]


async def test_a_file_in_the_way_is_left_alone(modem: VirtualModem, tmp_path: Path) -> None:
    (tmp_path / "c").write_text("mine")
    with pytest.raises(PortError, match="there is a file of that name, and it is no socket"):
        await ControlSocket(modem, tmp_path / "c").open()
    assert (tmp_path / "c").read_text() == "mine"


async def test_a_socket_that_another_put_in_its_place_is_left_alone(modem: VirtualModem, tmp_path: Path) -> None:
    door = ControlSocket(modem, tmp_path / "c")
    await door.open()
    (tmp_path / "c").unlink()
    (tmp_path / "c").write_text("another's")
    door.close()
    assert (tmp_path / "c").read_text() == "another's"


async def test_a_folder_that_others_may_write_to_is_refused(modem: VirtualModem, tmp_path: Path) -> None:
    folder = tmp_path / "open"
    folder.mkdir()
    folder.chmod(0o777)
    with pytest.raises(PortError, match=f"others may write to {folder}; take a folder of your own"):
        await ControlSocket(modem, folder / "c").open()


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("x" * 120, r"its name has \d+ bytes, and that of a socket at most 107; take a shorter"),
        ("gone/c", "the folder .* No such file or directory"),
    ],
)
async def test_an_address_that_cannot_be_is_refused_in_words(
    modem: VirtualModem, tmp_path: Path, name: str, why: str
) -> None:
    with pytest.raises(PortError, match=why):
        await ControlSocket(modem, tmp_path / name).open()


def test_a_client_hears_why_nobody_answers(tmp_path: Path) -> None:
    with pytest.raises(ControlError, match=f"there is no {tmp_path}/c: start a modem with --control {tmp_path}/c"):
        tell(f"{tmp_path}/c", ["status"])
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(f"{tmp_path}/c")
    with pytest.raises(ControlError, match=r"nobody listens to .*: the modem that made it has ended"):
        tell(f"{tmp_path}/c", ["status"])
    with socket.socket(socket.AF_UNIX) as mute:
        mute.bind(f"{tmp_path}/m")
        mute.listen(1)
        with pytest.raises(ControlError, match=r"does not answer within 0\.1 s"):
            tell(f"{tmp_path}/m", ["status"], within=0.1)


def test_a_client_is_told_that_a_file_is_no_socket(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("")
    for place in (tmp_path, tmp_path / "f"):
        with pytest.raises(ControlError, match=f"{place} is no socket: name what modemtwin modem --control made"):
            tell(str(place), ["status"])


async def test_a_client_is_not_led_astray_by_another_kind_of_server(tmp_path: Path) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(b"220 hello\n")
        writer.close()

    server = await asyncio.start_unix_server(talk, tmp_path / "s")
    with pytest.raises(ControlError, match="gives no answer of a modem's control socket"):
        await asyncio.to_thread(tell, f"{tmp_path}/s", ["status"])
    server.close()
