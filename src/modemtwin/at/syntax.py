"""A command line to calls: which command, in which form, with which arguments (V.250 §5.3, §5.4).

    E1 Q0 S0=1 V1 ; +CSQ ; +CGATT?         basic commands and S-parameters join; extended ones end at ``;``

Quotes open an argument or they are ordinary characters, so ``;`` and ``,`` part only what stands outside of them.
Blanks around names and arguments are dropped (V.250 §5.2.1), those inside a bare argument are kept. An empty command,
between two ``;`` or behind the last, is no command: V.250 §5.4.5 is silent; we pass over it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, Literal, TypeAlias

from modemtwin.at.arguments import RawArgument
from modemtwin.value import value

__all__ = ["Call", "Escapes", "Form", "parse_line"]

Form: TypeAlias = Literal["test", "read", "write", "execute"]
Escapes: TypeAlias = Literal["backslash", "v250", "none"]


@value
class Call:
    """One command as it was typed.

    ``name`` in capitals; ``source`` is its text on the line; ``fault`` says what is wrong with its syntax, else it is
    empty.
    """

    name: str
    form: Form
    arguments: tuple[RawArgument, ...]
    source: str
    fault: str = ""


# V.250 §5.4.1: a name is a prefix and letters, digits and ! % - . / : _ ; the prefixes beside + are other makers'.
_EXTENDED = re.compile(r" *+([+*#$%^][A-Za-z0-9!%\-./:_]*+) *+(= *+\?(?= *+(?:;|\Z))|=|\?)? *+(;|\Z)?")
# V.250 §5.3.1 and §5.3.2: a letter, & and a letter, or S and digits; then a number, or = and a number, or ?.
_BASIC = re.compile(r" *+([Ss] *+[0-9]++|[&\\]? *+[A-Za-z]) *+(?:= *+(\?)|(=)? *+([0-9]*+) *+(\?)?)")
_STRINGS = {"backslash": r"\"((?:[^\"\\]++|\\.)*+)\"", "v250": r"\"([^\"]*+)\"", "none": r"\"([^\"]*+)\""}
_STRING = {escapes: re.compile(" *" + string, re.DOTALL) for escapes, string in _STRINGS.items()}
_ARGUMENT = {
    escapes: re.compile(rf" *+(?:(?!\")([^,;]*+)|{string} *+)([,;]|\Z)", re.DOTALL)
    for escapes, string in _STRINGS.items()
}
_UNESCAPE: Final[dict[str, Callable[[str], str]]] = {
    "backslash": lambda text: re.sub(r"\\([\"\\])", r"\1", text),  # silent; we take \" and \\, Q-STRING-ESCAPES
    "v250": lambda text: re.sub(r"\\([0-9A-Fa-f]{2})", lambda code: chr(int(code[1], 16)), text),  # V.250 §5.4.2.2
    "none": lambda text: text,
}
_CONTROL = re.compile(r"(\"(?:[^\"\\]++|\\.)*+\"?)|[\x00-\x1f]+", re.DOTALL)
_NEXT = re.compile(r"[^;\"]*+(?:\"(?:[^\"\\]++|\\.)*+(?:\"|\\?\Z)[^;\"]*+)*+", re.DOTALL)


def parse_line(body: str, escapes: Escapes = "backslash") -> list[Call]:
    """Take a command line apart: what stands behind ``AT``, without its end. Never fails: a fault is part of a call."""
    if not body.isprintable():
        # V.250 §5.2.2 has control characters ignored; within quotes we keep them, for the UART is 8-bit clean.
        body = _CONTROL.sub(lambda found: found[1] or "", body)
    calls: list[Call] = []
    place = 0
    end = len(body)
    while place < end:
        if body[place] in " ;":
            place += 1
            continue
        call, place = _parse_extended(body, place, escapes) if body[place] in "+*#$%^" else _parse_basic(body, place)
        calls.append(call)
    return calls


def _parse_extended(body: str, start: int, escapes: str) -> tuple[Call, int]:
    head = _EXTENDED.match(body, start)
    assert head is not None  # its first character has been seen
    name, sign, ended = head.groups()
    name = name.upper()
    place = head.end()
    if sign == "=":
        return _parse_write(body, start, name, head.end(2), escapes)
    if ended is None:
        after = {"?": "?", None: "the name"}.get(sign, "=?")
        return _faulty(body, start, place, name, f"nothing but a semicolon may follow {after}")
    form: Form = "execute" if sign is None else "read" if sign == "?" else "test"
    return Call(name, form, (), body[start : place - len(ended)].rstrip(" ")), place


def _parse_write(body: str, start: int, name: str, place: int, escapes: str) -> tuple[Call, int]:
    arguments: list[RawArgument] = []
    pattern = _ARGUMENT[escapes]
    while True:
        found = pattern.match(body, place)
        if found is None:
            return _faulty(body, start, place, name, _quote_fault(body, place, escapes, len(arguments) + 1))
        bare, string, end = found.groups()
        place = found.end()
        if string is None:
            arguments.append(RawArgument(bare.rstrip(" ")))
        else:
            arguments.append(RawArgument(_UNESCAPE[escapes](string) if "\\" in string else string, True))
        if end != ",":
            return Call(name, "write", tuple(arguments), body[start : place - len(end)]), place


def _parse_basic(body: str, start: int) -> tuple[Call, int]:
    head = _BASIC.match(body, start)
    if head is None:
        return _faulty(body, start, start, "", f"no command begins with {body[start]}")
    name = head[1].replace(" ", "").upper()
    if name == "D":  # V.250 §6.3.1: the dial string runs to the semicolon or the end of the line
        end = body.find(";", start)
        end = len(body) if end < 0 else end
        dialled = body[head.end(1) : end].strip(" ")
        return Call(name, "write" if dialled else "execute", _one(dialled), body[start:end]), end
    test, sign, number, asked = head.groups()[1:]
    source = body[start : head.end()].rstrip(" ")
    if name.startswith("S") and len(name) > 1:
        name = f"S{int(name[1:])}"
        if number and not sign:
            return _faulty(body, start, head.end(), name, f"{name} takes its value behind =")
    elif name == "S":
        return _faulty(body, start, head.end(), name, "S needs the number of a register")
    if test:
        return Call(name, "test", (), source), head.end()
    if asked:
        if sign or number:
            return _faulty(body, start, head.end(), name, "? does not follow a number")
        return Call(name, "read", (), source), head.end()
    if sign or number:
        return Call(name, "write", _one(number), source), head.end()
    return Call(name, "execute", (), source), head.end()


def _one(text: str) -> tuple[RawArgument, ...]:
    return (RawArgument(text),) if text else ()


def _faulty(body: str, start: int, place: int, name: str, fault: str) -> tuple[Call, int]:
    """Give a call that cannot be understood; the line goes on behind the next semicolon outside quotes."""
    skipped = _NEXT.match(body, place)
    assert skipped is not None  # it matches the empty text
    end = max(skipped.end(), start + 1)
    return Call(name, "execute", (), body[start:end], fault), end


def _quote_fault(body: str, place: int, escapes: str, number: int) -> str:
    if _STRING[escapes].match(body, place) is None:
        return f"the quote that opens argument {number} is never closed"
    return f"text follows the quote that closes argument {number}; a comma, a semicolon or the end may"
