"""Faults that know CoAP and AT, in a world: what the modem, its TE and its server make of them."""

from __future__ import annotations

import pytest

from modemtwin import faults
from modemtwin.clockwork import MICROSECONDS
from modemtwin.coap.message import Message, decode
from modemtwin.coap.numbers import ACK, RST
from modemtwin.modem.doors import (
    Card,
    DatagramRx,
    DatagramTx,
    Effect,
    Note,
    Refused,
    Restarted,
    Secret,
    Struck,
    UartTx,
)
from modemtwin.world.fault.fault import Fault
from modemtwin.world.fault.table import ACTS
from modemtwin.world.journal.minimise import minimise
from modemtwin.world.journal.replay import replay
from modemtwin.world.mobile import Mobile
from modemtwin.world.net.fate import Lost
from modemtwin.world.net.fate import told as told_of
from modemtwin.world.story.narrator import stories
from modemtwin.world.te.te import Await, Program, Te, Type
from modemtwin.world.world import World
from tests.world.plays import exchange, exchanges, online, trying


def a_world(*struck_by: Fault, count: int = 3, pause: float = 1.0, seed: int = 1) -> tuple[World, Mobile]:
    """Let a modem do some exchanges with a server that is 150 ms away, under faults."""
    world = World(seed)
    world.add_server()
    modem = world.add_modem(path={"delay": 0.15}, faults=struck_by, program=exchanges(count, pause))
    world.run_until(lambda: modem.te.is_done, within=1_000)
    return world, modem


def told(modem: Mobile) -> list[str]:
    """List what the journal says of faults, each with its time in seconds."""
    found = []
    for now, stimulus, _ in modem.journal.entries():
        if isinstance(stimulus, Struck):
            found.append(f"{now / MICROSECONDS:.3f} {stimulus.text}")
        if isinstance(stimulus, Restarted):
            found.append(f"{now / MICROSECONDS:.3f} {stimulus.reason}")
    return found


def sent(modem: Mobile) -> list[tuple[float, Message]]:
    """List the messages that left the modem itself, with their times."""
    return [
        (now / MICROSECONDS, message)
        for now, _, effects in modem.journal.entries()
        for effect in effects
        if isinstance(effect, DatagramTx) and isinstance(message := decode(effect.data), Message)
    ]


def heard(modem: Mobile) -> list[tuple[float, Message]]:
    """List the messages that the modem got, with their times."""
    return [
        (now / MICROSECONDS, message)
        for now, stimulus, _ in modem.journal.entries()
        if isinstance(stimulus, DatagramRx) and isinstance(message := decode(stimulus.data), Message)
    ]


def said(modem: Mobile, line: str) -> list[str]:
    """List what the modem answers, without the echo."""
    return [each for each in modem.type_(line).lines if not each.startswith(line)]


# ── datagrams ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_second_ack_is_lost_and_the_second_request_is_sent_twice() -> None:
    _, modem = a_world(faults.drop(type="ACK", nth=2))
    assert modem.te.result == ["answered"] * 3
    struck = 'fault "do=drop type=ACK nth=2"'
    assert told(modem) == [f"2.590 mid 2: {struck}: the ACK with 2.05 Content to the modem is lost"]
    assert [message.mid for _, message in sent(modem)] == [1, 2, 2, 3]


def test_the_story_of_a_message_tells_of_the_fault_that_struck_it() -> None:
    _, modem = a_world(faults.drop(type="ACK", nth=2))
    story = next(each for each in stories(modem.journal.entries()) if each.mid == 2)
    assert [step.sentence for step in story.steps if "fault" in step.sentence] == [
        'At 2.590 s fault "do=drop type=ACK nth=2" struck: the ACK with 2.05 Content to the modem is lost.'
    ]


def test_every_content_comes_five_seconds_late_after_a_retransmission_has_brought_another() -> None:
    _, modem = a_world(faults.delay(code="2.05", by=5.0), count=1)
    (sent_at, _), *_ = sent(modem)
    (heard_at, answer), *_ = heard(modem)
    assert (answer.type, round(heard_at - sent_at, 3)) == (ACK, 5.3)
    assert [message.mid for _, message in sent(modem)] == [1, 1]
    assert modem.te.result == ["answered"]


def test_what_is_delayed_is_overtaken() -> None:
    _, modem = a_world(faults.delay(code="2.05", by=2.5, nth=1), count=2)
    assert [message.mid for _, message in heard(modem)] == [1, 1, 2]  # the answer to the retransmission is first


