"""The reference of all keys of a scenario, made of the rows that its checker works by."""

from __future__ import annotations

from modemtwin.amount import figure
from modemtwin.world.scenario.keys import NEEDED, SCHEMA
from modemtwin.world.schema import Choice, Key

__all__ = ["reference"]


_WAYS = ("path.up.", "path.down.")
_PATH_NOTE = (
    "All but `preset`, `half-duplex` and `nat-timeout` also stand under `[path.up]`, from the modem, and",
    "`[path.down]`, to it; there they win. A preset lies below all of them: see [Paths](paths.md).",
    "",
)
_SCHEMA_NOTE = (
    "[scenario.schema.json](scenario.schema.json) says the same to editors that check TOML: put\n"
    "`#:schema PATH/scenario.schema.json` into the first line of a scenario."
)
_FAULT_NOTE = ("[Faults](faults.md) says which keys go together, and what they are when they are left out.", "")
_NOTES = {"path": _PATH_NOTE, "fault": _FAULT_NOTE}


def reference() -> str:
    """Write the reference of all keys, in Markdown."""
    lines = [_SCHEMA_NOTE, ""]
    for section in dict.fromkeys(key.name.partition(".")[0] for key in SCHEMA):
        lines += [f"## {section}", "", "| key | allowed | default | unit | |", "|---|---|---|---|---|"]
        for key in (key for key in SCHEMA if key.name.startswith(f"{section}.") and not key.name.startswith(_WAYS)):
            allowed = "a table" if key.name == "event.change" else key.kind.allowed
            lines.append(f"| `{key.spelling}` | {allowed} | {_shown_default(key)} | {key.unit} | {key.doc} |")
        lines += ["", *_NOTES.get(section, ())]
    return "\n".join(lines)


def _shown_default(key: Key) -> str:
    if key.name == "path.preset":
        return "a perfect path"
    if isinstance(key.kind, Choice):
        return next((word for word, value in key.kind.values.items() if value == key.default), str(key.default))
    match key.default:
        case None if getattr(key.kind, "optional", False):
            return "never"
        case None:
            section, _, name = key.spelling.partition(".")
            return "must be given" if name in NEEDED.get(section, ()) else ""
        case bool(flag):
            return str(flag).lower()
        case tuple():
            return "none"
        case str(text):
            return str(text) or "empty"
        case other:
            return figure(other) if isinstance(other, float) else str(other)
