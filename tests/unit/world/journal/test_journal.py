"""The journal: what it keeps, what it shows, and that it replays."""

from __future__ import annotations

import json

import pytest

from modemtwin.modem.doors import (
    BearerOpen,
    Card,
    CardRemoved,
    DatagramTx,
    Effect,
    Note,
    Refused,
    Secret,
    Stimulus,
    Struck,
    Tick,
    UartRx,
    UartTx,
)
from modemtwin.world.journal.journal import Entry, Header, Journal, JournalWriter, parse_journal
from modemtwin.world.journal.redactor import INEXACT
from modemtwin.world.journal.replay import replay, replay_entries
from modemtwin.world.world import World
from tests.unit.world.dialogue import Dialogue
from tests.unit.world.far_end import FarEnd


def spoken(text: str) -> str:
    """All that TE and modem said in a journal, and the passwords that went to the cell."""
    _, entries = parse_journal(text)
    effects = [effect for entry in entries for effect in entry.effects]
    typed = b"".join(entry.stimulus.data for entry in entries if isinstance(entry.stimulus, UartRx))
    written = b"".join(effect.data for effect in effects if isinstance(effect, UartTx))
    other = "".join(effect.password for effect in effects if isinstance(effect, BearerOpen))
    reasons = "".join(effect.command + effect.reason for effect in effects if isinstance(effect, Refused))
    return typed.decode("latin-1") + written.decode("latin-1") + other + reasons


class Parrot:
    """A modem that says what it hears, and something else at the third time when it is told to."""

    def __init__(self, third: bytes | None = None) -> None:
        self._third = third
        self._count = 0

    def handle(self, stimulus: Stimulus, now: int) -> list[Effect]:
        self._count += 1
        if self._count == 3 and self._third is not None:
            return [UartTx(self._third)]
        return [UartTx(stimulus.data)] if isinstance(stimulus, UartRx) else []

    def next_timer(self) -> int | None:
        return None


def parroted(*said: bytes) -> str:
    lines: list[str] = []
    writer = JournalWriter(Header(), lines.append)
    for at, data in enumerate(said):
        writer.record(at, UartRx(data), (UartTx(data),))
    writer.close()
    return "".join(lines)


def test_it_is_a_header_and_one_line_for_each_call() -> None:
    lines: list[str] = []
    header = Header("sim7080", {"Q-RECV-NAME": "rcv"}, None, {"ipr": 9600}, 7)
    JournalWriter(header, lines.append).record(1500, UartRx(b"AT\r"), (UartTx(b"AT\r\r\nOK\r\n"), Note("x")))
    assert [json.loads(line) for line in lines] == [
        {
            "modemtwin": "journal",
            "version": 1,
            "profile": "sim7080",
            "overrides": {"Q-RECV-NAME": "rcv"},
            "card": None,
            "saved": {"ipr": 9600},
            "seed": 7,
            "lost": 0,
        },
        {
            "now": 1500,
            "in": {"UartRx": {"data": "AT\r"}},
            "out": [{"UartTx": {"data": "AT\r\r\nOK\r\n"}}, {"Note": {"text": "x"}}],
        },
    ]
    assert all(line.endswith("\n") and line.count("\n") == 1 for line in lines)


def test_it_is_read_back() -> None:
    text = parroted(b"AT\r", b"ATI\r")
    header, entries = parse_journal(text)
    assert header == Header(card=Card(puk=Secret("00000000")))
    assert entries == [
        Entry(0, UartRx(b"AT\r"), (UartTx(b"AT\r"),)),
        Entry(1, UartRx(b"ATI\r"), (UartTx(b"ATI\r"),)),
    ]