def observing(te: Te) -> Program:
    """Observe a resource, and read everything that comes for half a minute."""
    yield from online()
    assert (yield Type('AT+CCOAPPARA=code,1,token,0,"ab",uri-path,0,"obs",observe,0')).ok
    assert (yield Type("AT+CCOAPACTION")).ok
    mids: list[str] = []
    while (line := (yield Await("+CCOAPRECV: ", within=12))) is not None and len(mids) < 5:
        mids.append(line[12 : line.index(",")])
        yield Type(f"AT+CCOAPREAD={mids[-1]}")
    return mids


def test_what_is_delayed_until_the_socket_is_closed_is_lost() -> None:
    def program(te: Te) -> Program:
        yield from online()
        yield Type("AT+CCOAPACTION")
        yield Type("AT+CCOAPTERM")

    world = World()
    world.add_server()
    world.add_modem(faults=[faults.delay(direction="out", by=5.0)], program=program)
    world.run_for(10)
    assert [told_of(fate).partition(" lost: ")[2] for fate in world.fates] == ["the socket of m1 is closed by now"]


def test_the_third_notification_comes_twice_and_the_te_hears_of_it_once() -> None:
    world = World(3)
    world.add_server()
    twice = faults.duplicate(direction="in", option="Observe", nth=3)
    modem = world.add_modem(path={"delay": 0.15}, faults=[twice], program=observing)
    world.run_until(lambda: modem.te.is_done, within=300)
    observed = [message.mid for _, message in heard(modem) if message.first(6) is not None]
    assert observed[2] == observed[3]
    assert len(set(observed)) == len(observed) - 1
    assert len(set(modem.te.result)) == len(modem.te.result) >= 4


def test_the_path_answers_a_con_with_rst_and_the_server_never_sees_it() -> None:
    world, modem = a_world(faults.answer(reply="RST", type="CON", direction="out", nth=1), count=2)
    assert heard(modem)[0] == (0.99, Message(RST, 0, 1))
    assert [(decode(fate.data)[2], type(fate.outcome)) for fate in world.fates if fate.direction == "up"] == [
        (1, Lost),
        (2, tuple),
    ]
    assert modem.te.result == ["answered", "answered"]  # an RST is queued as a packet (COAP-AN §3.4)


def test_what_faults_lose_on_either_way_is_told_with_the_fates_of_datagrams() -> None:
    world, _ = a_world(faults.drop(direction="out", nth=1), faults.drop(code="2.05", nth=1), count=1)
    lost = [told_of(fate) for fate in world.fates if isinstance(fate.outcome, Lost)]
    assert [line.split(" ", 6)[1:6] for line in lost] == [
        ["m1", "up", "10.0.0.16:49152", ">", "192.0.2.1:5683"],
        ["m1", "down", "192.0.2.1:5683", ">", "10.0.0.16:49152"],
    ]
    assert [line.split(" ", 7)[7] for line in lost] == [
        'lost: fault "do=drop direction=out nth=1"',
        'lost: fault "do=drop code=2.05 nth=1"',
    ]


def test_the_path_answers_a_request_with_a_code_and_its_token() -> None:
    world = World(1)
    world.add_server()

    def program(te: Te) -> Program:
        yield from online()
        return (yield from exchange('AT+CCOAPPARA=code,1,token,0,"beef",uri-path,0,"time"'))

    modem = world.add_modem(faults=[faults.answer(reply="5.03", path="/time")], program=program)
    world.run_until(lambda: modem.te.is_done, within=100)
    assert [message for _, message in heard(modem)] == [Message(ACK, 0xA3, 1, sent(modem)[0][1].token)]


def test_what_a_peer_asks_the_modem_can_be_answered_for_it() -> None:
    world, modem = a_world()
    modem.arm(faults.answer(reply="RST", direction="in", code="request"))
    asked = bytes.fromhex("40014d2ab474657374")
    before = len(heard(modem))
    modem.feed(DatagramRx(("192.0.2.1", 5683), asked))
    assert len(heard(modem)) == before
    assert world.fates[-1].data == bytes.fromhex("70004d2a")


