"""What is kept of an encounter: a profile that behaves as the module did, and a transcript of what it said.

    findings, identity ──► profile TOML, for ``modemtwin modem --profile FILE``
    exchanges          ──► transcript, for ``modemtwin conform --transcript FILE``

The transcript names 192.0.2.1 where the module's own server stood, and no IMEI is asked for: both files can be shown.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from modemtwin.clockwork import MICROSECONDS
from modemtwin.world.conformance.dialogue import Dialogue, Line, Ready
from modemtwin.world.conformance.exchange import Exchange
from modemtwin.world.conformance.manners import Addressing
from modemtwin.world.conformance.programme import Outcome
from modemtwin.world.play.output import is_final

__all__ = ["profile_text", "transcript_text"]

_PLAIN = frozenset(range(0x20, 0x7F))


def profile_text(outcome: Outcome) -> str:
    """Write a profile in TOML: the facts that the module told, and the choices that were found.

    What is not known stays as the profile below has it; a comment says why.
    """
    identity = outcome.identity
    model = identity.facts.get("model", "a module")
    revision = identity.facts.get("revision", "").removeprefix("Revision:")
    lines = [
        "# Written by `modemtwin conform --save`: what a module answered. Run it: modemtwin modem --profile THIS-FILE",
        f'base = "{identity.profile}"',
        f"title = {_quoted(f'{model} {revision}'.strip() + ', as modemtwin conform found it')}",
        "",
        *(f"{key} = {_quoted(value)}" for key, value in identity.facts.items()),
        *(f"{key.replace('_', '-')} = {value}" for key, value in outcome.facts.items()),
        "",
        "[quirks]",
    ]
    for finding in outcome.findings:
        if finding.choice is not None:
            lines.append(f"{finding.quirk} = {_quoted(finding.choice)}")
        else:
            lines.append(f"# {finding.quirk} is not known: {_one_line(finding.why)}")
    lines += [f"# {quirk} is not known: {_one_line(why)}" for quirk, why in outcome.untold.items()]
    return "\n".join(lines) + "\n"


def transcript_text(title: str, played: Sequence[tuple[Dialogue, Sequence[Exchange]]], addressing: Addressing) -> str:
    """Write what was typed and what came, one dialogue after the other."""
    pieces = [f"# {_one_line(title)}\n# Hold a module against it: modemtwin conform --transcript THIS-FILE\n"]
    pieces += ["\n".join(_dialogue(dialogue, exchanges, addressing)) + "\n" for dialogue, exchanges in played]
    return "\n".join(pieces)


def _dialogue(dialogue: Dialogue, exchanges: Sequence[Exchange], addressing: Addressing) -> Iterator[str]:
    yield f"! afresh {dialogue.name}"
    coming = iter(exchanges)
    for cue in dialogue.cues:
        match cue:
            case Ready():
                yield "! ready"
            case Line():
                exchange = next(coming, None)
                if exchange is None:
                    return
                yield from _exchange(cue, exchange, addressing)


def _exchange(line: Line, exchange: Exchange, addressing: Addressing) -> Iterator[str]:
    typed = exchange.typed.replace(addressing.mute.encode(), Addressing().mute.encode())
    typed = typed.replace(addressing.server.encode(), Addressing().server.encode())
    yield f"> {_escaped(typed)}"
    for each in exchange.reply:
        yield f"< {_escaped(each)}"
        if is_final(each) and line.wait is not None:
            yield f"... {line.wait / MICROSECONDS:g} s"
    for each in exchange.after:
        yield f"< {_escaped(each)}"


def _escaped(line: bytes) -> str:
    return "".join(
        chr(byte) if byte in _PLAIN and not (byte == 0x5C and line[place + 1 : place + 2] == b"x") else f"\\x{byte:02x}"
        for place, byte in enumerate(line)
    )


def _quoted(text: str) -> str:
    return json.dumps(text).replace("\x7f", "\\u007f")


def _one_line(text: str) -> str:
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
