"""Pages of the virtual module: its commands, errors, quirks and profiles."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

from modemtwin.at.reply import CME_ERRORS
from modemtwin.at.table import Command
from modemtwin.cli.page import page
from modemtwin.modem import profile as profiles
from modemtwin.modem.commands import basic as basic_commands
from modemtwin.modem.commands import (
    bearer,
    bearer_sim7080,
    coap,
    identity,
    internet,
    low_power,
    mobile,
    registration,
    start_up,
)
from modemtwin.modem.parts.parts import Parts
from modemtwin.modem.profile import Profile
from modemtwin.modem.quirks import LEDGER

__all__ = ["commands", "errors", "profile_facts", "quirks"]

_CHAPTERS: tuple[tuple[str, str, tuple[Command[Parts], ...]], ...] = (
    ("The CoAP object", "COAP-AN §3, and what the SIM7080 adds.", coap.ROWS),
    ("Bearer", "COAP-AN §4.", bearer.ROWS),
    ("Bearer, as the SIM7000 spells it", "Profiles sim7000, sim7000-literal and strict.", bearer.ROWS_SIM7000),
    ("Bearer, as the SIM7080 spells it", "Profile sim7080.", bearer_sim7080.ROWS),
    ("Card, radio, attachment", "", mobile.ROWS),
    ("Operator and registration", "", registration.ROWS),
    ("The line itself", "V.250.", basic_commands.ROWS),
    ("Who it is", "", identity.ROWS),
    ("Names, pings and older bearers", "", internet.ROWS),
    ("What programs send at start-up", "", start_up.ROWS),
    ("Sleep", "", low_power.ROWS),
)


def commands() -> str:
    """Every command, in every form, with an example."""
    return page(
        "AT commands",
        "Every command that the virtual modem knows. *Stub* says what a command leaves out: it is accepted, kept and\n"
        "read back, logged when used, and refused by the profile `strict`.",
        *(_chapter(*chapter) for chapter in _CHAPTERS),
    )


def _chapter(title: str, about: str, rows: tuple[Command[Parts], ...]) -> str:
    return "\n".join([f"## {title}\n", *([f"{about}\n"] if about else []), *(_command(row) for row in rows)])


def _command(row: Command[Parts]) -> str:
    lines = [f"### `AT{row.name}`\n", f"{row.title} ({row.section}).\n"]
    lines += [f"* {form}: `{row.spelling(form)}`" for form in row.forms]
    lines += [f"* `<{argument.name}>`: {argument.allowed()}{_manner(argument)}" for argument in row.arguments]
    if row.stub:
        lines.append(f"* *Stub*: {row.stub}.")
    return "\n".join([*lines, f"\nExample: `{row.example}`\n"])


def _manner(argument: object) -> str:
    notes = [word for word in ("optional", "secret") if getattr(argument, word, False)]
    return f" ({', '.join(notes)})" if notes else ""


def errors() -> str:
    """The CME table."""
    rows = [f"| {number} | {text} |" for number, text in CME_ERRORS.items()]
    return page(
        "Errors",
        "With `AT+CMEE=0`, the default, every refusal is `ERROR`. With `AT+CMEE=1` it is `+CME ERROR: <n>`, with\n"
        "`AT+CMEE=2` it is `+CME ERROR: <text>`. The reason in words never goes over the wire: `modemtwin modem -v`\n"
        "and the journal show it.\n\n"
        "Example: `AT+CMEE=2`, then `AT+CCOAPREAD=99` answers `+CME ERROR: operation not allowed` without an object.",
        "\n".join(["| n | text |", "| --- | --- |", *rows]) + "\n",
    )


def quirks() -> str:
    """The ledger, and who chooses what."""
    return page(
        "Quirks",
        "Where the sources disagree or are silent, the modem has a choice. Each has an id; the first choice is the\n"
        "default. An entry with a single choice is a decision of ours. Profiles choose, and so do you:\n\n"
        "    modemtwin modem --set quirks.Q-RECV-NAME=rcv",
        *(_quirk(entry.id) for entry in LEDGER.values()),
    )


def _quirk(id_: str) -> str:
    entry = LEDGER[id_]
    lines = [f"## {id_}\n", f"{entry.sources}\n", "| choice | what it does | profiles |", "| --- | --- | --- |"]
    choosing = {name: profiles.load(name)[id_] for name in profiles.names()}
    for choice, meaning in entry.choices.items():
        who = ", ".join(name for name, chosen in choosing.items() if chosen == choice)
        lines.append(f"| `{choice}` | {meaning} | {who} |")
    if entry.seconds:
        lines.append("| a number | that many seconds after the packet was first sent | |")
    return "\n".join(lines) + "\n"


def profile_facts() -> str:
    """The facts of each profile, side by side."""
    shipped = [profiles.load(name) for name in profiles.names()]
    head = ["| fact | " + " | ".join(each.name for each in shipped) + " | what it is |"]
    head.append("| --- |" + " --- |" * (len(shipped) + 1))
    return page(
        "Profiles",
        "A profile is what one firmware is like, as data. `--profile NAME` chooses one, `--set profile.KEY=VALUE`\n"
        "changes one fact of it. Quirks have a page of their own. `--profile FILE.toml` takes a profile of your own:\n"
        "the keys below, `[quirks]`, and `base`, the profile that it differs from; `modemtwin conform --save` writes\n"
        "one.\n\n"
        "    modemtwin modem --profile sim7080 --set profile.queue-length=4",
        "\n".join([*head, *_facts(shipped)]) + "\n",
    )


def _facts(shipped: list[Profile]) -> Iterator[str]:
    for each in fields(Profile):
        if each.name in ("name", "quirks"):
            continue
        values = " | ".join(_shown(getattr(profile, each.name)) for profile in shipped)
        yield f"| `{each.name.replace('_', '-')}` | {values} | {each.metadata['doc']} |"


def _shown(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
