"""``modemtwin terminal`` as a person uses it: on a terminal, with and without prompt_toolkit, and in a pipe."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType

import pytest

from tests.end_to_end.program import SOURCES, Program, environment, run

_WITHOUT = "import sys\nsys.modules['prompt_toolkit'] = None\n"
"""What Python imports first where the extra ``term`` is not installed."""

_CONTROL = re.compile(r"\x1b(?:\[[0-9;?]*[A-Za-z]|[=>])")


class Screen:
    """A command on a terminal of its own; what it has shown so far, without what only moves the cursor."""

    def __init__(self, *words: str, **more: str) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
        self.process = subprocess.Popen(
            [sys.executable, "-m", "modemtwin", *words],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=environment(TERM="xterm", PROMPT_TOOLKIT_NO_CPR="1", NO_COLOR="1", **more),
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(slave)
        self._raw = ""

    def __enter__(self) -> Screen:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self._master)

    def type(self, text: str) -> None:
        """Press keys."""
        os.write(self._master, text.encode())

    def sees(self, text: str) -> str:
        """Wait until this is shown behind what was seen before; give all that was shown up to it."""
        deadline = time.monotonic() + 10
        while text not in (shown := _CONTROL.sub("", self._raw)):
            left = deadline - time.monotonic()
            assert left > 0, f"{text!r} was not shown, but {shown!r}"
            if not select.select([self._master], [], [], left)[0]:
                continue
            try:
                self._raw += os.read(self._master, 4096).decode("utf-8", "replace")
            except OSError:  # the other side is closed
                assert text in _CONTROL.sub("", self._raw), f"it ended, and {text!r} was not shown, but {shown!r}"
        self._raw = shown[shown.index(text) + len(text) :]
        return shown[: shown.index(text) + len(text)]

    def left(self) -> int:
        """Press Ctrl-D until it has an effect, as it has at the prompt only; give the exit status."""
        return self._ends(lambda: self.type("\x04"))

    def ended(self, number: int) -> int:
        """Send a signal until it has an effect; give the exit status.

        Python's readline looks for signals only when it is woken: one that comes just before it sleeps waits.
        """
        return self._ends(lambda: self.process.send_signal(number))

    def ends(self) -> int:
        """Wait for the end; give the exit status."""
        return self._ends(lambda: None)

    def _ends(self, nudge: Callable[[], None]) -> int:
        """Read what is still to be shown meanwhile: a terminal is not left before."""
        deadline = time.monotonic() + 10
        while self.process.poll() is None and time.monotonic() < deadline:
            nudge()
            pause = time.monotonic() + 0.5
            while self.process.poll() is None and (wait := pause - time.monotonic()) > 0:
                if select.select([self._master], [], [], min(wait, 0.05))[0]:
                    try:
                        self._raw += os.read(self._master, 4096).decode("utf-8", "replace")
                    except OSError:
                        break
        return self.process.wait(timeout=5)


@pytest.fixture(params=["prompt_toolkit", "readline"])
def home(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    """The environment of somebody who has prompt_toolkit, or has it not."""
    path = str(SOURCES)
    if request.param == "readline":
        (tmp_path / "sitecustomize.py").write_text(_WITHOUT)
        path = f"{tmp_path}:{path}"
    return {"PYTHONPATH": path, "XDG_STATE_HOME": str(tmp_path / "state")}


def test_a_line_is_answered_and_ctrl_d_leaves(home: dict[str, str]) -> None:
    with Screen("terminal", **home) as screen:
        screen.sees("? for help, Ctrl-D to leave")
        screen.sees(">")
        screen.type("AT+CGMM\r")
        screen.sees("SIMCOM_SIM7000G")
        screen.sees("OK")
        assert screen.left() == 0


def test_tab_completes_commands_and_parameters(home: dict[str, str]) -> None:
    with Screen("terminal", **home) as screen:
        screen.sees(">")
        screen.type("AT+CCOAPIN\t")
        screen.sees("AT+CCOAPINIT")
        screen.type("\r")
        screen.sees("OK")
        screen.sees(">")
        screen.type("AT+CCOAPPARA=uri-p\t")
        screen.sees("uri-path")
        screen.type(',0,"test"\r')
        screen.sees("OK")
        assert screen.left() == 0


def test_a_question_mark_tells_what_a_command_is(home: dict[str, str]) -> None:
    with Screen("terminal", **home) as screen:
        screen.sees(">")
        screen.type("?CCOAPHEAD\r")
        screen.sees("Read head of CoAP packet (COAP-AN §3.5)")
        assert screen.left() == 0


def test_what_the_module_says_unasked_is_shown_while_a_line_is_typed(home: dict[str, str]) -> None:
    with Screen("terminal", "--port", "twin://sim7000?set=cell.bearer-delay=0.5", **home) as screen:
        screen.sees(">")
        screen.type("AT+CNACT=1\r")
        screen.sees("OK")
        screen.sees(">")
        screen.type("AT+CG")
        screen.sees("● +APP PDP: ACTIVE")
        screen.sees("AT+CG")  # what was typed so far stands below it again
        screen.type("MM\r")
        screen.sees("SIMCOM_SIM7000G")
        assert screen.left() == 0


def test_ctrl_c_takes_a_line_back(home: dict[str, str]) -> None:
    with Screen("terminal", **home) as screen:
        screen.sees(">")
        screen.type("AT+CPOWD=1")
        screen.sees("1")
        screen.type("\x03")
        screen.sees(">")
        screen.type("AT+CGMM\r")
        screen.sees("SIMCOM_SIM7000G")
        assert screen.left() == 0


def test_a_port_that_goes_away_is_one_line(home: dict[str, str], tmp_path: Path) -> None:
    with (
        Program("modem", "--pty", str(tmp_path / "port")) as modem,
        Screen("terminal", "--port", str(tmp_path / "port"), **home) as screen,
    ):
        screen.sees(">")
        screen.type("AT+C")
        screen.sees("AT+C")
        modem.stop()
        screen.sees(f"modemtwin terminal: {tmp_path / 'port'}: ")
        assert screen.ends() == 3


def test_passwords_and_pins_are_not_kept_on_disk(home: dict[str, str]) -> None:
    with Screen("terminal", **home) as screen:
        screen.sees(">")
        for line in ("AT+CPIN=1234", 'AT+CNCFG=1,"ctnb","me","secret",1', "AT+CGMM"):
            screen.type(f"{line}\r")
            screen.sees("ERROR" if "CPIN" in line else "OK")
            screen.sees(">")
        screen.type("\r")
        assert screen.left() == 0
    kept = (Path(home["XDG_STATE_HOME"]) / "modemtwin" / "history").read_text()
    assert "AT+CGMM" in kept
    assert "1234" not in kept
    assert "secret" not in kept


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_without_a_traceback(home: dict[str, str], number: int) -> None:
    with Screen("terminal", **home) as screen:
        screen.sees(">")
        assert screen.ended(number) == 128 + number


@pytest.fixture
def modem_port(tmp_path: Path) -> Iterator[str]:
    with Program("modem", "--pty", str(tmp_path / "port"), "--set", "cell.registration-delay=0"):
        yield str(tmp_path / "port")


def test_a_pipe_is_a_list_of_lines(modem_port: str) -> None:
    done = run("terminal", "--port", modem_port, stdin="AT+CGMM\n\nAT+NONSENSE\ncsq\nAT+CSQ\n")
    assert done.returncode == 7
    assert done.stdout.splitlines() == [
        "SIMCOM_SIM7000G",
        "OK",
        "+CME ERROR: 601 · unrecognised command",
        "a line begins with AT; ?csq tells about a command",
        "+CSQ: 27,99",
        "OK",
    ]
