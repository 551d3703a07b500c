"""A file that is written while a modem runs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from modemtwin.output_file import open_output


def test_a_file_is_begun_anew(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("old")
    with os.fdopen(open_output(tmp_path / "x", "journal"), "w") as file:
        assert os.get_blocking(file.fileno())
        file.write("n")
    assert (tmp_path / "x").read_text() == "n"


def test_a_pipe_that_somebody_reads_will_do(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x")
    reader = os.open(tmp_path / "x", os.O_RDONLY | os.O_NONBLOCK)
    writer = open_output(tmp_path / "x", "journal")
    os.write(writer, b"n")
    assert os.read(reader, 10) == b"n"
    os.close(reader)
    os.close(writer)


def test_what_keeps_it_from_being_opened_is_a_sentence(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path, why in (
        (tmp_path, "Is a directory"),
        (tmp_path / "a" / "x", f"there is no folder {tmp_path}/a"),
        (tmp_path / "pipe", "nobody reads this pipe: start what reads it first"),
    ):
        with pytest.raises(OSError, match=f"^journal {path} cannot be written: {why}$"):
            open_output(path, "journal")
