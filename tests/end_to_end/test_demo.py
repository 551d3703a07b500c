"""The demo: what a stranger runs first."""

from __future__ import annotations

import json

import pytest

from tests.end_to_end.program import run


def test_the_demo_says_every_line_as_the_note_prints_it() -> None:
    done = run("demo", COLUMNS="130")
    assert (done.returncode, done.stderr) == (0, "")
    assert "All 17 lines are as the note prints them." in done.stdout
    assert '──► CON GET /home/query?address=1, mid 1, 11 bytes "hello world"' in done.stdout
    assert '◄── ACK 4.04 Not Found, mid 1, 9 bytes "Not Found"' in done.stdout
    assert "\x1b" not in done.stdout, "colour is for terminals"


def test_the_demo_as_json_is_one_object_per_line() -> None:
    done = run("demo", "--json")
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0
    assert told[-1] == {"kind": "demo", "agrees": True, "lines": 17, "differences": []}
    datagrams = [(each["direction"], each["peer"], each["hex"]) for each in told if each["kind"] == "datagram"]
    assert datagrams == [
        # COAP-AN §5: GET /home/query?address=1 with a payload, and the 14 bytes that come back
        (
            "out",
            "198.181.39.174:5683",
            "40010001b4686f6d65057175657279496164647265 73733d31ff68656c6c6f20776f726c64".replace(" ", ""),
        ),
        ("in", "198.181.39.174:5683", "60840001ff4e6f7420466f756e64"),
    ]
    assert all(each["agrees"] for each in told if each["kind"] == "answer")
    times = [each["at"] for each in told if "at" in each]
    assert times == sorted(times)


def test_the_demo_shows_no_difference_between_a_narrow_and_a_wide_screen_but_the_layout() -> None:
    narrow, wide = (run("demo", COLUMNS=columns).stdout.split() for columns in ("70", "140"))
    assert [word for word in narrow if word.startswith("+CCOAP")] == [
        word for word in wide if word.startswith("+CCOAP")
    ]


@pytest.mark.parametrize("columns", [60, 100, 120])
def test_the_demo_keeps_to_the_screen_and_breaks_no_text_in_two(columns: int) -> None:
    lines = run("demo", COLUMNS=str(columns)).stdout.splitlines()[2:-4]  # the dialogue, between what frames it
    assert [line for line in lines if len(line) > columns] == []
    assert any('"hello world"' in line and "──►" not in line for line in lines)


def test_a_typo_is_answered_with_the_nearest_option() -> None:
    done = run("demo", "--jsn")
    assert (done.returncode, done.stdout) == (2, "")
    assert (
        done.stderr == "modemtwin demo: there is no option --jsn (did you mean --json?); try: modemtwin demo --help\n"
    )