def test_half_a_line_at_the_end_is_left_out() -> None:
    text = parroted(b"AT\r", b"ATI\r")
    assert len(parse_journal(text[:-5])[1]) == 1


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda text: "", "it is empty; a journal begins with a header"),
        (lambda text: "hello\n", "line 1: this is not JSON"),
        (lambda text: "{}\n", "line 1: there is no header; this is not a journal of modemtwin"),
        (
            lambda text: text.replace('"version": 1', '"version": 2'),
            "line 1: the journal is of version 2; this program reads",
        ),
        (lambda text: text.replace('"version": 1', '"version": "1"'), 'line 1: the journal is of version "1"; this'),
        (lambda text: text.replace('"card": ', '"cards": '), "line 1: card is missing or of another type"),
        (lambda text: text.replace('"seed": 0', '"seed": "x"'), "line 1: seed is missing or of another type"),
        (lambda text: text.replace("sim7000", "sim9000"), "line 1: there is no profile 'sim9000'"),
        (lambda text: text.replace('"puk"', '"pux"'), "line 1: Card has the fields"),
        (lambda text: text.replace('"ATI', "ATI"), "line 3: this is not JSON"),
        (lambda text: text.replace("UartTx", "UartQx", 1), 'line 2: there is no stimulus or effect "UartQx"'),
        (lambda text: text * 2, "line 4: another journal begins here; each is a file of its own"),
        (lambda text: text.replace('"now": 1,', ""), r"line 3: an entry has now \(whole microseconds\), in and out"),
        (lambda text: text.replace('"now": 1,', '"now": 1.5,'), r"line 3: an entry has now \(whole microseconds\)"),
        (lambda text: text + "[]\n", "line 4: this is not a JSON object"),
        (lambda text: text + "[" * 100_000 + "\n", "line 4: this is not JSON: maximum recursion depth"),
        (lambda text: text + "1" * 5_000 + "\n", "line 4: this is not JSON: Exceeds the limit"),
        (lambda text: text.replace('"now": 0', '"now": 2'), "line 3: its time, 1, is before that of the line above, 2"),
    ],
)
def test_what_is_wrong_with_a_journal_is_told_with_its_line(spoil: object, why: str) -> None:
    assert callable(spoil)
    with pytest.raises(ValueError, match=why):
        parse_journal(spoil(parroted(b"AT\r", b"ATI\r")))


def test_who_watches_gets_the_entries_as_they_are_told_without_secrets() -> None:
    watched: list[Entry] = []
    dialogue = Dialogue("card.pin=1234", wait=0.0)
    journal = Journal(dialogue.station.journal.header if dialogue.station.journal else Header(), watch=watched.append)
    journal.record(1, UartRx(b'AT+CPIN="12'), ())
    assert watched == [], "a line that is half typed is held back"
    journal.record(2, UartRx(b'34"\r'), (UartTx(b"\r\nOK\r\n"),))
    assert [entry.stimulus for entry in watched] == [UartRx(b'AT+CPIN="00'), UartRx(b'00"\r')]
    journal.record(3, UartRx(b"AT"), ())
    journal.close()
    assert watched[-1] == Entry(3, UartRx(b"AT"), ())


def test_a_replay_tells_what_the_modem_does_now_up_to_where_it_parts() -> None:
    watched: list[Entry] = []
    replay(parroted(b"AT\r", b"ATI\r", b"AT\r", b"AT\r"), lambda header: Parrot(b"OK\r"), watch=watched.append)
    assert [entry.effects for entry in watched] == [(UartTx(b"AT\r"),), (UartTx(b"ATI\r"),), (UartTx(b"OK\r"),)]


class Broken(Parrot):
    """A modem that fails itself."""

    def handle(self, stimulus: Stimulus, now: int) -> list[Effect]:
        raise RuntimeError("oh")


def test_a_modem_that_fails_itself_parts_there() -> None:
    parting = replay(parroted(b"AT\r", b"AT\r"), lambda header: Broken())
    assert parting is not None
    assert parting.entry == 1
    assert parting.replayed == '{"Note": {"text": "the modem itself failed: RuntimeError: oh"}}'


def test_a_replay_that_agrees_has_nothing_to_say() -> None:
    assert replay(parroted(b"AT\r", b"ATI\r", b"AT\r"), lambda header: Parrot()) is None


def test_a_replay_says_where_it_parts() -> None:
    parting = replay(parroted(b"AT\r", b"ATI\r", b"AT\r"), lambda header: Parrot(b"OK\r"))
    assert str(parting) == (
        'entry 3, at 0.000002 s, {"UartRx": {"data": "AT\\r"}}:\n'
        '  the journal has {"UartTx": {"data": "AT\\r"}}\n'
        '  the replay has  {"UartTx": {"data": "OK\\r"}}'
    )


def test_a_replay_that_says_less_parts_too() -> None:
    parting = replay(parroted(b"AT\r", b"ATI\r", b"AT\r"), lambda header: Parrot(b""))
    assert parting is not None
    assert parting.entry == 3


