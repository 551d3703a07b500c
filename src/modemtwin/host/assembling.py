"""The CoAP object, and the road of a packet into it (COAP-AN §3.1 to §3.4).

    AT+CCOAPINIT ─ERROR─► AT+CCOAPTERM ─► AT+CCOAPINIT          one may stand there from a run before
    AT+CCOAPURL  ─►  AT+CCOAPPARA …  ─►  AT+CCOAPACTION  ─►  mid

A refusal is looked into: the bearer may be down, and the object may be gone with a restart that nobody announced.
"""

from __future__ import annotations

import ipaddress
from functools import lru_cache

from modemtwin.clockwork import Micros
from modemtwin.coap import uri
from modemtwin.host import commands
from modemtwin.host.contacting import prepare
from modemtwin.host.errors import BearerLost, Busy, InvalidArgument, NotSupported, Rejected
from modemtwin.host.knowledge import Knowledge
from modemtwin.host.packet import Packet, para_lines
from modemtwin.host.steps import Acquire, Procedure, Release, ask
from modemtwin.value import value

__all__ = ["Sent", "demand_object", "is_group", "parse_url", "transmit"]

_CROWD = 4
"""So many exchanges under way may be why a packet is refused; the module holds 16 behind each other."""


@value
class Sent:
    """A packet that was sent: its mid, when its commands were typed, and when the module took it."""

    mid: int
    typed: Micros
    sent: Micros


@lru_cache(64)
def parse_url(url: str) -> uri.CoapUrl:
    """Take a URL apart.

    :raises NotSupported: for a scheme that the module does not speak.
    :raises InvalidArgument: for what is no URL.
    """
    scheme, colon, _ = url.partition("://")
    if colon and scheme.lower() in ("coaps", "coap+tcp", "coaps+tcp", "coap+ws", "coaps+ws"):
        raise NotSupported(
            f"{url}: the module speaks coap only, not {scheme.lower()} (COAP-AN §3.2)", "use a coap:// URL, or a proxy"
        )
    try:
        return uri.parse(url.encode().decode("latin-1"))
    except ValueError as error:
        raise InvalidArgument(f"{url}: {error}", "a URL looks like coap://198.181.39.174:5683/path?query") from None


@lru_cache(64)
def is_group(host: str) -> bool:
    """Whether a host is a multicast address; a name may be one's too, which only the module finds out."""
    try:
        return ipaddress.ip_address(host).is_multicast
    except ValueError:
        return False


def demand_object(known: Knowledge) -> Procedure[None]:
    """See to it that there is a CoAP object of ours. The caller is in the ``assembling`` gate."""
    if known.object:
        return
    known.object = True  # whoever is interrupted now leaves none behind
    known.left_over.clear()
    try:
        yield from ask(commands.CREATE)
    except Rejected:
        yield from _create_afresh(known)


def _create_afresh(known: Knowledge) -> Procedure[None]:
    """There is an object, of a run before: it holds who knows what, so another takes its place."""
    try:
        yield from ask(commands.DELETE)
        yield from ask(commands.CREATE)
    except Rejected:
        known.object = False
        raise


def transmit(known: Knowledge, packet: Packet, url: uri.CoapUrl | None) -> Procedure[Sent]:
    """Assemble a packet and send it; ``url`` is None for an answer, which goes to whoever asked."""
    packet.check()
    path = url is None or packet.splits_in_para
    lines = para_lines(packet, append=known.settings.payload_append, path=path)
    yield from prepare(known)
    yield Acquire(known.assembling)
    yield from _clear(known, packet)
    known.board.expect(packet.token)
    try:
        sent = yield from _type(known, packet, url, lines)
    except Rejected as error:
        yield from _look_into(known, error)
        sent = yield from _type(known, packet, url, lines)
    yield Release(known.assembling)
    return sent


def _type(known: Knowledge, packet: Packet, url: uri.CoapUrl | None, lines: list[str]) -> Procedure[Sent]:
    yield from demand_object(known)
    if url is not None:
        yield from ask(commands.point_at(_spell(url, packet)))
    for line in lines:
        yield from ask(commands.assemble(line))
        known.left_over |= packet.names
    typed = known.now
    mid = yield from ask(commands.ACT)
    if not known.settings.para_keep:
        known.left_over.clear()
    return Sent(mid, typed, known.now)


def _spell(url: uri.CoapUrl, packet: Packet) -> str:
    """The URL for ``AT+CCOAPURL``: the place alone, and path and query only where PARA could not tell them apart."""
    options = uri.options(url._replace(path=packet.uri_path, query=packet.uri_query))
    spelled = uri.compose(url.host, url.port, options if not packet.splits_in_para else options[: int(url.named)])
    return spelled if not packet.splits_in_para else spelled.removesuffix("/")


def _clear(known: Knowledge, packet: Packet) -> Procedure[None]:
    """A field that an earlier packet left behind would go out with this one: only a new object is rid of it."""
    kept = known.left_over - (packet.names - {"payload"} if known.settings.payload_append else packet.names)
    if known.object and kept:
        yield from _create_afresh(known)
        known.left_over.clear()


def _look_into(known: Knowledge, error: Rejected) -> Procedure[None]:
    """Why was it refused? Raises what it is, unless it may be tried again."""
    status, _ = yield from ask(commands.BEARER)
    if status != 1:
        known.bearer = False
        raise BearerLost(f"{error.command}: the data connection is down") from error
    try:
        yield from ask(commands.CREATE)
    except Rejected:
        if error.command == commands.ACT.line and known.board.in_flight > _CROWD:
            raise Busy(f"the module takes no more: {known.board.in_flight - 1} exchanges are under way") from error
        raise error from None
    # There was no object any more: the module has started anew, and nobody said so.
    known.object = True
    known.left_over.clear()
