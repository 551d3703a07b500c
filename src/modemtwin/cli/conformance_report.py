"""Shows what a conformance run finds, as it finds it: for a person, or as one JSON object per line."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from modemtwin.cli.json_lines import line as json_line
from modemtwin.cli.style import Style, can_rewrite
from modemtwin.modem.quirks import LEDGER
from modemtwin.world.conformance.dialogue import Dialogue
from modemtwin.world.conformance.exchange import Identity
from modemtwin.world.conformance.programme import Listener, Outcome
from modemtwin.world.conformance.verdict import Finding, Ruling, Verdict

__all__ = ["JsonReport", "Report", "TextReport"]

_MARKS = {
    Verdict.AGREES: ("✓", "green"),
    Verdict.VARIES: ("≈", "green"),
    Verdict.EXPLAINED: ("Q", "yellow"),
    Verdict.DIFFERS: ("✗", "red"),
}
_LONGEST = 100
_MOST_LINES = 6


class Report(Listener, Protocol):
    """A listener that can also tell the end. ``where``: the port, in words; ``against``: files, if not a profile."""

    where: str
    against: str

    def besides(self, lines: Sequence[bytes]) -> None:
        """The module has said these lines, which belong to nothing that was typed."""

    def aside(self, what: str) -> None:
        """Something that a person should know."""

    def ended(self, outcome: Outcome, status: int, saved: Sequence[str]) -> None:
        """Everything was played."""

    def failed(self, error: str, why: str, status: int, hint: str = "") -> int:
        """It came to an end before, by an ``error`` of this name; gives the status back."""


class TextReport:
    """In lines for a person; ``quiet`` leaves out what agrees."""

    def __init__(self, *, quiet: bool = False) -> None:
        self.where = self.against = ""
        self._quiet = quiet
        self._style = Style(sys.stdout)
        self._notes = Style(sys.stderr)
        self._progress = can_rewrite(sys.stderr) and sys.stdout.isatty()
        self._quirks_begun = False
        self._left_out: list[tuple[str, str]] = []

    def met(self, identity: Identity) -> None:
        facts = [identity.facts[key] for key in ("model", "revision") if key in identity.facts]
        who = ", ".join(facts) or "a module that does not say who it is"
        self._say(
            f"{self._style(who, 'bold')} at {self.where}, held against {self.against or f'profile {identity.profile}'}"
        )

    def unreachable(self, why: str) -> None:
        self._say(self._style(f"No network: {why}", "yellow"))

    def playing(self, name: str) -> None:
        if self._progress:
            print(f"\r\033[K{self._notes(f'playing {name} …', 'dim')}", end="", file=sys.stderr, flush=True)

    def found(self, finding: Finding) -> None:
        if self._quiet and (finding.choice is None or finding.is_default):
            return
        if not self._quirks_begun:
            self._quirks_begun = True
            self._say("\n" + self._style("Quirks", "bold"))
        if finding.choice is None:
            self._say(self._style(f"  {finding.quirk:<18} not known: {finding.why}", "dim"))
            return
        means = LEDGER[finding.quirk].choices.get(finding.choice, f"{finding.choice} s after the packet was first sent")
        choice = self._style(f"{finding.choice:<12}", *(() if finding.is_default else ("yellow",)))
        self._say(f"  {finding.quirk:<18} {choice} {self._style(means, 'dim')}")

    def judged(self, dialogue: Dialogue, rulings: Sequence[Ruling]) -> None:
        shown = rulings if not self._quiet else _apart_ones(rulings)
        if shown:
            self._say("\n" + self._style(dialogue.name, "bold"))
        for ruling in shown:
            self._line(ruling)
        if dialogue.unseen and not self._quiet:
            self._say(self._style(f"        {_about(dialogue.unseen)}", "dim"))

    def left_out(self, name: str, why: str) -> None:
        self._left_out.append((name, why))

    def ended(self, outcome: Outcome, status: int, saved: Sequence[str]) -> None:
        if self._left_out and not self._quiet:
            self._say("\n" + self._style("Left out", "bold"))
            for reason in dict.fromkeys(why for _, why in self._left_out):
                names = ", ".join(name for name, why in self._left_out if why == reason)
                self._say("\n".join(textwrap.wrap(f"{names}: {reason}", 118, **_INDENTED)))
        counted = ", ".join(f"{outcome.count(verdict)} {word}" for verdict, word in _WORDS.items())
        self._say(f"\n{len(outcome.rulings)} lines: {counted}")
        chosen = [f"{each.quirk} = {each.choice}" for each in outcome.findings if each.choice and not each.is_default]
        if chosen:
            self._say(f"not as the ledger's defaults: {', '.join(chosen)}")
        if saved:
            self._say(f"written: {' and '.join(saved)}")

    def besides(self, lines: Sequence[bytes]) -> None:
        if lines and not self._quiet:
            self._say("\n" + self._style("Said by itself", "bold"))
            self._say("\n".join(f"  {_shown(line)}" for line in lines))

    def aside(self, what: str) -> None:
        self._clear()
        print(f"modemtwin conform: {what}", file=sys.stderr)

    def failed(self, error: str, why: str, status: int, hint: str = "") -> int:
        self._clear()
        print(f"modemtwin conform: {why}{f'; {hint}' if hint else ''}", file=sys.stderr)
        return status

    def _line(self, ruling: Ruling) -> None:
        mark, colour = _MARKS[ruling.verdict]
        exchange, style = ruling.exchange, self._style
        because = ", ".join(f"{quirk} = {choice}" for quirk, choice in ruling.choices.items())
        same = ruling.verdict in (Verdict.AGREES, Verdict.VARIES)
        answer = _together(exchange.came) if same else because
        self._say(f"  {style(mark, colour)}{exchange.number:>4}  {_shown(exchange.typed):<34} {style(answer, colour)}")
        if same:
            return
        expected, came = _apart(ruling.expected.came, exchange.came)
        for line in expected or (b"nothing more",):
            self._say(style(f"           - {_shown(line)}", "dim" if because else "red"))
        for line in came or (b"nothing more",):
            self._say(style(f"           + {_shown(line)}", colour if because else "green"))

    def _say(self, text: str) -> None:
        self._clear()
        print(text, flush=True)

    def _clear(self) -> None:
        if self._progress:
            print("\r\033[K", end="", file=sys.stderr, flush=True)


class JsonReport:
    """One JSON object per line, on standard output; ``failed`` also says its sentence on standard error."""

    def __init__(self, *, quiet: bool = False) -> None:
        self.where = self.against = ""
        self._quiet = quiet

    def met(self, identity: Identity) -> None:
        facts = {key: identity.facts.get(key) for key in ("model", "revision")}
        self._say("module", where=self.where, **facts, against=self.against or identity.profile)

    def unreachable(self, why: str) -> None:
        self._say("network", reached=False, why=why)

    def playing(self, name: str) -> None:
        """Say nothing: a program that reads this is told of results."""

    def found(self, finding: Finding) -> None:
        known = finding.choice is not None
        means = LEDGER[finding.quirk].choices.get(finding.choice or "", f"{finding.choice} s")
        self._say(
            "quirk",
            id=finding.quirk,
            choice=finding.choice,
            default=finding.is_default,
            means=means if known else None,
            why=None if known else finding.why,
        )

    def judged(self, dialogue: Dialogue, rulings: Sequence[Ruling]) -> None:
        for ruling in rulings if not self._quiet else _apart_ones(rulings):
            self._say(
                "line",
                dialogue=dialogue.name,
                line=ruling.exchange.number,
                typed=_text(ruling.exchange.typed),
                expected=_texts(ruling.expected.came),
                got=_texts(ruling.exchange.came),
                verdict=ruling.verdict.value,
                choices=dict(ruling.choices),
            )

    def left_out(self, name: str, why: str) -> None:
        self._say("left-out", dialogue=name, why=why)

    def besides(self, lines: Sequence[bytes]) -> None:
        if lines:
            self._say("besides", lines=_texts(lines))

    def aside(self, what: str) -> None:
        print(f"modemtwin conform: {what}", file=sys.stderr)

    def ended(self, outcome: Outcome, status: int, saved: Sequence[str]) -> None:
        counts = {verdict.value: outcome.count(verdict) for verdict in Verdict}
        choices = {each.quirk: each.choice for each in outcome.findings if each.choice is not None}
        lines = len(outcome.rulings)
        self._say(
            "result", status=status, lines=lines, **counts, facts=outcome.facts, choices=choices, saved=list(saved)
        )

    def failed(self, error: str, why: str, status: int, hint: str = "") -> int:
        self._say("error", error=error, message=why, hint=hint or None, status=status)
        print(f"modemtwin conform: {why}{f'; {hint}' if hint else ''}", file=sys.stderr)
        return status

    def _say(self, kind: str, **told: object) -> None:
        print(json_line(kind, told), flush=True)


_INDENTED: dict[str, Any] = {
    "initial_indent": "  ",
    "subsequent_indent": "    ",
    "break_on_hyphens": False,
    "break_long_words": False,
}

_WORDS = {
    Verdict.AGREES: "agree",
    Verdict.VARIES: "vary as they may",
    Verdict.EXPLAINED: "are explained by a quirk",
    Verdict.DIFFERS: "differ",
}


def _about(lines: Sequence[int]) -> str:
    what = "about datagrams, the journal or the set-up, and not played from a port"
    return f"line {lines[0]} is {what}" if len(lines) == 1 else f"{len(lines)} lines are {what}"


def _apart_ones(rulings: Sequence[Ruling]) -> list[Ruling]:
    return [each for each in rulings if each.verdict in (Verdict.EXPLAINED, Verdict.DIFFERS)]


def _apart(expected: Sequence[bytes], came: Sequence[bytes]) -> tuple[Sequence[bytes], Sequence[bytes]]:
    """Leave out the lines that both begin with, and those that both end with."""
    while expected and came and expected[0] == came[0]:
        expected, came = expected[1:], came[1:]
    while expected and came and expected[-1] == came[-1]:
        expected, came = expected[:-1], came[:-1]
    return expected, came


def _together(lines: Sequence[bytes]) -> str:
    """All lines of an answer in one, but for those in the middle of many."""
    if len(lines) > _MOST_LINES:
        return f"{_shown(lines[0])} · {len(lines) - 2} lines more · {_shown(lines[-1])}"
    return " · ".join(map(_shown, lines)) or "nothing"


def _text(line: bytes) -> str:
    return line.decode("latin-1")


def _texts(lines: Iterable[bytes]) -> list[str]:
    return [_text(line) for line in lines]


def _shown(line: bytes) -> str:
    text = "".join(chr(byte) if 0x20 <= byte < 0x7F else f"\\x{byte:02x}" for byte in line)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
