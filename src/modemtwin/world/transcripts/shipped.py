"""The transcripts that ship: COAP-AN, section by section, as dialogues that run."""

from __future__ import annotations

from importlib import resources

__all__ = ["shipped", "shipped_names"]

_ROOM = "modemtwin.world.transcripts"


def shipped(name: str) -> str:
    """The text of a transcript, such as ``coap-an/3.4-ccoapaction``.

    :raises FileNotFoundError: when none has this name.
    """
    return (resources.files(_ROOM) / f"{name}.at").read_text("utf-8")


def shipped_names() -> list[str]:
    """The names of all of them, in order."""
    folders = (each for each in resources.files(_ROOM).iterdir() if each.is_dir())
    return sorted(
        f"{folder.name}/{file.name.removesuffix('.at')}"
        for folder in folders
        for file in folder.iterdir()
        if file.name.endswith(".at")
    )
