"""What is kept of an encounter."""

from __future__ import annotations

from modemtwin.modem import profile as profiles
from modemtwin.world.conformance.dialogue import read_dialogues
from modemtwin.world.conformance.exchange import Exchange, Identity
from modemtwin.world.conformance.manners import Addressing
from modemtwin.world.conformance.programme import Outcome
from modemtwin.world.conformance.record import profile_text, transcript_text
from modemtwin.world.conformance.verdict import Finding


def test_a_profile_has_the_facts_the_choices_and_why_others_are_not_known() -> None:
    outcome = Outcome(
        Identity({"model": "SIMCOM_SIM7080", "revision": 'Revision:"odd"\\B16'}),
        facts={"queue_length": 4},
        findings=[Finding("Q-HEAD-FIELDS", "21"), Finding("Q-CNACT-READ", None, "the answers\nare alike")],
        untold={"Q-TIMEOUT": "it takes minutes"},
    )
    text = profile_text(outcome)
    assert text.splitlines()[1:] == [
        'base = "sim7080"',
        'title = "SIMCOM_SIM7080 \\"odd\\"\\\\B16, as modemtwin conform found it"',
        "",
        'model = "SIMCOM_SIM7080"',
        'revision = "Revision:\\"odd\\"\\\\B16"',
        "queue-length = 4",
        "",
        "[quirks]",
        'Q-HEAD-FIELDS = "21"',
        "# Q-CNACT-READ is not known: the answers are alike",
        "# Q-TIMEOUT is not known: it takes minutes",
    ]
    base, changes = profiles.overlay(text)
    assert base == "sim7080"
    assert (changes["queue_length"], changes["Q-HEAD-FIELDS"]) == (4, "21")
    assert changes["revision"] == 'Revision:"odd"\\B16'


def test_odd_bytes_of_a_module_make_no_odd_profile() -> None:
    outcome = Outcome(Identity({"model": "\x7fSIM\x00\xff7000"}))
    assert profiles.overlay(profile_text(outcome))[1]["model"] == "\x7fSIM\x00\xff7000"


def test_a_transcript_names_no_server_and_writes_odd_bytes_so_that_they_can_be_read_back() -> None:
    (dialogue,) = read_dialogues("one", '! ready\n> AT+CCOAPURL="coap://192.0.2.1"\n... 8 s\n> AT+CCOAPREAD=1\n')
    odd = b"+CCOAPREAD: 9,a\r\nOK\x00\xff\\x"
    exchanges = [
        Exchange(2, b'AT+CCOAPURL="coap://my.example:5700"', (b"OK",), (b"+CCOAPRECV: 1,2,3",)),
        Exchange(4, b"AT+CCOAPREAD=1", (odd, b"OK")),
    ]
    addressing = Addressing(server="coap://my.example:5700", mute="coap://my.example:9")
    text = transcript_text("What it said", [(dialogue, exchanges)], addressing)
    assert text.splitlines()[3:] == [
        "! afresh one",
        "! ready",
        '> AT+CCOAPURL="coap://192.0.2.1"',
        "< OK",
        "... 8 s",
        "< +CCOAPRECV: 1,2,3",
        "> AT+CCOAPREAD=1",
        "< +CCOAPREAD: 9,a\\x0d\\x0aOK\\x00\\xff\\x5cx",
        "< OK",
    ]
    (again,) = read_dialogues("again", text)
    assert [line.written for line in again.lines] == [(b"OK", b"+CCOAPRECV: 1,2,3"), (odd, b"OK")]
    assert again.lines[0].wait == dialogue.lines[0].wait
