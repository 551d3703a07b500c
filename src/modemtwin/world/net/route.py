"""Routes: datagrams for one address are carried to another, and what comes back looks as if it came from the first.

    modem ──► 198.181.39.174:5683 ══ route ══► 127.0.0.1:41000
    modem ◄── 198.181.39.174:5683 ══ route ══◄ 127.0.0.1:41000

So firmware with a built-in server address talks to a local server. Two routes to one target share its way back: what
comes from it seems to come from whichever of their addresses the modem last sent to.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain

from modemtwin.modem.doors import Address

__all__ = ["Route", "Routes", "make_route", "parse_address", "parse_route"]

_MOST_WAYS_BACK = 256
_STAND_INS = ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")  # RFC 5737 §3: addresses that are nobody's
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Route:
    """From ``host`` (an IP address, or a name in lower case) and ``port`` (None: every port) to ``target``."""

    host: str
    port: int | None
    target: Address


def parse_route(text: str) -> Route:
    """Read ``HOST[:PORT]=HOST:PORT``; a host is an IPv4 address, ``[IPv6]`` or a name. ValueError says what is not."""
    origin, equals, target = text.partition("=")
    try:
        if not equals:
            raise ValueError('there is no "="')
        if "://" in text:
            raise ValueError("it takes hosts and ports, no URL")
        return make_route(origin, target)
    except ValueError as error:
        raise ValueError(f'route "{text}": {error}; write HOST[:PORT]=HOST:PORT') from None


def make_route(origin: str, target: str) -> Route:
    """Make a route of its two ends, ``HOST[:PORT]`` and ``HOST:PORT``."""
    host, port = _parse_end(origin)
    target_host, target_port = _parse_end(target)
    if target_port is None:
        raise ValueError(f'the target "{target.strip()}" has no port')
    return Route(host, port, (target_host, target_port))


def parse_address(text: str) -> Address:
    """Read ``HOST:PORT``, the host as it stands in a route."""
    host, port = _parse_end(text)
    if port is None:
        raise ValueError(f'"{text}" has no port')
    return host, port


class Routes:
    """All routes of one modem.

    ``resolved`` gives an IP address for each *target* that is a name (``Routes.names(routes)`` lists them): whoever
    builds this looks them up first. ``localhost`` needs none (RFC 6761 §6.3).
    """

    __slots__ = ("_names", "_origins", "_targets", "_ways_back")

    def __init__(self, routes: Iterable[Route] = (), resolved: Mapping[str, str] = {}) -> None:
        routes = tuple(routes)
        self._names = _stand_ins(routes)
        self._targets: dict[tuple[str, int | None], Address] = {}
        self._ways_back: dict[Address, Address] = {}
        self._origins: dict[Address, Address] = {}
        for route in routes:
            host = self._names.get(route.host, route.host)
            target = (_target_host(route, resolved), route.target[1])
            if (host, route.port) in self._targets:
                raise ValueError(f"two routes begin at {_shown(route)}; leave one of them out")
            self._targets[host, route.port] = target
            self._origins.setdefault(target, (host, target[1] if route.port is None else route.port))

    @staticmethod
    def names(routes: Iterable[Route]) -> tuple[str, ...]:
        """List the target names that must be looked up before ``Routes`` is built."""
        hosts = dict.fromkeys(route.target[0] for route in routes)
        return tuple(host for host in hosts if _address(host) is None and host != "localhost")

    def __bool__(self) -> bool:
        """Say whether anything is routed."""
        return bool(self._targets)

    def outbound(self, destination: Address) -> Address:
        """Say where a datagram of the modem really goes, and remember the way back."""
        if not self._targets:
            return destination
        host, port = _address(destination[0]) or destination[0], destination[1]
        target = self._targets.get((host, port)) or self._targets.get((host, None))
        if target is None:
            return destination
        if not _is_multicast(host):  # RFC 7252 §8.2: answers come from the servers' own addresses
            self._ways_back.pop(target, None)
            self._ways_back[target] = (host, port)
            if len(self._ways_back) > _MOST_WAYS_BACK:
                del self._ways_back[next(iter(self._ways_back))]
        return target

    def inbound(self, source: Address) -> Address:
        """Say where a datagram seems to come from: also one of a peer that speaks first."""
        if not self._targets:
            return source
        seen = (_address(source[0]) or source[0], source[1])
        origin = self._ways_back.get(seen) or self._origins.get(seen)
        return source if origin is None or _is_multicast(origin[0]) else origin

    def host(self, address: str) -> str:
        """Say where a ping of ``address`` really goes."""
        wanted = _address(address) or address
        return next((target[0] for (host, _), target in self._targets.items() if host == wanted), address)

    def resolve(self, name: str) -> str | None:
        """Give the address that stands for a routed name, or None when the name is not routed."""
        return self._names.get(name.lower().rstrip("."))


def _parse_end(text: str) -> tuple[str, int | None]:
    text = text.strip()
    if text.startswith("["):
        inside, closed, rest = text[1:].partition("]")
        if not closed:
            raise ValueError(f'"{text}" lacks its "]"')
        if rest and not rest.startswith(":"):
            raise ValueError(f'"{rest}" after the "]" is no port')
        host, port = _ipv6(inside), rest[1:] if rest else None
    else:
        host, colon, port_text = text.partition(":")
        if ":" in port_text:
            raise ValueError(f'"{text}" looks like an IPv6 address, which stands in brackets: "[{text}]"')
        host, port = _name(host), port_text if colon else None
    return host, None if port is None else _port(port)


def _ipv6(text: str) -> str:
    try:
        return str(ipaddress.IPv6Address(text))
    except ValueError:
        raise ValueError(f'"{text}" is not an IPv6 address') from None


def _name(text: str) -> str:
    if address := _address(text):
        return address
    if not text:
        raise ValueError("a host is missing")
    name = text.lower().rstrip(".")
    if re.fullmatch(r"[\d.]+", name) or len(name) > 253 or not all(map(_LABEL.fullmatch, name.split("."))):
        raise ValueError(f'"{text}" is neither an IP address nor a host name')
    return name


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 5 and 1 <= int(text) <= 65535):
        raise ValueError(f'"{text}" is not a port from 1 to 65535')
    return int(text)


def _address(text: str) -> str | None:
    """Spell an IP address the one way it is compared in; None when it is none."""
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return None


def _is_multicast(host: str) -> bool:
    return _address(host) is not None and ipaddress.ip_address(host).is_multicast


def _target_host(route: Route, resolved: Mapping[str, str]) -> str:
    name = route.target[0]
    host = _address(resolved.get(name, "127.0.0.1" if name == "localhost" else name))
    if host is None:
        raise ValueError(f'the target "{name}" of the route from {_shown(route)} was not found; give its IP address')
    return host


def _stand_ins(routes: tuple[Route, ...]) -> dict[str, str]:
    """Give every routed name an address of its own, in the order of the routes, none of which is routed itself."""
    hosts = dict.fromkeys(route.host for route in routes)
    free = (str(host) for host in chain(*(ipaddress.ip_network(block).hosts() for block in _STAND_INS)))
    unused = (host for host in free if host not in hosts)
    names = [host for host in hosts if _address(host) is None]
    if len(names) > 700:
        raise ValueError(f"{len(names)} names are routed; more than 700 are too many")
    return dict(zip(names, unused, strict=False))


def _shown(route: Route) -> str:
    host = f"[{route.host}]" if ":" in route.host else route.host
    return host if route.port is None else f"{host}:{route.port}"
