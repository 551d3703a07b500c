"""Pages of what surrounds the module: scenarios, faults, paths, transcripts, conformance, scripts, the server."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from typing import TYPE_CHECKING

from modemtwin.cli.page import page
from modemtwin.coap.numbers import CODES

if TYPE_CHECKING:
    from modemtwin.world.net.presets import Preset

__all__ = ["conformance", "faults", "paths", "resources", "scenario", "scenario_schema", "scripts", "transcripts"]


def scenario() -> str:
    """The keys of a scenario file."""
    from modemtwin.world.scenario.page import reference

    return page("Scenarios", reference())


def scenario_schema() -> str:
    """The scenario as a JSON Schema."""
    import json

    from modemtwin.world.scenario.json_schema import json_schema

    return json.dumps(json_schema(), indent=1) + "\n"


def faults() -> str:
    """Every fault, with an example in TOML, in Python and for a running modem."""
    from modemtwin.world.fault.page import reference

    return page("Faults", reference())


def paths() -> str:
    """The presets of paths, with their sources."""
    from modemtwin.world.net.presets import PRESETS

    return page(
        "Paths",
        "What lies between modem and peers. `--path NAME` takes a preset, `--set path.KEY=VALUE` changes one key\n"
        "of it; a scenario has `[path]`, and a world `add_modem(path=…)`. The keys are those of\n"
        "[the scenario](scenario.md#path). Each figure says where it is from and what was made of\n"
        "it; what is called ours is a choice for which no source was found.\n\n"
        "    modemtwin modem --path nb-iot-deep --seed 7 --set path.loss=0.3",
        *(_preset(name, preset) for name, preset in PRESETS.items()),
    )


def _preset(name: str, preset: Preset) -> str:
    settings = preset.settings
    rows = ["| | up | down |", "| --- | --- | --- |"]
    for each in fields(settings.up):
        up, down, usual = (getattr(way, each.name) for way in (settings.up, settings.down, type(settings.up)()))
        if (up, down) != (usual, usual):
            rows.append(f"| `{each.name.replace('_', '-')}` | {up:.12g} | {down:.12g} |")
    turns = "One direction sends at a time.\n" if settings.half_duplex else ""
    sources = "\n".join(f"* {source}" for source in preset.sources)
    return "\n".join(
        [f"## {name}\n", f"{preset.title[:1].upper()}{preset.title[1:]}. {turns}".rstrip() + "\n", *rows, "", sources]
    )


def transcripts() -> str:
    """The format of transcripts, as its module describes it."""
    import inspect

    from modemtwin.world.transcripts import transcript
    from modemtwin.world.transcripts.shipped import shipped_names

    names = "\n".join(f"* `{name}`" for name in shipped_names())
    text = inspect.cleandoc(transcript.__doc__ or "")
    return page("Transcripts", f"```text\n{text}\n```", f"## Shipped\n\n`modemtwin play NAME` plays one.\n\n{names}\n")


def conformance() -> str:
    """What `modemtwin conform` asks, allows and tells."""

    from modemtwin.world.conformance import manners, probes, variation

    asked = [f"| `{row.typed.pattern.decode().replace('|', chr(92) + '|')}` | {row.what} |" for row in manners.LASTING]
    untold = [f"* `{quirk}`: {why}." for quirk, why in probes.UNTOLD.items()]
    return page(
        "Conformance",
        "What `modemtwin conform` works by; [how to use it](../howto/conform.md) stands elsewhere.\n\n"
        "    modemtwin conform --profile sim7000-literal --json",
        "## What may vary\n\n"
        "`<number>` is any number; `<!number>` must be the same one. `<fields>` must be as many, `<head>` in the same\n"
        "form (hex or bytes), `<payload>` as long as it says, `<mid>` that of the same packet. All other lines must\n"
        "be the same but for blanks.\n\n" + variation.reference(),
        "## What is asked first\n\n"
        + "\n".join(["| line, a regular expression | what it does |", "| --- | --- |", *asked]),
        "## Quirks that cannot be told from outside\n\n"
        "Every other quirk has a probe: `modemtwin play probes/Q-RECV-NAME` plays one by itself.\n\n"
        + "\n".join(untold),
        "## What `--json` writes\n\nIts kinds of objects stand with [those of all verbs](json.md).",
    )


def scripts() -> str:
    """The format of scripts, as its module describes it."""
    import inspect

    from modemtwin.world.script import script

    text = inspect.cleandoc(script.__doc__ or "")
    return page("Scripts", f"`modemtwin serve --script FILE` plays one.\n\n```text\n{text}\n```")


def resources() -> str:
    """What the embedded server serves."""
    from modemtwin.world.peer.contents import AT_START
    from modemtwin.world.peer.resources import RESOURCES
    from modemtwin.world.peer.stored import STORED, STORED_JSON

    rows = ["| path | what it is | methods |", "| --- | --- | --- |"]
    rows += [f"| `{row.path}` | {row.title} | {_named(row.methods)} |" for row in RESOURCES]
    kept = [f"* `/{b'/'.join(path).decode()}`: {len(thing.payload)} bytes" for path, thing in AT_START.items()]
    return page(
        "The embedded server",
        "What `modemtwin serve` answers. `/obs`, `/time` and whatever was PUT can be observed.\n\n"
        'Example: `AT+CCOAPPARA=code,1,uri-path,0,"obs",observe,0`',
        "\n".join(rows) + "\n",
        "## What stands elsewhere\n\n"
        f"A client may PUT up to 64 KiB under any other path. Methods: {_named(STORED)}; for what was PUT as JSON\n"
        f"(content-format 50) {_named(STORED_JSON.keys() - STORED.keys())} too: FETCH takes a list of names of\n"
        "members, PATCH and iPATCH take a merge patch (content-format 52, RFC 7396). `/fresh` is done only for a\n"
        "request with the Echo of the 4.01 that the first one gets (RFC 9175). At the start there is:\n",
        "\n".join(kept) + "\n",
    )


def _named(methods: Iterable[int]) -> str:
    return ", ".join(CODES[code] for code in sorted(methods) if code in CODES)