@pytest.mark.parametrize(
    ("field", "first", "last"),
    [("version", 0, 1), ("type", 0, 1), ("code", 1, 2), ("mid", 2, 4), ("payload", -20, None)],
)
def test_one_bit_of_a_field_is_turned_over(field: str, first: int, last: int | None) -> None:
    world, modem = a_world(faults.corrupt(field=field, code="2.05", nth=1), count=1)
    came = next(stimulus.data for _, stimulus, _ in modem.journal.entries() if isinstance(stimulus, DatagramRx))
    was = next(fate.data for fate in world.fates if fate.direction == "down")
    turned = int.from_bytes(came, "big") ^ int.from_bytes(was, "big")
    assert turned.bit_count() == 1
    assert came[:first] + came[last or len(came) :] == was[:first] + was[last or len(was) :]


def test_a_message_without_a_token_is_none_of_those_whose_token_is_corrupted() -> None:
    world = World(1)
    world.add_server()

    def program(te: Te) -> Program:
        yield from online()
        yield from exchange()
        return (yield from exchange('AT+CCOAPPARA=code,1,token,0,"beef",uri-path,0,"time"'))

    modem = world.add_modem(faults=[faults.corrupt(field="token", direction="out", nth=1)], program=program)
    world.run_until(lambda: modem.te.is_done, within=100)
    (line,) = told(modem)
    assert " mid 2: " in line
    assert line.endswith("the CON GET from the modem is corrupted in its token")


def test_half_of_the_requests_are_lost_by_chance_and_the_same_half_every_time() -> None:
    half = faults.drop(direction="out", chance=0.5)
    runs = [told(a_world(half, count=10, seed=seed)[1]) for seed in (1, 1, 2)]
    assert runs[0] == runs[1] != runs[2]
    assert len(runs[0]) > 4


def test_a_fault_has_a_chance_of_its_own_whatever_others_there_are() -> None:
    half = faults.drop(direction="out", chance=0.5, before=60)
    alone = told(a_world(half, count=10)[1])
    together = told(a_world(faults.mute(at=5_000), half, count=10)[1])
    assert alone == together


def test_a_fault_strikes_only_between_after_and_before() -> None:
    _, modem = a_world(faults.duplicate(type="CON", after=3, before=6), count=8, pause=1.0)
    assert [3 <= float(line.split()[0]) <= 6 for line in told(modem)] == [True] * len(told(modem)) != []


def test_every_third_request_is_struck_at_most_twice() -> None:
    _, modem = a_world(faults.duplicate(type="CON", direction="out", every=3, times=2), count=12)
    assert [line.split()[2] for line in told(modem)] == ["3:", "6:"]


# ── lines and bytes of the UART ───────────────────────────────────────────────────────────────────────────────────


def test_a_lost_urc_leaves_the_te_waiting() -> None:
    world = World(1)
    world.add_server()

    def program(te: Te) -> Program:
        yield from online()
        yield Type('AT+CCOAPPARA=code,1,uri-path,0,"time"')
        yield Type("AT+CCOAPACTION")
        return (yield Await("+CCOAPRECV: ", within=30))

    modem = world.add_modem(faults=[faults.drop(text=r"^\+CCOAPRECV", direction="out")], program=program)
    world.run_until(lambda: modem.te.is_done, within=100)
    assert modem.te.result is None
    assert told(modem) == ['0.990 fault "do=drop direction=out text=^\\+CCOAPRECV": a line from the modem is lost']
    assert modem.type_("AT+CCOAPREAD=1").ok


def test_a_line_of_the_te_is_lost_however_it_is_cut() -> None:
    for pieces in ([b"AT+CGMM\r"], [b"AT", b"+CG", b"MM\r"], [b"AT+CGMM\rAT+CGMM\r"]):
        world = World(1)
        modem = world.add_modem(faults=[faults.drop(text="CGMM", direction="in")])
        modem.te.unread.clear()
        for piece in pieces:
            modem.to_modem(piece)
        assert bytes(modem.te.unread) == b""
        modem.disarm()
        assert modem.type_("AT+CGMM").ok


def test_a_line_passes_in_its_pieces_while_no_rule_would_change_it() -> None:
    modem = World(1).add_modem(faults=[faults.busy(text="CGMM")])
    modem.to_modem(b"AT+CG")
    assert bytes(modem.te.unread) == b"AT+CG"
    modem.to_modem(b"MM\r")
    assert bytes(modem.te.unread) == b"AT+CGMM\r\r\nERROR\r\n"


