"""The exit status of everything that can happen."""

from __future__ import annotations

import re

import pytest

from modemtwin.cli import statuses
from modemtwin.cli.failure import report_failure, status_of
from modemtwin.host import errors

LEAVES = [
    (errors.Rejected("AT+CNACT=1", 3, "operation not allowed"), 7),
    (errors.TimedOut("AT+CNACT=1", 10.0), 6),
    (errors.Mute("AT", 3.0), 6),
    (errors.Asleep("AT", 3.0), 6),
    (errors.NoAnswer("GET coap://192.0.2.1", 93.0, 1), 6),
    (errors.PortMissing("/dev/ttyUSB9", "there is no such port"), 3),
    (errors.PortDenied("/dev/ttyUSB0", "permission denied"), 3),
    (errors.PortBusy("/dev/ttyUSB0", "another program has it"), 3),
    (errors.PortClosed("/dev/ttyUSB0", "it was unplugged"), 3),
    (errors.InvalidArgument("a token has 8 bytes at most"), 2),
    (errors.ErrorResponse("the server answered 4.06 Not Acceptable", 0x86), 4),
    (errors.ErrorResponse("the server answered 5.03 Service Unavailable", 0xA3), 5),
    (errors.NotSupported("coaps"), 1),
    (errors.TooLong("too long"), 1),
    (errors.ResetByPeer("reset", 1), 1),
    (errors.BearerLost("the bearer is down"), 1),
    (errors.SocketFailed("the socket failed"), 1),
    (errors.CardError("there is no card", "SIM not inserted"), 1),
]


@pytest.mark.parametrize(("error", "status"), LEAVES, ids=[type(error).__name__ for error, _ in LEAVES])
def test_each_error_has_its_status(error: errors.ModemError, status: int) -> None:
    assert status_of(error) == status
    assert status in statuses.STATUSES


@pytest.mark.parametrize(("code", "status"), [(0x45, 0), (0x41, 0), (0x84, 4), (0xA0, 5), (0x20, 1), (0x60, 1)])
def test_each_class_of_codes_has_its_status(code: int, status: int) -> None:
    assert statuses.of_code(code) == status


def test_a_failure_is_one_line_with_its_hint(capsys: pytest.CaptureFixture[str]) -> None:
    error = errors.PortMissing("/dev/ttyUSB9", "there is no such port", "plug it in")
    assert report_failure("modemtwin get", error) == 3
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == "modemtwin get: /dev/ttyUSB9: there is no such port; plug it in\n"


def test_a_command_that_fills_the_screen_is_shown_by_its_beginning(capsys: pytest.CaptureFixture[str]) -> None:
    report_failure(
        "modemtwin put", errors.Rejected(f'AT+CCOAPPARA=payload,1,"{"DE" * 250}"', 793, "value out of range")
    )
    assert capsys.readouterr().err == (
        f'modemtwin put: AT+CCOAPPARA=payload,1,"{"DE" * 18}… (525 characters): the module answered '
        "+CME ERROR: 793 (value out of range); does this firmware know the command, and is its moment right? "
        "SIM, network and bearer: `modemtwin info`\n"
    )


def test_with_json_a_failure_is_an_object_too(capsys: pytest.CaptureFixture[str]) -> None:
    import json

    report_failure("modemtwin get", errors.Rejected("AT+CNACT=1", 3, "operation not allowed"), json=True)
    assert json.loads(capsys.readouterr().out) == {
        "kind": "error",
        "error": "Rejected",
        "message": "AT+CNACT=1: the module answered +CME ERROR: 3 (operation not allowed)",
        "hint": errors.Rejected.hint,
        "status": 7,
    }


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (errors.NoAnswer("GET coap://192.0.2.1", 93.0, 1), "a longer --timeout helps"),
        (errors.TimedOut("registering", 180.0, hint="a longer deadline="), "a longer --online-within"),
        (errors.TooLong("payload_append=True sends it in pieces"), "--payload-append sends it in pieces"),
        (errors.Unreadable("AT+CSQ", "+CSQ: x"), "-v shows the dialogue"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_a_hint_names_options_and_not_arguments(
    error: errors.ModemError, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    report_failure("modemtwin get", error)
    line = capsys.readouterr().err
    assert said in line
    assert not re.search("(?:deadline|trace|payload_append)=", line)
