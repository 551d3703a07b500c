"""What a TE may type: every command of the table in every form, with arguments that fit and that do not, and worse.

row ──► form ──► arguments, of their kinds ──► line ──► lines, half lines, garbage, A/, all at once
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

from modemtwin.at.arguments import Argument, Choice, Digits, Hex, Int, Pairs, Rest
from modemtwin.at.table import Command
from modemtwin.modem.commands import rows
from modemtwin.modem.parts.parts import Parts

__all__ = ["ROWS", "draw", "draw_packet", "draw_wait"]

ROWS: tuple[Command[Parts], ...] = tuple(
    {row.spelling(form): row for each in ("sim7000", "sim7080") for row in rows(each) for form in row.forms}.values()
)
"""Every row of both dialects, as often as it has forms."""

_GO_ONLINE = ("+CFUN=1", "+CPIN=1234", "+COPS=0", "+CGATT=1", "+CNACT=1", "+CNACT=2", "+CCOAPINIT")
_COAP = (
    "+CCOAPINIT",
    '+CCOAPURL="coap://192.0.2.1"',
    '+CCOAPURL="coap://192.0.2.1/time?a=b"',
    "+CCOAPURL=coap://192.0.2.2:5684",
    '+CCOAPURL="coap://coap.example/large"',
    '+CCOAPURL="coap://nobody.example"',
    '+CCOAPURL="coap://224.0.1.187"',
    "+CCOAPURL=coap://[2001:db8::1]",
    "+CCOAPURL=coaps://192.0.2.1",
    "+CCOAPACTION",
    "+CCOAPACTION",
    "+CCOAPACTION",
    "+CCOAPACTION=4",
    "+CCOAPACTION=4;+CCOAPACTION=5",
    "+CCOAPACTION;+CCOAPACTION;+CCOAPACTION",
    "+CCOAPTERM",
    "+CCOAPTERM;+CCOAPINIT",
    "+CCOAPREAD=1",
    "+CCOAPHEAD=1,1;+CCOAPREAD=1",
)
_FIELDS = (
    "code,1",
    "code,2",
    "code,3",
    "code,5",
    "code,45",
    "code,0",
    "type,CON",
    "type,NON",
    "type,ACK",
    "type,RST",
    "mid,1",
    "mid,7",
    "token,0,t",
    "token,1,0102",
    "observe,0",
    "observe,1",
    'uri-path,0,"time"',
    'uri-path,0,"separate"',
    'uri-path,0,"large"',
    'uri-path,0,"obs"',
    'uri-path,0,"large-update"',
    'uri-query,0,"a=b&c"',
    'payload,0,"hello world"',
    "payload,1," + "5A" * 200,
    "content-format,0",
    "size,5000",
)
_LINE = ("E0", "E1", "V0", "V1", "Q1", "Q0", "&F", "Z", "&W", "+CMEE=1", "+CMEE=2", "E1V1Q0", "+IPR=9600", "+IPR=0")
_SLEEP = ("+CSCLK=0", "+CSCLK=1", "+CSCLK=2", '+CPSMS=1,,,"00000001","00000001"', "+CPSMS=0", '+CEDRXS=2,5,"0010"')
_HOLD = ("+CGATT=1", "+COPS=0", "+SAPBR=1,1", "+CIICR", "+SNPING4=192.0.2.1,3,16,100", "+CDNSGIP=coap.example")
_WAIT = ("+SNPING4=192.0.2.1,9,16,1000", "+SNPING4=192.0.2.77,2,16,5000", "+COPS=2\rAT+COPS=0", "+CGATT=0;+CGATT=1")
_DATA = ("D*99#", "+CFUN=1,1", "+CPOWD=1", "+CREBOOT", "+CFUN=0", "+CFUN=4", "+CIFSR", "+IFC=2,2", "&D2", "&C0")
_MISTYPED = (
    "+CCOAPNEW=1",
    "+CSQ?=",
    "+CCOAPACTION=4?",
    '+CCOAPPARA=?"CODE",1',
    "+CNACT==1",
    '+CCOAPURL="',
    "+",
    ";;",
    "7",
)
_NOISE = (
    b"\x1b",
    b"\x1a",
    b"+++",
    b"\r",
    b"\n",
    b"\x00\xff",
    b"\x08\x08",
    b"A",
    b"AT",
    b"at+c",
    b"ATA/",
    b"A\nT\r",
    b"xyz",
)


def _one_of(*texts: str) -> Callable[[Random], str]:
    return lambda chance: chance.choice(texts)


def _packet(chance: Random) -> str:
    fields = [chance.choice(_FIELDS) for _ in range(chance.randrange(1, 5))]
    return f"+CCOAPPARA={','.join(fields)}" + chance.choice((";+CCOAPACTION", ";+CCOAPACTION", ""))


def _read(chance: Random) -> str:
    mid = chance.choice((0, 1, 2, 3, 4, 5, 6, 7, 8, 65_535, chance.randrange(65_536)))
    return chance.choice((f"+CCOAPREAD={mid}", f"+CCOAPHEAD={mid},1", f"+CCOAPHEAD={mid},0;+CCOAPREAD={mid}"))


def _from_table(chance: Random) -> str:
    row = chance.choice(ROWS)
    form = chance.choice((*row.forms, *row.forms, "test", "read", "execute", "write"))
    if form != "write":
        return row.name + {"test": "=?", "read": "?", "execute": ""}[form]
    values = [value for argument in row.arguments for value in _values(argument, chance)]
    if chance.random() < 0.1:
        values = values[: chance.randrange(len(values) + 1)]
    elif chance.random() < 0.1:
        values.append(chance.choice(("1", "", '"x"')))
    return row.name + ("=" if row.extended or row.name.startswith("S") else "") + ",".join(values)


def _values(argument: Argument, chance: Random) -> Sequence[str]:
    """Give what may stand for an argument: mostly what fits."""
    if chance.random() < 0.06:
        return (chance.choice(("", '"', "-1", "99999999999999999999", "é", '"a\\"b"', "1 2", '"\\41"', "(0,1)")),)
    match argument:
        case Int(low=low, high=high):
            number = chance.choice((low, low, min(low + 1, high), high, chance.randint(low, high), low - 1, high + 1))
            return (str(number),)
        case Choice(values=values):
            chosen = str(chance.choice(values))
            return (chosen if chance.random() < 0.5 else f'"{chosen}"',)
        case Digits(lengths=lengths):
            return ("1" * chance.choice(lengths) if chance.random() < 0.3 else "1234",)
        case Hex():
            return (chance.choice(("", "00", "5A5a", "0", "xyz")),)
        case Pairs():
            return [chance.choice(_FIELDS) for _ in range(chance.randrange(1, 4))]
        case Rest():
            return (chance.choice(("coap://192.0.2.1/a", '"coap://192.0.2.1"', "*99#", "1,2", "", "x" * 300)),)
        case _:
            return (chance.choice(('"ctnb"', "ctnb", '""', '"IP"', "192.0.2.1", '"00000001"', '"0010"', '"x,y;z"')),)


_KINDS: tuple[tuple[int, Callable[[Random], str]], ...] = (
    (20, _one_of(*_COAP)),
    (22, _packet),
    (12, _read),
    (24, _from_table),
    (10, _one_of(*_GO_ONLINE)),
    (4, _one_of(*_LINE)),
    (2, _one_of("E1V1Q0", "&F")),
    (2, _one_of(*_SLEEP)),
    (4, _one_of(*_HOLD)),
    (2, _one_of(*_DATA)),
    (2, _one_of(*_MISTYPED)),
    (1, _one_of("+CSQ;" * 39 + "+CSQ", "+CSQ;" * 38 + "+CSQ", "x" * 559, "+CGMI;" + "y" * 560)),
)


def _body(chance: Random) -> str:
    (_, make), *_ = chance.choices(_KINDS, [weight for weight, _ in _KINDS])
    body = make(chance)
    if chance.random() < 0.06:
        body += ";" + chance.choice(_COAP)
    return body.lower() if chance.random() < 0.03 else body


def _line(chance: Random) -> bytes:
    text = "AT" + _body(chance)
    if chance.random() < 0.03:
        place = chance.randrange(2, len(text) + 1)
        text = text[:place] + "#\b" + text[place:]
    return text.encode() + chance.choice((b"\r", b"\r", b"\r", b"\r\n"))


def draw_packet(chance: Random) -> bytes:
    """Draw a packet that is sent off, mostly one that is in order, now and then to whom nobody hears."""
    where = chance.choice(("", "", "", "+CCOAPURL=coap://192.0.2.9;", '+CCOAPURL="coap://192.0.2.1/separate";'))
    fields = chance.choice(("code,1", "type,NON,code,1", 'code,2,payload,0,"21"', "token,0,t,observe,0", ""))
    return f"AT{where}{f'+CCOAPPARA={fields};' if fields else ''}+CCOAPACTION\r".encode()


def draw_wait(chance: Random) -> bytes:
    """Draw a line that has to wait, and perhaps some of what the TE types meanwhile."""
    ahead = _line(chance) if chance.random() < 0.5 else b""
    return f"AT{chance.choice((*_WAIT, *_HOLD))}{chance.choice(('', '', ';+CSQ'))}\r".encode() + ahead


def draw(chance: Random) -> bytes:
    """Draw what is written at once: a line mostly; several, a half, A/, keys that abort, noise."""
    what = chance.random()
    if what < 0.7:
        return _line(chance)
    if what < 0.82:
        return b"".join(_line(chance) for _ in range(chance.randrange(2, 5)))
    if what < 0.88:
        line = _line(chance)
        return line[: chance.randrange(1, len(line))]
    if what < 0.92:
        return chance.choice((b"\r", b"\r", b"A/", b"a/\r"))
    if what < 0.97:
        return chance.choice(_NOISE)
    return chance.randbytes(chance.randrange(1, 30))
