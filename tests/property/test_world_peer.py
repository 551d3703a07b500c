"""Whatever arrives at the embedded server: no exception, an end, and nothing that grows without bound."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from modemtwin.clockwork import seconds
from modemtwin.coap.events import Event, Transmit
from modemtwin.coap.message import Malformed, Message, decode, encode
from modemtwin.coap.numbers import OPTIONS
from modemtwin.coap.strangers import Strangers, headers
from modemtwin.world.peer.peer import Peer
from modemtwin.world.peer.resources import RESOURCES

PATHS = st.sampled_from(
    [
        (b"test",),
        (b"time",),
        (b"obs",),
        (b"json",),
        (b"fresh",),
        (b"large",),
        (b"large-create",),
        (b"large-post",),
        (b"separate",),
        (b".well-known", b"core"),
        (b"new",),
        (),
    ]
)
OPTION = st.one_of([st.tuples(st.just(number), st.binary(max_size=3)) for number in sorted(OPTIONS)])
REQUESTS = st.builds(
    lambda kind, code, mid, token, path, options, payload: encode(
        Message(kind, code, mid, token, (*((11, each) for each in path), *options), payload)
    ),
    st.integers(0, 1),
    st.integers(1, 31),
    st.integers(0, 3),
    st.binary(max_size=8),
    PATHS,
    st.lists(OPTION, max_size=4).map(tuple),
    st.binary(max_size=20),
)


OF_AN_OBSERVER = 200
"""How often an alarm may ring for one who observes and says nothing: a NON a second, a CON, and its time-outs."""


@given(st.lists(st.tuples(st.one_of(REQUESTS, st.binary(max_size=40)), st.booleans()), max_size=20))
def test_the_server_outlives_any_datagram_and_comes_to_rest(datagrams: list[tuple[bytes, bool]]) -> None:
    machine = Peer(Random(1))
    events: list[Event] = []
    for at, (data, multicast) in enumerate(datagrams):
        events += machine.receive(data, ("192.0.2.1", 1), at, multicast=multicast)
    timers = 0
    while (moment := machine.next_timer()) is not None:
        events += machine.fire(moment)
        timers += 1
        assert timers < (20 + OF_AN_OBSERVER) * len(datagrams)
    assert machine.sizes()["watched"] == machine.sizes()["observers"] == 0
    assert not [event for event in events if isinstance(event, Transmit) and isinstance(decode(event.data), Malformed)]
    assert not [event for event in events if isinstance(event, Transmit) and len(event.data) > 1280]


@given(
    st.lists(st.tuples(st.one_of(REQUESTS, st.binary(max_size=40)), st.booleans(), st.booleans()), max_size=20),
    st.sampled_from((0, seconds(0.3), seconds(3))),
)
def test_an_address_that_is_not_verified_never_gets_more_than_three_times_what_came_from_it(
    datagrams: list[tuple[bytes, bool, bool]], pause: int
) -> None:
    machine = Peer(Random(1), strangers=Strangers(b"key"))
    strangers = (("192.0.2.1", 1), ("2001:db8::1", 1))
    balance = dict.fromkeys(strangers, 0)

    def tell(events: list[Event]) -> None:
        for event in events:
            if isinstance(event, Transmit):
                balance[event.destination] -= headers(event.destination) + len(event.data)
        assert min(balance.values()) >= 0

    for at, (data, multicast, six) in enumerate(datagrams, 1):
        source = strangers[six]
        balance[source] += 3 * (headers(source) + len(data))
        while (moment := machine.next_timer()) is not None and moment <= at * pause:
            tell(machine.fire(moment))
        tell(machine.receive(data, source, at * pause, multicast=multicast))
    while (moment := machine.next_timer()) is not None:
        tell(machine.fire(moment))


@given(st.lists(st.binary(min_size=1, max_size=20), min_size=1, max_size=200, unique=True))
def test_what_is_put_stays_within_its_bounds(names: list[bytes]) -> None:
    machine = Peer(Random(1))
    for mid, name in enumerate(names):
        machine.receive(encode(Message(1, 3, mid, b"", ((11, name),), b"x" * 100)), ("192.0.2.1", 1), seconds(mid))
    rows = {row.path for row in RESOURCES}
    there = {(name,) for name in names if f"/{name.decode('latin-1')}" not in rows} | set(
        Peer(Random(1)).site.shelf.paths()
    )
    assert len(machine.site.shelf.paths()) == min(len(there), machine.site.shelf.most_things)
