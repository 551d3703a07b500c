"""The manual runs: no row of the command table, and no section of COAP-AN, without a transcript that plays it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from modemtwin.at.line import LineReader
from modemtwin.at.syntax import Form, parse_line
from modemtwin.at.table import Command
from modemtwin.modem import profile as profiles
from modemtwin.modem.commands import rows
from modemtwin.modem.parts.parts import Parts
from modemtwin.world.transcripts.transcript import Direct, Transcript, TypeIn
from tests.spec.transcript_files import COAP_AN, FILES, read

DIALECTS = ("sim7000", "sim7080")
SECTIONS = ("3.1", "3.2", "3.3", "3.4", "3.5", "3.6", "3.7", "4.1", "4.2", "5")
_ATTENTION: tuple[str, Form] = ("", "execute")
"""The bare ``AT``."""


def _dialect(transcript: Transcript) -> str:
    named = (step.words[1] for step in transcript.steps if isinstance(step, Direct) and step.words[0] == "profile")
    return profiles.load(next(named, "sim7000")).dialect


def _typed(transcript: Transcript) -> Iterator[tuple[str, str]]:
    """Name and form of every command that the TE types."""
    reader = LineReader(longest_line=559)
    for step in transcript.steps:
        if isinstance(step, TypeIn):
            reader.feed(step.data)
            while reader.typed:
                _, line = reader.take()
                if line is not None and not reader.overlong:
                    yield from [(call.name, call.form) for call in parse_line(line)] or [_ATTENTION]


def untyped(table: Iterable[Command[Parts]], dialect: str, transcripts: Iterable[Transcript]) -> list[str]:
    """The forms of a dialect's rows that nobody types; in a row that both dialects share, either will do."""
    shared = {id(row) for row in rows("sim7000")} & {id(row) for row in rows("sim7080")}
    heard = {(_dialect(each), *call) for each in transcripts for call in _typed(each)}
    missing = []
    for row in table:
        dialects = DIALECTS if id(row) in shared else (dialect,)
        missing += [
            f"{dialect}: {row.spelling(form)} ({row.section})"
            for form in row.forms
            if not any((each, row.name, form) in heard for each in dialects)
        ]
    return missing


def test_every_form_of_every_row_is_typed_in_a_transcript() -> None:
    transcripts = [read(name) for name in FILES]
    assert [each for dialect in DIALECTS for each in untyped(rows(dialect), dialect, transcripts)] == []


def test_a_row_that_nobody_types_is_found() -> None:
    transcripts = [read(name) for name in FILES]
    made_up = replace(rows("sim7000")[-1], name="+MADEUP", test="", execute=None)
    assert untyped([made_up], "sim7000", transcripts) == [
        f"sim7000: AT+MADEUP=? ({made_up.section})",
        *(f"sim7000: {made_up.spelling(form)} ({made_up.section})" for form in made_up.forms if form != "test"),
    ]


def test_a_form_that_only_the_other_dialect_types_is_found() -> None:
    transcripts = [each for each in map(read, FILES) if _dialect(each) == "sim7000"]
    own = [row for row in rows("sim7080") if row.name == "+CNACT"]
    assert untyped(own, "sim7080", transcripts) == [
        "sim7080: AT+CNACT=? (SIM7080 AT manual)",
        "sim7080: AT+CNACT? (SIM7080 AT manual)",
        "sim7080: AT+CNACT=<pdpidx>,<action> (SIM7080 AT manual)",
    ]


def test_every_section_of_the_note_has_its_transcript() -> None:
    names = [path.name for path in COAP_AN.glob("*.at")]
    assert [section for section in SECTIONS if not any(name.startswith(f"{section}-") for name in names)] == []