class TestMemory:
    """The bounded ring."""

    def test_it_keeps_the_last_entries(self) -> None:
        journal = Journal(Header(), 2)
        for at in range(5):
            journal.record(at, UartRx(b"AT\r"), ())
        assert [entry.now for entry in journal.entries()] == [3, 4]
        assert repr(journal) == "<Journal: 2 entries of 5>"

    def test_one_that_has_lost_its_beginning_is_not_replayed(self) -> None:
        journal = Journal(Header(), 1)
        for at in range(3):
            journal.record(at, UartRx(b"AT\r"), (UartTx(b"AT\r"),))
        with pytest.raises(ValueError, match="the first 2 entries of this journal are lost"):
            replay(journal.text(), lambda header: Parrot())

    def test_a_line_that_was_cut_is_hidden_whole(self) -> None:
        journal = Journal(Header(), 3)
        for at, data in enumerate([b"AT+CPI", b"N=47", b"11\r", b"AT+CSQ\r"]):
            journal.record(at, UartRx(data), (UartTx(data),))
        hidden = [(b"****",), (b"**\r",), (b"AT+CSQ\r",)]
        assert [(entry.stimulus, entry.effects) for entry in journal.entries()] == [
            (UartRx(data), (UartTx(data),)) for (data,) in hidden
        ]

    def test_the_text_of_the_ring_is_that_of_the_file(self) -> None:
        dialogue = Dialogue("card.pin=4711")
        dialogue.type("AT+CPIN=4711\rAT+CSQ\r")
        assert dialogue.station.journal is not None
        assert dialogue.station.journal.text() == dialogue.written


class TestSecrets:
    """No password and no PIN is in any journal, and yet it replays."""

    @pytest.mark.parametrize("chunk", [1, 2, 3, 7, 1000])
    def test_pins_and_puks_in_pieces_of_any_size(self, chunk: int) -> None:
        dialogue = Dialogue("card.pin=4711", "card.puk=87654321", "cell.registration_delay=0")
        dialogue.type('AT+CMEE=2\rAT+CPIN=9999\rAT+CPIN="9998"\rat+cpin = 0815\rAT+CPIN?\r', chunk)
        dialogue.type("AT+CPIN=76543210,5678\rAT+CPIN=876543219\b,567X\b8\r\nAT+CPIN?;+CSQ\r", chunk)
        assert "+CPIN: READY" in dialogue.said("AT+CPIN?\r")
        text = dialogue.written
        for secret in ("4711", "9999", "9998", "0815", "8765", "5678", "567X", "7654"):
            assert secret not in spoken(text)
        assert replay(text) is None

    def test_the_right_pin_opens_the_card_in_the_replay_too(self) -> None:
        dialogue = Dialogue("card.pin=4711")
        dialogue.type("AT+CPIN=1111\rAT+CPIN=4711\r", 1)
        _, entries = parse_journal(dialogue.written)
        assert parse_journal(dialogue.written)[0].card == Card(pin=Secret("0000"), puk=Secret("00000000"))
        typed = b"".join(entry.stimulus.data for entry in entries if isinstance(entry.stimulus, UartRx))
        assert typed == b"AT+CPIN=0001\rAT+CPIN=0000\r"
        assert replay(dialogue.written) is None

    @pytest.mark.parametrize("chunk", [1, 4, 1000])
    @pytest.mark.parametrize("password", ["1234", "geheim", "ge,he;im", 'ge\\"heim', "ge\\\\heim", "h=?x"])
    def test_a_password_its_echo_and_its_read_back(self, password: str, chunk: int) -> None:
        dialogue = Dialogue()
        dialogue.type(f'AT+CNCFG=1,"ctnb","cdma","{password}",2;+CSQ\rAT+CNCFG?\rA/AT+CNACT=1\r', chunk)
        dialogue.pass_time(2)
        text = dialogue.written
        assert "+APP PDP: ACTIVE" in text
        for piece in ("1234", "geheim", "heim", "im", "ge,", "h=?"):
            assert piece not in spoken(text)
        assert replay(text) is None

    def test_a_half_typed_line_is_written_without_its_secret_when_the_journal_is_closed(self) -> None:
        dialogue = Dialogue("card.pin=4711")
        dialogue.type("AT+CPIN=47", 1)
        assert "CPIN" not in dialogue.written.replace('"AT"', "")
        assert dialogue.station.journal is not None
        dialogue.station.journal.close()
        assert spoken(dialogue.written) == "AT+CPIN=00AT+CPIN=00"

    def test_a_card_that_slides_in_shows_no_pin(self) -> None:
        dialogue = Dialogue()
        dialogue.station.remove_card(dialogue.now)
        dialogue.station.insert_card(Card(pin=Secret("4711"), puk=Secret("87654321")), dialogue.now)
        dialogue.type("AT+CPIN=4711\r", 1)
        assert "4711" not in dialogue.written
        assert "87654321" not in dialogue.written
        assert replay(dialogue.written) is None

    def test_saved_passwords_are_not_in_the_header(self) -> None:
        lines: list[str] = []
        saved = {"sapbr": {"PWD": "geheim", "APN": "ctnb"}, "list": [Secret("geheim")]}
        JournalWriter(Header(saved=saved), lines.append)
        assert json.loads(lines[0])["saved"] == {"sapbr": {"PWD": "******", "APN": "ctnb"}, "list": ["******"]}

    def test_no_way_to_see_a_journal_shows_them(self) -> None:
        dialogue = Dialogue("card.pin=4711")
        dialogue.type("AT+CPIN=4711\r")
        journal = dialogue.station.journal
        assert journal is not None
        ways = [repr(journal), str(journal), repr(journal.entries()), journal.text(), repr(journal.header)]
        assert [way for way in ways if "4711" in way] == []