def test_what_a_line_brings_about_comes_between_the_line_before_and_the_line_itself() -> None:
    modem = World(1).add_modem(faults=[faults.busy(text="CGMM", direction="in")])
    modem.to_modem(b"ATE0\rAT+CGMM\rAT\r")
    assert bytes(modem.te.unread) == b"ATE0\r\r\nOK\r\n\r\nERROR\r\n\r\nOK\r\n"


def test_every_tenth_byte_is_lost() -> None:
    modem = World(1).add_modem(faults=[faults.drop(on="byte", direction="in", every=10)])
    modem.to_modem(b"AT+CGMI;+CGMM\r")
    assert bytes(modem.te.unread).startswith(b"AT+CGMI;+GMM\r\r\n")
    assert told(modem) == ['0.000 fault "do=drop on=byte direction=in every=10": 1 of 14 bytes to the modem is lost']


def test_a_garbled_byte_differs_in_one_bit() -> None:
    modem = World(1).add_modem(faults=[faults.garble(on="byte", direction="out", nth=3)])
    modem.to_modem(b"AT\r")
    read = bytes(modem.te.unread)
    assert read[:2] + read[3:] == b"AT" + b"\r\nOK\r\n"
    assert (read[2] ^ ord("\r")).bit_count() == 1


def test_a_slow_uart_takes_ten_bits_for_each_byte_and_keeps_the_order() -> None:
    world = World(1)
    modem = world.add_modem(faults=[faults.slow(baud=300, at=0, lasting=1)])
    modem.to_modem(b"AT\r")
    world.run_for(0.11)  # 3 bytes there, each echoed
    assert bytes(modem.te.unread) == b"AT"
    world.run_for(0.4)
    assert bytes(modem.te.unread) == b"AT\r\r\nOK\r\n"
    world.run_for(1)
    assert modem.type_("AT").ok  # at once again


def test_a_modem_that_is_mute_works_on_unheard() -> None:
    world = World(1)
    modem = world.add_modem(faults=[faults.mute(at=1, lasting=5)])
    world.run_for(2)
    assert modem.type_("ATE0") == ""
    world.run_for(5)
    assert modem.type_("AT") == "\r\nOK\r\n"  # without echo: it has heard


def test_a_deaf_modem_does_nothing() -> None:
    world = World(1)
    modem = world.add_modem(faults=[faults.deafen(at=1, lasting=5)])
    world.run_for(2)
    assert modem.type_("ATE0") == ""
    world.run_for(5)
    assert modem.type_("AT") == "AT\r\r\nOK\r\n"


# ── card, cell and module ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_pulled_card_comes_back() -> None:
    world = World(1)
    modem = world.add_modem(faults=[faults.pull_card(at=10, lasting=5)])
    world.run_for(11)
    assert said(modem, "AT+CPIN?") == ["ERROR"]
    world.run_for(5)
    assert said(modem, "AT+CPIN?") == ["+CPIN: READY", "OK"]


def test_the_card_that_comes_back_is_the_one_that_was_pulled() -> None:
    world = World(1)
    modem = world.add_modem()
    world.run_for(1)
    modem.insert_card(Card(imsi="460119999999999"))
    modem.arm(faults.pull_card(lasting=5))
    world.run_for(6)
    assert said(modem, "AT+CIMI") == ["460119999999999", "OK"]


def test_no_card_comes_back_where_none_was_or_where_another_is_by_then() -> None:
    world = World(1)
    empty, changed = world.add_modem(settings=["card.present=false"]), world.add_modem()
    for modem in (empty, changed):
        modem.arm(faults.pull_card(at=1, lasting=5))
    world.run_for(2)
    changed.insert_card(Card(pin=Secret("1234")))
    assert said(changed, "AT+CPIN=1234") == ["OK", "+CPIN: READY"]
    world.run_for(5)
    assert said(empty, "AT+CPIN?") == ["ERROR"]
    assert said(changed, "AT+CPIN?") == ["+CPIN: READY", "OK"]  # it would ask again, had it been put in again


def test_another_card_asks_for_another_pin_and_the_journal_does_not_tell_it() -> None:
    world = World(1)
    modem = world.add_modem(settings=["card.pin=1234"], faults=[faults.change_pin(pin="9753")])
    world.run_for(1)
    assert said(modem, 'AT+CPIN="1234"') == ["ERROR"]
    assert said(modem, 'AT+CPIN="9753"') == ["OK", "+CPIN: READY"]
    assert "9753" not in modem.journal.text()
    assert told(modem) == ['0.000 fault "do=change-pin pin=****": there is another card, with another PIN']


