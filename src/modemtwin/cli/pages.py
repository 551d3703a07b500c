"""The reference pages, generated from the tables that the program itself works by."""

from __future__ import annotations

from collections.abc import Callable

from modemtwin.cli import modem_pages, program_pages, world_pages

__all__ = ["PAGES"]

PAGES: dict[str, Callable[[], str]] = {
    "commands.md": modem_pages.commands,
    "errors.md": modem_pages.errors,
    "quirks.md": modem_pages.quirks,
    "profiles.md": modem_pages.profile_facts,
    "scenario.md": world_pages.scenario,
    "scenario.schema.json": world_pages.scenario_schema,
    "faults.md": world_pages.faults,
    "paths.md": world_pages.paths,
    "transcripts.md": world_pages.transcripts,
    "scripts.md": world_pages.scripts,
    "conformance.md": world_pages.conformance,
    "resources.md": world_pages.resources,
    "command-line.md": program_pages.command_line,
    "json.md": program_pages.json_objects,
    "pytest.md": program_pages.pytest_plugin,
    "json.schema.json": program_pages.json_schema,
}
"""File name and what makes its text."""