def test_a_replay_parts_where_a_timer_was_due_and_the_journal_has_nothing() -> None:
    conversation = FarEnd(lost=[1])
    conversation.ask("code,1")
    written = conversation.written
    assert replay(written) is None
    _, entries = parse_journal(written)
    _, again = [entry for entry in entries if any(isinstance(effect, DatagramTx) for effect in entry.effects)]
    later = written.replace(f'"now": {again.now}, "in": {{"Tick"', f'"now": {again.now + 1}, "in": {{"Tick"')
    parting = replay(later)
    assert parting is not None
    assert (parting.now, parting.replayed) == (
        again.now + 1,
        '{"Note": {"text": "a timer was due 0.000001 s before this, and the journal has nothing there"}}',
    )


def test_a_machine_that_was_late_a_little_replays() -> None:
    conversation = FarEnd(lost=[1])
    conversation.ask("code,1")
    header, entries = parse_journal(conversation.written)
    begin = 1_000_000_000
    ticked = [entry for entry in entries if isinstance(entry.stimulus, Tick)]
    late = [
        entry._replace(now=begin + entry.now + (4_000_000 if entry is ticked[-1] else 0))
        for entry in entries
        if entry.now <= ticked[-1].now
    ]
    assert replay_entries(header, late) is None


def test_empty_lines_are_an_editors_and_no_entries() -> None:
    written = FarEnd().written
    assert parse_journal(written + "\n\n") == parse_journal(written)


@pytest.mark.parametrize("line", ["AT+IFC=AT+CPIN=7391", "ATD1\x8dAT+CPIN=7391", 'AT+CEDRXS=1,5,"AT+CPIN=7391"'])
def test_two_lines_that_have_grown_together_leave_no_secret_in_a_reason(line: str) -> None:
    modem = World(1).add_modem(settings=["card.pin=7391"])
    modem.to_modem(line.encode("latin-1") + b"\r")
    text = modem.journal.text()
    assert "7391" not in text
    assert replay(text) is None


def test_a_garbled_line_with_a_secret_is_announced_before_a_replay_parts() -> None:
    modem = World(1).add_modem(settings=["card.pin=7391"])
    modem.to_modem(b'AT+CPIN?"7391"\r')
    text = modem.journal.text()
    assert "7391" not in text
    parting = replay(text)
    assert parting is not None
    _, entries = parse_journal(text)
    assert entries[parting.entry - 2].stimulus == Struck(INEXACT)
    assert entries[parting.entry - 2].effects == (Note(INEXACT),)


def test_what_is_hidden_in_a_command_is_not_in_the_reason_of_its_refusal_either() -> None:
    dialogue = Dialogue()
    dialogue.type('AT+CCOAPREAD="a\\"b"\r')  # where fields stand is a matter of opinion: all of them are hidden
    assert dialogue.station.journal is not None
    assert dialogue.station.journal.entries()[-1].effects[1] == Refused(
        "AT+CCOAPREAD=******", 794, "<mid> must be a number 0–65535"
    )
    assert replay(dialogue.written) is None


def test_the_echo_of_a_pin_that_a_urc_parts_is_hidden() -> None:
    dialogue = Dialogue("card.pin=7391")
    dialogue.type("AT+CPIN=73")
    dialogue.handle(CardRemoved())
    dialogue.pass_time(2)  # no URC waits longer for the rest of a line
    assert dialogue.said("91\r").startswith("91\r")
    assert '"91' not in dialogue.written
    assert replay(dialogue.written) is None