def test_the_registration_is_lost_for_forty_seconds() -> None:
    world = World(1)
    modem = world.add_modem(faults=[faults.lose_coverage(at=30, lasting=40)])
    seen = []
    for _ in range(8):
        world.run_for(10.1)
        seen.append(said(modem, "AT+CEREG?")[0][-1])
    assert seen == ["1", "1", "2", "2", "2", "2", "1", "1"]


def test_what_somebody_changes_in_the_cell_meanwhile_outlasts_the_fault() -> None:
    world = World(1)
    modem = world.add_modem(faults=[faults.reject_apn(at=10, lasting=20), faults.lose_coverage(at=10, lasting=20)])
    world.run_for(15)
    modem.change(apn_policy="deliver", coverage=False)
    world.run_for(20)
    settings = modem.station.cell.settings
    assert (settings.apn_policy, settings.coverage) == ("deliver", False)


def test_two_spells_of_one_kind_end_with_the_later_one() -> None:
    world = World(1)
    first, second = faults.lose_coverage(at=10, lasting=20), faults.lose_coverage(at=20, lasting=20)
    modem = world.add_modem(faults=[first, second])
    world.run_for(35)
    assert not modem.station.cell.settings.coverage
    world.run_for(10)
    assert modem.station.cell.settings.coverage


def test_the_network_denies_and_takes_in_again() -> None:
    world = World(1)
    modem = world.add_modem(faults=[faults.deny(at=10, lasting=10)])
    world.run_for(15)
    assert said(modem, "AT+CEREG?")[0] == "+CEREG: 0,3"
    world.run_for(10)
    assert said(modem, "AT+CEREG?")[0] == "+CEREG: 0,1"


def test_an_apn_is_rejected_for_a_while() -> None:
    world = World(1)
    modem = world.add_modem(faults=[faults.reject_apn(lasting=20)])
    world.run_for(1)
    modem.type_("AT+CNACT=1")
    world.run_for(10)
    assert not modem.station.cell.has_bearer
    world.run_for(10)
    modem.type_("AT+CNACT=1")
    world.run_for(5)
    assert modem.station.cell.has_bearer


def test_the_bearer_is_dropped_in_mid_exchange_and_the_socket_breaks() -> None:
    _, modem = a_world(faults.drop_bearer(direction="out", type="CON", nth=2))
    assert modem.te.result == ["answered", "socket error", "refused"]


def test_a_module_that_is_reset_forgets_its_object_and_what_was_typed() -> None:
    world = World(1)
    modem = world.add_modem(settings=["profile.boot-time=2"])
    world.run_for(5)
    assert modem.type_("ATE0").ok
    modem.to_modem(b"AT+CG")
    modem.arm(faults.restart())
    assert modem.type_("AT") == ""
    world.run_for(5)
    modem.te.unread.clear()
    assert modem.type_("AT") == "AT\r\r\nOK\r\n"
    assert told(modem) == ['5.000 fault "do=restart": the module is reset']


def test_a_busy_modem_refuses_so_many_lines_and_says_why_in_the_journal() -> None:
    modem = World(1).add_modem()
    modem.type_("AT+CMEE=1")
    modem.arm(faults.busy(commands=2))
    assert [said(modem, line) for line in ("AT", "AT+CGMM;+CGMI", "AT")] == [
        ["+CME ERROR: 14"],
        ["+CME ERROR: 14"],
        ["OK"],
    ]
    reasons = [effect for _, _, effects in modem.journal.entries() for effect in effects if isinstance(effect, Refused)]
    assert reasons[0] == Refused("AT", 14, 'fault "do=busy commands=2"')


def test_a_busy_modem_is_free_again_once_the_fault_is_taken_away() -> None:
    modem = World(1).add_modem()
    busy = faults.busy(commands=100)
    modem.arm(busy)
    assert said(modem, "AT") == ["ERROR"]
    modem.disarm(busy)
    assert said(modem, "AT") == ["OK"]


def test_the_queue_is_filled_and_the_modem_says_so() -> None:
    _, modem = a_world(faults.fill_queue(type="ACK", nth=3))
    assert modem.te.result == ["answered", "answered", "answered"]
    written = b"".join(
        effect.data for _, _, effects in modem.journal.entries() for effect in effects if isinstance(effect, UartTx)
    )
    assert written.count(b"+CCOAPRECV: ") == 2 + 10
    assert written.count(b"\r\n+CCOAPACTION: 1,") == 1
    (third,) = [stimulus for _, stimulus, effects in modem.journal.entries() if _mentions(effects, "counts as lost")]
    assert isinstance(third, DatagramRx)  # its answer found no room (Q-QUEUE-FULL)


