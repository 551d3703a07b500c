"""Driver and virtual modem together, neither of which knows the other: every quirk, both dialects, every way to end."""

from __future__ import annotations

from typing import Any

import pytest

from modemtwin.coap import numbers
from modemtwin.coap.message import Message, encode
from modemtwin.host import assembling, contacting, exchange, information, observation, serving
from modemtwin.host.errors import (
    BearerLost,
    CardError,
    InvalidArgument,
    NoAnswer,
    NotSupported,
    ResetByPeer,
    SocketFailed,
    TimedOut,
    TooLong,
)
from modemtwin.host.knowledge import Settings
from modemtwin.host.packet import Packet
from modemtwin.modem.quirks import LEDGER
from tests.unit.host.stage import URL, Stage, question

AWKWARD = b' "a,b"\\OK\r\nERROR\r\n\r\n+CCOAPRECV: 1,2,3\r\n\x00\xff '


def get(stage: Stage, path: str = "/test", **fields: Any) -> Any:
    return stage.run(exchange.request(stage.known, question(stage, URL + path, **fields)))


def put(stage: Stage, path: str, payload: bytes, **fields: Any) -> Any:
    return stage.run(exchange.request(stage.known, question(stage, URL + path, numbers.PUT, payload=payload, **fields)))


CHOICES = [f"quirks.{quirk.id}={choice}" for quirk in LEDGER.values() for choice in quirk.choices]


@pytest.mark.parametrize("choice", CHOICES)
def test_every_choice_of_every_quirk_gives_the_same_answers(choice: str) -> None:
    wanted = Settings(payload_append=choice.endswith("APPEND=append"), para_keep=choice.endswith("KEEP=keep"))
    stage = Stage(choice, wanted=wanted).connect()
    assert put(stage, "/thing", AWKWARD, content_format=42).code == "2.01"
    response = get(stage, "/thing")
    assert (response.payload, response.content_format) == (AWKWARD, 42)
    assert get(stage, "/nothing").code == "4.04"
    assert stage.run(information.inform(stage.known)).bearer.active
    stage.leave()
    assert stage.run(information.by_hand(stage.known, "AT+CNACT?", None, check=False)).lines[0].endswith('0,"0.0.0.0"')


@pytest.mark.parametrize("profile", ["sim7000", "sim7000-literal", "sim7080", "strict"])
def test_every_profile_is_brought_online_and_taken_down(profile: str) -> None:
    stage = Stage(profile=profile).connect()
    assert stage.known.address == "10.0.0.16"
    assert get(stage).text == "hello world"
    information_ = stage.run(information.inform(stage.known))
    assert (information_.operator, information_.technology, information_.registration) == ("CHN-CT", "NB-IoT", "home")
    stage.leave()
    assert stage.known.bearer is False


def test_a_slow_network_is_waited_for() -> None:
    stage = Stage("cell.registration_delay=40", "cell.bearer_delay=7").connect()
    assert stage.known.address == "10.0.0.16"
    assert "searching for the network; no signal" in stage.told[0] or "searching" in stage.told[0]
    assert 47 < stage.now / 1e6 < 52


def test_a_network_without_coverage_ends_at_the_deadline() -> None:
    stage = Stage("cell.coverage=false", wanted=Settings(deadline=45))
    with pytest.raises(TimedOut, match="searching"):
        stage.connect()


def test_the_apn_and_its_password_are_given() -> None:
    cell = ["cell.apn_user=cdma", "cell.apn_password=1234", "cell.apn_policy=reject", "cell.apns=ctnb"]
    stage = Stage(*cell, wanted=Settings(apn="ctnb", user="cdma", password="1234")).connect()
    assert stage.known.address == "10.0.0.16"
    with pytest.raises(TimedOut, match='APN "foo"'):
        Stage(*cell, wanted=Settings(apn="foo", user="cdma", password="1234", deadline=20)).connect()


def test_a_card_with_a_pin_is_unlocked() -> None:
    assert Stage("card.pin=1234", wanted=Settings(pin="1234")).connect().known.bearer
    with pytest.raises(CardError):
        Stage("card.pin=1234").connect()


def test_a_radio_that_is_off_is_switched_on_and_off_again() -> None:
    stage = Stage()
    stage.type_by_hand("AT+CFUN=0")
    stage.wait(1)
    stage.connect()
    assert get(stage).ok
    stage.leave()
    assert b"AT+CFUN=0" in stage.typed


def test_an_object_and_a_bearer_of_a_run_before_are_taken_over() -> None:
    stage = Stage()
    stage.wait(1)
    stage.type_by_hand('AT+CNACT=1\rAT+CCOAPINIT\rAT+CCOAPPARA=payload,0,"stale"')
    stage.wait(1)
    stage.connect()
    assert get(stage, "/echo").ok or get(stage).ok
    stage.leave()
    assert b"AT+CNACT=" not in stage.typed
    assert stage.run(information.by_hand(stage.known, "AT+CNACT?", None, check=False)).lines == [
        '+CNACT: 1,"10.0.0.16"'
    ]


