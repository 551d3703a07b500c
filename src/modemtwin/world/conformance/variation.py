"""What may be different between two modules that agree: signal, addresses, names, sizes, mids; never the shape.

A row is a line with the places where it may vary: ``<number>`` in both lines is any number, ``<!number>`` must be the
same number. The first row that fits both lines counts; lines that no row fits must be the same, but for their blanks.

    +CSQ: <number>,<number>            +CSQ: 27,99     +CSQ: 11,0      varies
    +CNACT: <!number>,"<ip>"           1,"10.0.0.1"    0,"0.0.0.0"     differs: the status is another
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from enum import IntEnum
from functools import cache

from modemtwin.world.conformance.exchange import Exchange

__all__ = ["ROWS", "Likeness", "compare", "compare_lines", "reference"]


class Likeness(IntEnum):
    """How near one answer is to another."""

    DIFFERS = 0
    VARIES = 1
    AGREES = 2


ROWS: tuple[tuple[str, str], ...] = (
    ("+CSQ: <number>,<number>", "the signal is what it is"),
    ('+COPS: <number>,<number>,"<text>",<number>', "another operator, another technology"),
    ('+CGNAPN: <number>,"<text>"', "the network delivers its own APN, or none under GSM"),
    ('+CNACT: <!number>,"<ip>"', "each bearer has its own address"),
    ('+CNACT: <!number>,<!number>,"<ip>"', "each bearer has its own address"),
    ("+CCOAPRECV: <mid>,<number>,<number>", "the server says what it wants to say"),
    ("+CCOAPRCV: <mid>,<number>,<number>", "the server says what it wants to say"),
    ("+CCOAPACTION: 4,<!number>,<mid>", "message IDs may begin anywhere"),
    ("+CCOAPACTION: <!number>,<mid>", "message IDs may begin anywhere"),
    (
        "+CCOAPHEAD: <!number>,<number>,<number>,<number>,<code>,<mid>,<fields>",
        "the server says what it wants to say; the number of fields is the module's",
    ),
    ("+CCOAPHEAD: <!number>,<number>,<head>", "the server says what it wants to say; hex or bytes is the module's"),
    ("+CCOAPREAD: <number>,<payload>", "the server says what it wants to say; the length must be right"),
    ("<error>", "ERROR, or what AT+CMEE makes of it"),
)
"""Lines with the places where they may vary, and why."""

_KINDS: Mapping[str, str] = {
    "number": r"[0-9]+",
    "text": r'[^"\r\n]*',
    "ip": r"[0-9A-Fa-f.:]+",
    "mid": r"[0-9]{1,5}",
    "code": r"[0-7]\.[0-9]{2}",
    "fields": r".*",
    "head": r".*",
    "payload": r".*",
    "error": r"ERROR|\+CME ERROR: [^\r\n]*",
}
"""What a place holds, as a regular expression."""


def compare(one: Exchange, other: Exchange) -> Likeness:
    """Say how near two answers to the same line are: as near as their lines that are farthest apart."""
    if len(one.reply) != len(other.reply) or len(one.after) != len(other.after):
        return Likeness.DIFFERS
    pairs = zip(one.came, other.came, strict=True)
    return min((compare_lines(a, b, one.mids, other.mids) for a, b in pairs), default=Likeness.AGREES)


def compare_lines(one: bytes, other: bytes, mids: Sequence[int] = (), other_mids: Sequence[int] = ()) -> Likeness:
    """Say how near two lines are. ``mids`` are those of the packets that each module has sent, in order."""
    if one == other and list(mids) == list(other_mids):
        return Likeness.AGREES
    for row, kinds in _rows():
        if (left := row.fullmatch(one)) and (right := row.fullmatch(other)):
            both = zip(kinds, left.groups(), right.groups(), strict=True)
            fits = all(_fits(kind, (a, b), (left, right), (mids, other_mids)) for kind, a, b in both)
            return (Likeness.AGREES if one == other else Likeness.VARIES) if fits else Likeness.DIFFERS
    if one == other:
        return Likeness.AGREES
    return Likeness.VARIES if one.replace(b" ", b"") == other.replace(b" ", b"") else Likeness.DIFFERS


@cache
def _rows() -> tuple[tuple[re.Pattern[bytes], tuple[str, ...]], ...]:
    return tuple(_compiled(template) for template, _ in ROWS)


def _compiled(template: str) -> tuple[re.Pattern[bytes], tuple[str, ...]]:
    kinds: list[str] = []
    pattern = ""
    for piece in re.split(r"(<!?[a-z]+>)", template):
        if re.fullmatch(r"<!?[a-z]+>", piece):
            kinds.append(piece[1:-1])
            pattern += f"({_KINDS[kinds[-1].lstrip('!')]})"
        else:
            pattern += re.escape(piece)
    return re.compile(pattern.encode(), re.DOTALL), tuple(kinds)


_Pair = tuple[bytes, bytes]
_Matches = tuple[re.Match[bytes], re.Match[bytes]]
_Mids = tuple[Sequence[int], Sequence[int]]


def _fits(kind: str, values: _Pair, lines: _Matches, mids: _Mids) -> bool:
    """Say whether what stands in a place of both lines may stand there."""
    if kind.startswith("!"):
        return values[0] == values[1]
    return _JUDGES[kind](values, lines, mids) if kind in _JUDGES else True


def _same_packet(values: _Pair, _lines: _Matches, mids: _Mids) -> bool:
    """Two mids mean the same packet: the n-th that was sent, or one that the other side chose; 0 is none."""
    numbers = int(values[0]), int(values[1])
    if 0 in numbers:
        return numbers == (0, 0)
    places = [list(sent).index(mid) if mid in sent else None for mid, sent in zip(numbers, mids, strict=True)]
    return places[0] == places[1]


def _same_number(values: _Pair, _lines: _Matches, _mids: _Mids) -> bool:
    counts = [len(re.findall(rb',(?=(?:[^"]*"[^"]*")*[^"]*$)', value)) for value in values]
    return counts[0] == counts[1]


def _same_form(values: _Pair, lines: _Matches, _mids: _Mids) -> bool:
    forms = [_form(value, int(line[2])) for value, line in zip(values, lines, strict=True)]
    return forms[0] == forms[1] != "neither"


def _form(head: bytes, length: int) -> str:
    if len(head) == 2 * length and re.fullmatch(rb"[0-9A-Fa-f]*", head):
        return "hex"
    return "bytes" if len(head) == length else "neither"


def _whole(values: _Pair, lines: _Matches, _mids: _Mids) -> bool:
    return all(len(value) == int(line[1]) for value, line in zip(values, lines, strict=True))


_JUDGES: Mapping[str, Callable[[_Pair, _Matches, _Mids], bool]] = {
    "mid": _same_packet,
    "fields": _same_number,
    "head": _same_form,
    "payload": _whole,
}
"""Places where more is asked than their kind: the packet, the number of fields, the form, the length."""


def reference() -> str:
    """Write the table, in Markdown."""
    rows = [f"| `{template}` | {why} |" for template, why in ROWS]
    return "\n".join(["| line | why it may vary |", "| --- | --- |", *rows]) + "\n"