def _mentions(effects: tuple[Effect, ...], text: str) -> bool:
    return any(isinstance(effect, Note) and text in effect.text for effect in effects)


def test_a_full_queue_needs_a_bearer() -> None:
    modem = World(1).add_modem(faults=[faults.fill_queue(packets=3)])
    assert told(modem) == ['0.000 fault "do=fill-queue packets=3": nothing arrives, for there is no bearer']


# ── what holds for all ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ACTS)
def test_the_example_of_an_act_strikes_and_its_journal_replays(name: str) -> None:
    world = World(5)
    world.add_server()
    modem = world.add_modem(scenario=f"[[fault]]\n{ACTS[name].example}\n", path={"delay": 0.2}, program=trying)
    world.run_until(lambda: modem.te.is_done, within=2_000)
    assert any(f'fault "do={name}' in line for line in told(modem))
    assert replay(modem.journal.text()) is None


def test_a_fault_that_brings_itself_about_is_stopped_and_says_so() -> None:
    world = World(1)
    modem = world.add_modem()
    world.run_for(5)
    modem.arm(faults.change_pin(pin="1234", text="CPIN", direction="out"))
    modem.to_modem(b"AT+CPIN?\r")
    assert told(modem)[-1].endswith("it brings itself about without end, and is stopped")
    assert modem.type_("AT").ok


def test_a_fault_that_ends_and_brings_itself_about_again_is_stopped_too() -> None:
    world = World(1)
    modem = world.add_modem()
    world.run_for(5)
    modem.arm(faults.pull_card(text=".", direction="out", lasting=0.0002))
    modem.to_modem(b"AT\r")
    world.run_for(3600)
    assert sum(line.endswith("it brings itself about without end, and is stopped") for line in told(modem)) == 1
    assert said(modem, "AT+CPIN?") == ["+CPIN: READY", "OK"]


def test_a_fault_that_the_te_brings_about_again_and_again_is_not_stopped() -> None:
    modem = World(1).add_modem(faults=[faults.busy(text="CGMM", direction="in"), faults.restart(at=1, period=0.5)])
    for _ in range(200):
        assert said(modem, "AT+CGMM") == ["ERROR"]


def test_spent_faults_are_forgotten_in_the_end_but_not_those_that_go_on() -> None:
    world = World(1)
    modem = world.add_modem(faults=[faults.mute()])
    for _ in range(1_000):
        modem.arm(faults.lose_coverage(lasting=0.1))
        world.run_for(0.2)
    layer = modem.station.faults
    assert layer is not None
    assert len(layer.rules) <= 256
    assert modem.type_("AT") == ""


def test_a_disarmed_fault_leaves_everything_as_it_was() -> None:
    world = World(1)
    modem = world.add_modem()
    world.run_for(5)
    pulled, lost = faults.pull_card(), faults.lose_coverage()
    modem.arm(pulled, lost, faults.mute())
    assert modem.type_("AT") == ""
    modem.disarm(lost)
    assert modem.station.cell.settings.coverage
    assert modem.type_("AT") == ""
    modem.disarm()
    assert said(modem, "AT+CPIN?") == ["+CPIN: READY", "OK"]
    assert modem.station.faults is None


def test_the_faults_of_a_failing_run_are_cut_down_to_those_that_it_takes() -> None:
    many = [
        faults.busy(at=400),
        faults.delay(text="OK", direction="out", nth=1, by=0.1),
        faults.drop(type="CON", direction="out", nth=2, every=1, times=3),
        faults.mute(at=500),
        faults.drop(code="2.05", nth=2, every=1, times=2),
        faults.lose_coverage(at=600, lasting=5),
    ]
    least = minimise(many, lambda some: "given up" in a_world(*some)[1].te.result)
    assert least == [many[2], many[4]]  # three of the five requests, and the answers to the other two


def test_a_secret_is_no_word_of_a_fault() -> None:
    fault = faults.change_pin(pin="9753")
    assert str(fault) == "do=change-pin pin=****"
    assert "9753" not in repr(fault)
    assert isinstance(getattr(fault.act, "pin"), Secret)  # noqa: B009 - an act in general has none
