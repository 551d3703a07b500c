"""Whatever is typed, in pieces of whatever size: the journal replays, and holds no PIN and no password."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from modemtwin.modem.doors import BearerOpen, Struck, UartRx, UartTx
from modemtwin.world.journal.journal import parse_journal
from modemtwin.world.journal.redactor import INEXACT
from modemtwin.world.journal.replay import replay
from tests.unit.world.dialogue import Dialogue

PINS = st.sampled_from(["7391", "8264", "95173", "75395146", "73X"])
PASSWORDS = st.text("Zz§", min_size=2, max_size=6) | st.sampled_from(['Z\\"§', "Z,§", "Z;§", "739", "8264", "Z \\41§"])
HARMLESS = st.sampled_from(
    [
        "AT",
        "ATE0",
        "ATE1",
        "ATV0",
        "AT+CMEE=2",
        "AT+CPIN?",
        "AT+CNCFG?",
        "AT+CNACT=1",
        "AT+CNACT=0",
        "AT+CFUN=0",
        "AT+CFUN=1",
        "AT+CSQ;+CNCFG?",
        "A/",
        "AT+CCOAPINIT",
        "garbage",
        "AT+CNCFG=?;E1",
    ]
)
SECRETIVE = (
    st.builds("AT+CPIN={}".format, PINS)
    | st.builds('at+cpin="{}"'.format, PINS)
    | st.builds("AT+CPIN={},{}".format, PINS, PINS)
    | st.builds("AT+CSQ;+CPIN={};+CSQ".format, PINS)
    | st.builds('AT+CNCFG=1,"ctnb","cdma","{}"'.format, PASSWORDS)
    | st.builds('AT+CNCFG=1,"ctnb","cdma","{}",2;+CNCFG?'.format, PASSWORDS)
    | st.builds("AT+CNCFG=1,ctnb,cdma,{}".format, PASSWORDS.filter(lambda password: ";" not in password))
    | st.builds('AT+CNCFG=1,"ctnb","cdma","{}'.format, PASSWORDS)
    | st.builds("AT+CPIN={}\b\b{}".format, PINS, PINS)
)
LINES = st.lists(st.tuples(HARMLESS | SECRETIVE, st.sampled_from(["\r", "\r\n", "\n\r\n"])), max_size=8)


@given(LINES, st.integers(1, 40), st.sampled_from(["", "7391"]), st.sampled_from([0.0, 0.2, 3.0]))
def test_a_journal_replays_and_tells_no_secret(
    lines: list[tuple[str, str]], chunk: int, pin: str, pause: float
) -> None:
    dialogue = Dialogue(f"card.pin={pin}", "card.puk=75395146")
    for line, end in lines:
        dialogue.type(line + end, chunk)
        dialogue.pass_time(pause)
    assert dialogue.station.journal is not None
    dialogue.station.journal.close()
    text = dialogue.written
    assert replay(text) is None
    assert text == dialogue.station.journal.text()
    told = spoken(text)
    for secret in ("7391", "8264", "5173", "5395", "Z", "z", "§"):
        assert secret not in told


@given(st.lists(st.binary(max_size=30), max_size=12))
def test_a_journal_of_any_bytes_replays(pieces: list[bytes]) -> None:
    dialogue = Dialogue()
    for piece in pieces:
        dialogue.handle(UartRx(piece))
        dialogue.pass_time(0.1)
    assert dialogue.station.journal is not None
    dialogue.station.journal.close()
    assert replay(dialogue.written) is None


@given(
    st.lists(HARMLESS | SECRETIVE, min_size=1, max_size=6),
    st.lists(st.tuples(st.integers(0, 300), st.integers(0, 7)), min_size=1, max_size=4),
    st.integers(1, 40),
)
def test_a_journal_of_garbled_lines_replays_or_says_beforehand_that_it_may_not(
    lines: list[str], flips: list[tuple[int, int]], chunk: int
) -> None:
    typed = bytearray("".join(f"{line}\r" for line in [*lines, "AT"]).encode("latin-1"))
    for place, bit in flips:
        typed[place % len(typed)] ^= 1 << bit
    dialogue = Dialogue("card.pin=7391", "card.puk=75395146")
    for start in range(0, len(typed), chunk):
        dialogue.handle(UartRx(bytes(typed[start : start + chunk])))
        dialogue.pass_time(0.1)
    assert dialogue.station.journal is not None
    dialogue.station.journal.close()
    _, entries = parse_journal(dialogue.written)
    noted = [number for number, entry in enumerate(entries, 1) if entry.stimulus == Struck(INEXACT)]
    parting = replay(dialogue.written)
    assert parting is None or (noted and noted[0] < parting.entry), parting


@given(LINES)
def test_a_line_that_is_not_garbled_is_never_said_to_be(lines: list[tuple[str, str]]) -> None:
    dialogue = Dialogue("card.pin=7391")
    for line, end in lines:
        dialogue.type(line + end, 40)
    assert dialogue.station.journal is not None
    dialogue.station.journal.close()
    assert INEXACT not in dialogue.written


def spoken(text: str) -> str:
    """All that TE and modem said, and the passwords that went to the cell."""
    _, entries = parse_journal(text)
    effects = [effect for entry in entries for effect in entry.effects]
    said = b"".join(entry.stimulus.data for entry in entries if isinstance(entry.stimulus, UartRx))
    said += b"".join(effect.data for effect in effects if isinstance(effect, UartTx))
    return said.decode("latin-1") + "".join(e.password for e in effects if isinstance(e, BearerOpen))
