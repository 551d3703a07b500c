"""Routes: there, and back again."""

from __future__ import annotations

import pytest

from modemtwin.world.net.route import Route, Routes, parse_address, parse_route


def routes(*texts: str, **resolved: str) -> Routes:
    return Routes(map(parse_route, texts), resolved)


@pytest.mark.parametrize(
    ("text", "route"),
    [
        ("198.181.39.174=127.0.0.1:5683", Route("198.181.39.174", None, ("127.0.0.1", 5683))),
        ("198.181.39.174:5684=127.0.0.1:5683", Route("198.181.39.174", 5684, ("127.0.0.1", 5683))),
        ("Coap.Example.=LocalHost:1", Route("coap.example", None, ("localhost", 1))),
        ("[2001:DB8::0:1]:5683=[::1]:41000", Route("2001:db8::1", 5683, ("::1", 41000))),
        (" [::1] = 10.0.0.1:9 ", Route("::1", None, ("10.0.0.1", 9))),
    ],
)
def test_a_route_is_read(text: str, route: Route) -> None:
    assert parse_route(text) == route


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a", 'there is no "="'),
        ("a=b", 'the target "b" has no port'),
        ("=b:1", "a host is missing"),
        ("::1=b:1", '"::1" looks like an IPv6 address, which stands in brackets: "[::1]"'),
        ("[::1=b:1", '"[::1" lacks its "]"'),
        ("[::1]5683=b:1", '"5683" after the "]" is no port'),
        ("[1.2.3.4]=b:1", '"1.2.3.4" is not an IPv6 address'),
        ("1.2.3=b:1", '"1.2.3" is neither an IP address nor a host name'),
        ("a b=b:1", '"a b" is neither an IP address nor a host name'),
        ("a=b:0", '"0" is not a port from 1 to 65535'),
        ("a:65536=b:1", '"65536" is not a port from 1 to 65535'),
        ("a:=b:1", '"" is not a port from 1 to 65535'),
    ],
)
def test_a_wrong_route_says_what_is_wrong(text: str, why: str) -> None:
    with pytest.raises(ValueError, match="route") as caught:
        parse_route(text)
    assert str(caught.value) == f'route "{text}": {why}; write HOST[:PORT]=HOST:PORT'


def test_an_address_needs_its_port() -> None:
    assert parse_address("[::1]:5683") == ("::1", 5683)
    with pytest.raises(ValueError, match=r'"10[.]0[.]0[.]1" has no port'):
        parse_address("10.0.0.1")


def test_without_routes_every_address_is_itself() -> None:
    assert Routes().outbound(("198.181.39.174", 5683)) == ("198.181.39.174", 5683)
    assert Routes().inbound(("127.0.0.1", 1)) == ("127.0.0.1", 1)


def test_what_comes_back_seems_to_come_from_where_it_was_sent() -> None:
    there = routes("198.181.39.174=127.0.0.1:41000")
    assert there.outbound(("198.181.39.174", 5683)) == ("127.0.0.1", 41000)
    assert there.inbound(("127.0.0.1", 41000)) == ("198.181.39.174", 5683)
    assert there.outbound(("198.181.39.174", 7000)) == ("127.0.0.1", 41000)
    assert there.inbound(("127.0.0.1", 41000)) == ("198.181.39.174", 7000)
    assert there.inbound(("127.0.0.1", 41001)) == ("127.0.0.1", 41001)


def test_a_route_with_a_port_wins_over_one_without_and_leaves_other_ports_alone() -> None:
    both = routes("10.0.0.1:5683=127.0.0.1:1", "10.0.0.1=127.0.0.1:2", "10.0.0.2:5683=127.0.0.1:3")
    assert both.outbound(("10.0.0.1", 5683)) == ("127.0.0.1", 1)
    assert both.outbound(("10.0.0.1", 5684)) == ("127.0.0.1", 2)
    assert both.outbound(("10.0.0.2", 5684)) == ("10.0.0.2", 5684)


def test_a_peer_that_speaks_first_seems_to_be_at_the_routed_address() -> None:
    assert routes("10.0.0.1:7000=127.0.0.1:1").inbound(("127.0.0.1", 1)) == ("10.0.0.1", 7000)
    assert routes("10.0.0.1=127.0.0.1:5683").inbound(("127.0.0.1", 5683)) == ("10.0.0.1", 5683)


def test_an_address_is_the_same_however_it_is_spelled() -> None:
    there = routes("[2001:db8::1]=[::1]:1")
    assert there.outbound(("2001:DB8:0::1", 5683)) == ("::1", 1)
    assert there.inbound(("0:0::1", 1)) == ("2001:db8::1", 5683)


def test_answers_to_a_group_come_from_the_servers_themselves() -> None:
    there = routes("224.0.1.187=127.0.0.1:5683")
    assert there.outbound(("224.0.1.187", 5683)) == ("127.0.0.1", 5683)
    assert there.inbound(("127.0.0.1", 5683)) == ("127.0.0.1", 5683)


def test_a_routed_name_resolves_to_an_address_that_is_nobodys() -> None:
    there = routes("192.0.2.1=127.0.0.1:1", "coap.me=127.0.0.1:2", "example.org:5683=127.0.0.1:3")
    assert there.resolve("COAP.me.") == "192.0.2.2"
    assert there.resolve("example.org") == "192.0.2.3"
    assert there.resolve("example.com") is None
    assert there.outbound(("192.0.2.2", 5683)) == ("127.0.0.1", 2)
    assert there.inbound(("127.0.0.1", 2)) == ("192.0.2.2", 5683)


def test_a_target_that_is_a_name_is_looked_up_by_whoever_builds_the_routes() -> None:
    parsed = [parse_route("10.0.0.1=server.lan:1"), parse_route("10.0.0.2=localhost:1")]
    assert Routes.names(parsed) == ("server.lan",)
    there = Routes(parsed, {"server.lan": "192.168.0.7"})
    assert there.outbound(("10.0.0.1", 5683)) == ("192.168.0.7", 1)
    assert there.outbound(("10.0.0.2", 5683)) == ("127.0.0.1", 1)
    with pytest.raises(ValueError, match=r'the target "server.lan" of the route from 10.0.0.1 was not found'):
        Routes(parsed)


def test_two_routes_from_one_address_are_refused() -> None:
    with pytest.raises(ValueError, match=r"two routes begin at \[::1\]:1"):
        routes("[::1]:1=127.0.0.1:1", "[::1]:1=127.0.0.1:2")


def test_a_ping_goes_to_the_host_behind_the_route() -> None:
    assert routes("10.0.0.1:5683=127.0.0.1:1").host("10.0.0.1") == "127.0.0.1"
    assert routes("10.0.0.1:5683=127.0.0.1:1").host("10.0.0.2") == "10.0.0.2"


def test_the_ways_back_are_bounded() -> None:
    there = Routes([Route(f"10.0.{n // 256}.{n % 256}", None, ("127.0.0.1", n + 1)) for n in range(300)])
    for n in range(300):
        there.outbound((f"10.0.{n // 256}.{n % 256}", 7))
    assert there.inbound(("127.0.0.1", 300)) == ("10.0.1.43", 7)
    assert there.inbound(("127.0.0.1", 1)) == ("10.0.0.0", 1)