def test_a_bearer_that_is_lost_ends_the_exchange_and_the_next_brings_it_up() -> None:
    stage = Stage().connect()
    stage.server.stop()
    number = stage.start(exchange.request(stage.known, question(stage, f"{URL}/test")))
    stage.wait(1)
    stage.modem.drop_bearer()
    with pytest.raises(BearerLost):
        stage.result(number)
    stage.server.start()
    assert get(stage).text == "hello world"


@pytest.mark.parametrize("line", ["AT+CFUN=1,1", "AT+CPOWD=1"])
def test_a_module_that_is_told_to_restart_is_set_up_again(line: str) -> None:
    stage = Stage().connect()
    assert get(stage).ok
    assert stage.run(information.by_hand(stage.known, line, None, check=True)).ok
    stage.wait(1)
    stage.modem.power_on()
    assert get(stage).text == "hello world"


def test_a_module_that_restarts_silently_is_set_up_again() -> None:
    """With autobaud nothing tells of the restart: no RDY, no SMS Ready (field)."""
    stage = Stage().connect()
    assert get(stage).ok
    stage.type_by_hand("AT+CFUN=1,1")  # another hand
    stage.wait(5)
    with pytest.raises(BearerLost):
        get(stage)
    assert get(stage).text == "hello world"


def test_a_module_that_restarts_and_says_so_is_set_up_again() -> None:
    stage = Stage().connect()
    stage.run(information.by_hand(stage.known, "AT+IPR=115200", None, check=True))
    assert get(stage).ok
    stage.run(information.by_hand(stage.known, "AT+CFUN=1,1", None, check=True))
    stage.wait(5)
    assert get(stage).text == "hello world"
    assert stage.known.echoes


def test_a_peer_that_is_silent_is_given_up_by_the_module() -> None:
    stage = Stage().connect()
    stage.server.stop()
    with pytest.raises(NoAnswer, match="given up"):
        get(stage)
    with pytest.raises(NoAnswer, match="deadline"):
        get(stage, deadline=4.0)


def test_a_name_that_nobody_knows_is_a_socket_error() -> None:
    stage = Stage().connect()
    with pytest.raises(SocketFailed):
        stage.run(exchange.request(stage.known, question(stage, "coap://nowhere.invalid/test")))
    assert stage.run(exchange.request(stage.known, question(stage, "coap://example.org/test"))).ok


def test_a_reset_by_the_peer_is_told() -> None:
    stage = Stage().connect()
    stage.server.stop()
    number = stage.start(exchange.request(stage.known, question(stage, f"{URL}/test")))
    stage.wait(0.5)
    stage.arrive(encode(Message(numbers.RST, numbers.EMPTY, 1)))
    with pytest.raises(ResetByPeer):
        stage.result(number)


def test_a_ping_gives_the_time_to_the_peer_and_back() -> None:
    stage = Stage().connect()
    asked = exchange.Question(Packet(numbers.EMPTY), URL, assembling.parse_url(URL))
    assert stage.run(exchange.ping(stage.known, asked)) == pytest.approx(0.04)


def test_a_separate_response_is_taken_for_the_answer() -> None:
    stage = Stage().connect()
    response = get(stage, "/separate")
    assert (response.type, response.mid != response.request_mid, response.ok) == ("CON", True, True)


def test_many_exchanges_may_be_under_way() -> None:
    stage = Stage().connect()
    started = [stage.start(exchange.request(stage.known, question(stage, f"{URL}/test"))) for _ in range(12)]
    assert [stage.result(number).text for number in started] == ["hello world"] * 12


@pytest.mark.parametrize("path", ["/a%2Fb/c", "/a//b", "/x?q=1%262&r", "/%22quoted%22,and%5Cslashed", "/ä%20ö"])
def test_paths_and_queries_arrive_as_they_are_meant(path: str) -> None:
    stage = Stage().connect()
    stage.server.stop()
    asked = question(stage, URL + path)
    stage.start(exchange.request(stage.known, asked))
    stage.wait(0.1)
    given = [value for number, value in stage.sent[0].options if number == numbers.URI_PATH]
    queries = [value for number, value in stage.sent[0].options if number == numbers.URI_QUERY]
    assert (tuple(given), tuple(queries)) == (asked.packet.uri_path, asked.packet.uri_query)


def test_a_long_payload_goes_in_pieces_where_the_module_adds_them_up() -> None:
    body = bytes(range(256)) * 12
    stage = Stage("quirks.Q-PAYLOAD-APPEND=append", wanted=Settings(payload_append=True)).connect()
    assert put(stage, "/long", body).code == "2.01"
    assert get(stage, "/long").payload == body
    stage = Stage().connect()
    with pytest.raises(TooLong, match="268") as caught:
        put(stage, "/long", body)
    assert "payload_append" in caught.value.hint


