"""Programs of a TE that several worlds play: going online, one exchange, a report now and then."""

from __future__ import annotations

from collections.abc import Callable

from modemtwin.world.te.te import Await, Program, Sleep, Te, Type

GET = 'AT+CCOAPPARA=code,1,uri-path,0,"time"'


def online(url: str = "coap://192.0.2.1", *, mode: int = 1) -> Program:
    """Bring the bearer up, and make a CoAP object."""
    assert (yield Type(f"AT+CNACT={mode}")).ok
    assert (yield Await("+APP PDP: ACTIVE", within=3_600)) is not None
    assert (yield Type("AT+CCOAPINIT")).ok
    assert (yield Type(f'AT+CCOAPURL="{url}"')).ok


def exchange(para: str = GET) -> Program:
    """Send one packet; give how it ended: ``answered``, ``given up``, ``socket error`` or ``refused``."""
    assert (yield Type(para)).ok
    begun = yield Type("AT+CCOAPACTION")
    if not begun.ok:
        return "refused"
    end = yield Await("+CCOAPRECV: ", "+CCOAPACTION: ", within=400)
    assert end is not None, "neither an answer nor a time-out"
    if end.startswith("+CCOAPACTION: "):
        return {"2": "given up", "3": "socket error"}[end[14]]
    mid = end[12 : end.index(",")]
    assert (yield Type(f"AT+CCOAPHEAD={mid},1")).ok
    assert (yield Type(f"AT+CCOAPREAD={mid}")).ok
    return "answered"


def exchanges(
    count: int, pause: float = 0.0, *, para: str = GET, mode: int = 1, url: str = "coap://192.0.2.1"
) -> Callable[[Te], Program]:
    """Make a program that goes online and does so many exchanges; its result lists how each of them ended."""

    def program(te: Te) -> Program:
        yield from online(url, mode=mode)
        ends: list[str] = []
        for _ in range(count):
            ends.append((yield from exchange(para)))
            if pause:
                yield Sleep(pause)
        return ends

    return program


def trying(te: Te) -> Program:
    """Do everything again and again, whatever comes of it."""
    for _ in range(12):
        yield Type("AT+CNACT=1", within=3)
        yield Sleep(2)
        yield Type("AT+CCOAPINIT", within=3)
        yield Type('AT+CCOAPURL="coap://192.0.2.1"', within=3)
        yield Type('AT+CCOAPPARA=code,1,token,0,"ab",uri-path,0,"obs",observe,0', within=3)
        yield Type("AT+CCOAPACTION", within=3)
        for _ in range(4):
            if (line := (yield Await("+CCOAPRECV: ", within=8))) is not None:
                yield Type(f"AT+CCOAPREAD={line[12 : line.index(',')]}", within=3)
        yield Type("AT+CCOAPTERM", within=3)
