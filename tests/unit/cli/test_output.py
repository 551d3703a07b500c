"""How a response is shown to a person."""

from __future__ import annotations

from pathlib import Path

import pytest

from modemtwin.cli.output import Sink, headline, span, unwritable
from tests.unit.cli.values import response


@pytest.mark.parametrize(
    ("shown", "line"),
    [
        (response(), "2.05 Content · 11 bytes · text/plain · 0.21 s"),
        (response(b"!"), "2.05 Content · 1 byte · text/plain · 0.21 s"),
        (response(bytes(12345), content_format=42), "2.05 Content · 12,345 bytes · application/octet-stream · 0.21 s"),
        (response(b"\x01", content_format=4711), "2.05 Content · 1 byte · content-format 4711 · 0.21 s"),
        (response(b"", "2.04", content_format=None), "2.04 Changed · 0.21 s"),
        (response(b"", "2.01", location_path="rd/4521"), "2.01 Created · at /rd/4521 · 0.21 s"),
        (response(b"Not Found", "4.04"), '4.04 Not Found · "Not Found" · 0.21 s'),
        (response(b"a\r\n  b", "5.00"), '5.00 Internal Server Error · "a b" · 0.21 s'),
        (response(b"x" * 200, "4.00"), f'4.00 Bad Request · "{"x" * 79}…" · 0.21 s'),
        (response(b"\x1b[2J", "4.00", content_format=None), "4.00 Bad Request · 4 bytes · 0.21 s"),
        (response(b"", "2.17"), "2.17 · 0.21 s"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_a_response_in_one_line(shown: object, line: str) -> None:
    assert headline(shown) == line  # type: ignore[arg-type]


def test_a_file_gets_the_bytes_and_nothing_else(tmp_path: Path) -> None:
    Sink(str(tmp_path / "body")).write(b"\x00\r\n\xff")
    assert (tmp_path / "body").read_bytes() == b"\x00\r\n\xff"


def test_a_second_body_stands_behind_the_first(tmp_path: Path) -> None:
    sink = Sink(str(tmp_path / "body"))
    (tmp_path / "body").write_bytes(b"from a run before")
    sink.write(b"one", separate=True)
    sink.write(b"two\n", separate=True)
    assert (tmp_path / "body").read_bytes() == b"one\ntwo\n"


def test_a_pipe_gets_the_bytes_and_nothing_else(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    Sink().write(b"\x00\r\n\xff")
    Sink().write(b"12:00", separate=True)
    assert capfdbinary.readouterr().out == b"\x00\r\n\xff12:00\n"


def test_what_cannot_be_written_is_known_beforehand(tmp_path: Path) -> None:
    assert unwritable(str(tmp_path / "new")) == ""
    assert unwritable(str(tmp_path)) == f"{tmp_path} is a folder"
    assert unwritable(str(tmp_path / "no" / "file")) == f"there is no folder {tmp_path / 'no'}"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.0004, "0.4 ms"), (0.0213, "21 ms"), (0.21, "0.21 s"), (9.999, "10.00 s"), (12.04, "12.0 s"), (93.0, "93.0 s")],
)
def test_a_span_of_time_is_told_as_people_tell_it(seconds: float, words: str) -> None:
    assert span(seconds) == words