def test_a_server_on_the_module_answers_at_once_or_late() -> None:
    stage = Stage().connect()
    number = stage.start(serving.serve(stage.known))
    stage.wait(0.1)
    for mid, late in ((100, 0.1), (101, 3.0)):
        stage.arrive(encode(Message(numbers.CON, numbers.POST, mid, b"\x07", ((numbers.URI_PATH, b"led"),), b"on")))
        stage.wait(late)
        request = stage.produced[number].pop()
        assert (request.head.uri_path, request.payload) == ("led", b"on")
        stage.run(exchange.respond(stage.known, serving.answer(request, 0x44, b"", None, None)))
        stage.wait(0.1)
        assert (stage.sent[-1].code, stage.sent[-1].token) == (0x44, b"\x07")


def test_an_observation_ends_when_the_bearer_does() -> None:
    stage = Stage().connect()
    number = stage.start(observation.observe(stage.known, question(stage, f"{URL}/obs")))
    stage.wait(1)
    stage.modem.drop_bearer()
    with pytest.raises(BearerLost):
        stage.result(number)
    assert [each.ok for each in stage.produced[number]] == [True]


def test_what_is_not_observable_is_given_once() -> None:
    stage = Stage().connect()
    number = stage.start(observation.observe(stage.known, question(stage, f"{URL}/nothing")))
    stage.result(number)
    assert [each.code for each in stage.produced[number]] == ["4.04"]


def test_raw_packets_go_out_as_they_are_and_what_answers_them_is_nobodys() -> None:
    stage = Stage().connect()
    packet = Packet(mid=77, token=b"\x01\x02\x03", uri_path=(b"test",))
    assert stage.run(assembling.transmit(stage.known, packet, assembling.parse_url(URL))).mid == 77
    stage.wait(1)
    (received,) = stage.strays
    assert (received.mid, received.token, received.text) == (77, b"\x01\x02\x03", "hello world")


def test_a_raw_packet_may_have_the_token_of_a_request_that_is_over() -> None:
    stage = Stage().connect()
    stage.run(exchange.request(stage.known, question(stage, f"{URL}/test")))
    token = stage.sent[-1].token
    packet = Packet(mid=77, token=token, uri_path=(b"test",))
    stage.run(assembling.transmit(stage.known, packet, assembling.parse_url(URL)))
    stage.wait(1)
    assert [(each.mid, each.token, each.text) for each in stage.strays] == [(77, token, "hello world")]


@pytest.mark.parametrize("url", ["coaps://192.0.2.1/x", "COAP+TCP://192.0.2.1/x"])
def test_schemes_that_the_module_does_not_speak_are_refused(url: str) -> None:
    with pytest.raises(NotSupported):
        assembling.parse_url(url)


@pytest.mark.parametrize("url", ["", "192.0.2.1/x", "coap://", "http://192.0.2.1/", "coap://h:99999/", "coap://h/#f"])
def test_what_is_no_url_is_refused_with_what_one_looks_like(url: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        assembling.parse_url(url)
    assert "coap://" in caught.value.hint


def test_what_was_in_use_is_put_back_at_the_end() -> None:
    stage = Stage().connect()
    stage.run(contacting.go_offline(stage.known))
    assert stage.run(information.by_hand(stage.known, "AT+CNACT?", None, check=False)).lines == ['+CNACT: 0,"0.0.0.0"']
    assert stage.run(contacting.go_online(stage.known, Settings())) == "10.0.0.16"
    stage.leave()
    stage.heard.clear()
    stage.type_by_hand("AT+CMEE?\rAT+CCOAPTERM")
    assert bytes(stage.heard) == b"AT+CMEE?\r\r\n+CMEE: 0\r\n\r\nOK\r\nAT+CCOAPTERM\r\r\nERROR\r\n"


def test_a_group_is_asked_once_and_all_that_answer_are_heard() -> None:
    stage = Stage().connect()
    asked = question(stage, "coap://224.0.1.187/.well-known/core", type="NON", token=b"\x8a")
    number = stage.start(exchange.gather(stage.known, asked))
    stage.wait(1)
    other = Message(numbers.NON, numbers.CONTENT, 257, b"\x8a", ((numbers.CONTENT_FORMAT, b"\x28"),), b"</led>")
    stage.arrive(encode(other), ("192.0.2.2", 5683))
    begun = stage.now
    answers = stage.result(number)
    assert [answer.content_format for answer in answers] == [40, 40]
    assert "</led>" in [answer.text for answer in answers]  # the server's own comes within its leisure
    assert stage.now - begun > 4_500_000


def test_an_observation_that_the_module_gives_up_says_so() -> None:
    stage = Stage().connect()
    number = stage.start(observation.observe(stage.known, question(stage, f"{URL}/obs")))
    stage.wait(1)
    stage.server.stop()  # nothing is renewed any more, and no change is heard of
    with pytest.raises(NoAnswer, match="given up"):
        stage.result(number)
