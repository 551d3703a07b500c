"""Whatever the TE types, in whatever pieces, the dialogue is the same and nothing breaks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st

from modemtwin.at.redaction import masked
from modemtwin.at.reply import OK, Ok
from modemtwin.at.syntax import parse_line
from modemtwin.at.table import Command
from modemtwin.clockwork import Micros
from modemtwin.modem import commands
from modemtwin.modem.parts.parts import Parts
from tests.property.typed import NOISE, lines_of, pieces
from tests.unit.at.toy import TABLE, Desk

COMMANDS = st.sampled_from(
    [
        "",
        "E0",
        "E1Q0S0=1V1;+CSQ;+CGATT?",
        "V0",
        "V1",
        "Q1",
        "Q0",
        "S5=35",
        "S3=59",
        "S3=13",
        "+CSQ",
        "+CSQ=?",
        "+cgatt=1",
        '+TEXT="a,b;c\\"d",1',
        "+TEXT=a b/c=d",
        '+TEXT="unclosed',
        "+PARA=code,1,uri-path,0,home",
        "+CMEE=2",
        "+CPIN=12x4",
        "+WAIT;+CSQ",
        "+NONE",
        "+C\x08\x08+CSQ",
        "&F" * 40,
        "+TEXT=" + "x" * 560,
    ]
)
LINES = lines_of(COMMANDS)
DIALOGUES = st.lists(st.one_of(LINES, NOISE, st.binary(max_size=20)), max_size=12).map(b"".join)


def dialogue(typed: list[bytes], *, echo: bool) -> tuple[bytes, list[tuple[str, int, str]]]:
    desk = Desk(echo=echo)
    text = b"".join(map(desk.type_, typed))
    while desk.interpreter.held:
        text += desk.happen("ready")
    return text, desk.reasons


@given(pieces(DIALOGUES), st.booleans())
def test_any_chunking_of_the_input_gives_the_same_output(typed: list[bytes], echo: bool) -> None:
    data = b"".join(typed)
    whole = dialogue([data], echo=echo)
    assert dialogue(typed, echo=echo) == whole
    assert dialogue([data[place : place + 1] for place in range(len(data))], echo=echo) == whole


@given(st.lists(LINES.filter(lambda line: b"S3" not in line), max_size=6), st.booleans())
def test_line_feeds_behind_the_lines_change_nothing(lines: list[bytes], echo: bool) -> None:
    bare = [line.replace(b"\n", b"") for line in lines]
    fed = [line.replace(b"\r", b"\r\n") for line in bare]
    assert dialogue(fed, echo=echo) == dialogue(bare, echo=echo)


@given(st.lists(st.binary(max_size=200), max_size=10))
def test_no_bytes_break_the_interpreter(typed: list[bytes]) -> None:
    desk = Desk()
    for data in typed:
        answered = desk.type_(data)
        assert len(answered) <= 64 * (len(data) + 1) + 2048
    assert desk.interpreter.step(0) is None


@given(st.text(st.characters(max_codepoint=255), max_size=80))
def test_every_command_line_can_be_taken_apart(body: str) -> None:
    for call in parse_line(body):
        assert call.source.strip(" ;")
        assert call.source in body or not body.isprintable()


@given(st.text(st.sampled_from('+CPINCFG=1,"ab;?\\ \x08\r'), max_size=60), st.from_regex(r"[5-9]{4}", fullmatch=True))
def test_a_pin_is_masked_whatever_stands_around_it(noise: str, pin: str) -> None:
    assert pin not in masked(f"AT+CSQ;+CPIN={pin}{noise}", TABLE)
    assert pin not in masked(f'AT+CNCFG=1,"a","b","{pin}"{noise}', TABLE)
    assert pin not in masked(f'AT+CPIN="{pin}{noise}', TABLE)


@given(st.text(st.characters(max_codepoint=255), max_size=60), st.booleans())
def test_masking_changes_no_length(line: str, prefixed: bool) -> None:
    line = "AT+CPIN=" + line if prefixed else line
    shown = masked(line, TABLE)
    assert len(shown) == len(line)
    assert all(now in ("*", was) for now, was in zip(shown, line, strict=True))


NUMBERS = st.from_regex(r"(0?[0-9]{0,2}|[0-9]{5,7})(,[0-9]{0,3}){0,4}", fullmatch=True)


@given(st.sampled_from([row for row in (*commands.rows("sim7000"), *commands.rows("sim7080")) if row.write]), NUMBERS)
def test_numbers_mean_what_the_grammar_says_they_mean(row: Command[Parts], typed: str) -> None:
    taken: list[tuple[Any, ...]] = []

    def note(device: Parts, values: tuple[Any, ...], now: Micros) -> Ok:
        taken.append(values)
        return OK

    noting = replace(row, write=note)
    action = noting.numeric_action(typed)
    if action is not None:
        [call] = parse_line(f"+X={typed}")
        device = cast(Parts, None)
        assert action(device, 0) == noting.action("write", call.arguments)(device, 0) == OK
        assert taken[0] == taken[1]


@given(NUMBERS)
def test_numbers_within_their_bounds_need_no_grammar(typed: str) -> None:
    row = next(row for row in commands.rows("sim7000") if row.name == "+CCOAPHEAD")
    mid, _, convert = typed.partition(",")
    fits = mid.isdecimal() and int(mid) < 65_536 and convert in ("0", "1")
    assert (row.numeric_action(typed) is not None) is fits
