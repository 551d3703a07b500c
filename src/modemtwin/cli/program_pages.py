"""Pages of the program itself: its command line, what it prints as JSON, and what it gives to pytest."""

from __future__ import annotations

from collections.abc import Iterator

from modemtwin.cli.json_kinds import KINDS, Kind
from modemtwin.cli.page import page

__all__ = ["command_line", "json_objects", "json_schema", "pytest_plugin"]


def command_line() -> str:
    """The help of every verb."""
    from modemtwin.cli.main import VERBS, verb_help
    from modemtwin.cli.statuses import STATUSES

    statuses = ["| exit status | meaning |", "| --- | --- |"]
    statuses += [f"| {number} | {meaning} |" for number, meaning in STATUSES.items()]
    return page(
        "Command line",
        "What `modemtwin VERB --help` says. The exit status means the same for every verb; the help says which of\n"
        "these a verb has, and when. `modem` and `serve` run until they are stopped: that is done, and no\n"
        "interruption. What `--json` prints has [a page of its own](json.md).",
        "\n".join(statuses) + "\n",
        "## Verbs\n\n" + "\n".join(_contents()),
        *(f"## modemtwin {verb.name}\n\n```text\n{verb_help(verb)}```\n" for verb in VERBS),
    )


def _contents() -> Iterator[str]:
    """The verbs by their groups, each with a link to its help."""
    from modemtwin.cli.main import GROUPS

    for group, verbs in GROUPS.items():
        yield f"{group[0].upper()}{group[1:]}:\n"
        for verb in verbs:
            yield f"* [`{verb.name}`](#modemtwin-{verb.name}): {verb.summary}"
        yield ""


def json_objects() -> str:
    """What ``--json`` prints."""
    return page(
        "JSON",
        "With `--json` a verb prints one object on each line of standard output; what is meant for people goes to\n"
        "standard error as ever. The member `kind` says which of these it is. Every member is always there. The same\n"
        "as a [JSON Schema](json.schema.json).\n\n"
        "    modemtwin observe coap://127.0.0.1/time --count 3 --json | python3 -m json.tool --json-lines",
        *(_json_kind(name, kind) for name, kind in KINDS.items()),
    )


def _json_kind(name: str, kind: Kind) -> str:
    verbs = ", ".join(f"`{verb}`" for verb in kind.verbs.split()) + (", when it fails" if name == "error" else "")
    rows = [f"| `{member.name}` | {member.type_in_words} | {member.about} |" for member in kind.members]
    head = [f"## {name}\n", f"Printed by {verbs}.\n", "| member | type | what it is |", "| --- | --- | --- |"]
    return "\n".join([*head, *rows])


def json_schema() -> str:
    """The same for programs."""
    import json

    from modemtwin.cli.json_lines import schema

    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def pytest_plugin() -> str:
    """The fixtures, markers and options of the pytest plugin."""
    from modemtwin.pytest_plugin.tables import FIXTURES, MARKERS, OPTIONS

    fixtures = [f"| `{row.name}` | `{row.type}` | {row.about} |" for row in FIXTURES]
    markers = [f"| `{row.name}({row.takes})` | {row.about} | `@pytest.mark.{row.example}` |" for row in MARKERS]
    options = [
        f"* `{row.flag}{f' {row.metavar}' if row.metavar else ''}`: {row.about}.\n\n      {row.example}"
        for row in OPTIONS
    ]
    return page(
        "pytest",
        "What the plugin gives to pytest; [how to use it](../howto/pytest.md) stands elsewhere. It is there\n"
        "as soon as modemtwin is installed. `-p no:modemtwin.pytest_plugin` leaves it out.",
        "## Fixtures\n",
        "\n".join(["| fixture | type | what it is |", "| --- | --- | --- |", *fixtures]),
        "## Markers\n\nThe closest marker counts; of `modem_settings` all do, the closest last.\n",
        "\n".join(["| marker | what it says | example |", "| --- | --- | --- |", *markers]),
        "## Options\n",
        "\n".join(options),
    )
