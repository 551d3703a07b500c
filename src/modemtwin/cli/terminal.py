"""``modemtwin terminal``: an AT prompt.

    AT+CNACT=1                a line goes to the module as it stands
    OK                        its answer
    ● +APP PDP: ACTIVE        what the module says unasked, above the line that is being typed
    ?CCOAPPARA                help for a command, F1 for the one on the line

The module lives in a thread of its own (``connect_blocking``), so that it is heard while a person types.
"""

from __future__ import annotations

import argparse
import shutil
import signal
import sys
import textwrap
import threading
import time
from typing import TYPE_CHECKING

from modemtwin.cli import statuses
from modemtwin.cli.connection import VIRTUAL, add_connection, complain, connect_arguments
from modemtwin.cli.options import OptionParser

if TYPE_CHECKING:
    from types import FrameType

    from modemtwin.cli.prompts import Prompt
    from modemtwin.host.blocking import Module
    from modemtwin.host.errors import ModemError, PortClosed
    from modemtwin.host.urcs import Urc

__all__ = ["arguments", "run"]

_MORE = """\
Tab completes commands, forms and the names of AT+CCOAPPARA; F1, or ? and a command, tells what it is; the arrow keys
bring back what was typed before (lines with a password or a PIN are not kept on disk). Ctrl-C takes a line back, or
stops waiting for an answer; Ctrl-D leaves. It is best with the extra `term`: pip install 'modemtwin[term]'. Standard
input that is no terminal is a list of lines to send.

"""

_EXAMPLES = """\
    modemtwin terminal --port /dev/ttyUSB2
    printf 'ATI\\nAT+CSQ\\n' | modemtwin terminal
"""

_PATIENCE = 1.0
"""Seconds for which what is said unasked waits for the answer that it came along with."""

_HELP = """\
AT…       is sent to the module; Tab completes it
?         this page; ?CSQ tells about AT+CSQ
F1        tells about the command on the line
Ctrl-C    takes the line back, or stops waiting for an answer
Ctrl-D    leaves"""


def arguments(parser: OptionParser) -> None:
    """Declare the options."""
    parser.usage = "modemtwin terminal [--port PORT] [--baud N] [-v]"
    parser.epilog = _MORE + statuses.epilogue(_EXAMPLES)
    add_connection(parser)


def run(options: argparse.Namespace) -> int:
    """Talk until there is nothing more to say."""
    from modemtwin import connect_blocking as connect
    from modemtwin.cli.failure import report_failure
    from modemtwin.cli.notices import Notices
    from modemtwin.cli.until_stopped import log_to_stderr
    from modemtwin.host.errors import ModemError

    log_to_stderr(options.verbose)
    for number in (signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)):
        signal.signal(number, _leave)
    notices = Notices(options.verbose)
    told = {"attach": False, "waiting": notices.waiting, "trace": notices.trace}
    try:
        with connect(options.port, **told, **connect_arguments(options)) as module:
            notices.close()
            return _Talk(options, module).run()
    except ModemError as error:
        notices.close()
        return report_failure(options.program, error)
    except OSError as error:
        return complain(options, str(error))


def _leave(number: int, _: FrameType | None) -> None:
    raise SystemExit(128 + number)


class _Talk:
    """The conversation, line by line."""

    def __init__(self, options: argparse.Namespace, module: Module) -> None:
        from modemtwin.cli.prompts import best_prompt
        from modemtwin.cli.style import Style
        from modemtwin.cli.vocabulary import Vocabulary

        self._module = module
        self._vocabulary = Vocabulary(module.identity.dialect)
        self._prompt: Prompt = best_prompt(self._vocabulary)
        self._lock = threading.Lock()
        self._held: list[str] = []
        self._asked_at: float | None = None  # while an answer is awaited
        self._style = Style(sys.stdout)
        self._interactive = sys.stdin.isatty()
        self._gone: ModemError | None = None
        self._status = statuses.DONE
        self._name = "a virtual modem of its own" if options.port == VIRTUAL else options.port

    def run(self) -> int:
        """Ask for lines until the person leaves or the port does."""
        if self._interactive:
            identity = self._module.identity
            print(f"{identity.manufacturer} {identity.model} on {self._name}; ? for help, Ctrl-D to leave")
        stop = self._module.subscribe(self._heard, self._lost)
        with self._prompt:
            while self._gone is None:
                try:
                    line = self._prompt.ask()
                except KeyboardInterrupt:
                    continue
                except EOFError:
                    break
                self._take(line.strip())
        if self._gone is not None:
            raise self._gone
        stop()
        return self._status if not self._interactive else statuses.DONE

    def _take(self, line: str) -> None:
        if line in ("?", "help"):
            print(_HELP)
        elif line.startswith("?"):
            print(_fitted(self._vocabulary.described(line[1:])))
        elif line in ("exit", "quit"):
            print("Ctrl-D leaves")
        elif line and line[:2].upper() != "AT" and line.upper() != "A/":
            print(f"a line begins with AT; ?{line.split('=')[0].removesuffix('?')} tells about a command")
        elif not line.isascii() and not all(ord(letter) < 256 for letter in line):
            print("the line holds a character that is more than a byte")
        elif line:
            self._asked_at = time.monotonic()
            self._send(line)
            self._show_held()

    def _send(self, line: str) -> None:
        from modemtwin.cli.at import meaning, shown_lines
        from modemtwin.host.errors import ModemError, PortClosed

        try:
            answer = self._module.at(line)
        except KeyboardInterrupt:
            print(self._style("no longer waiting", "yellow"))
            return
        except PortClosed as error:
            self._gone = error
            return
        except ModemError as error:
            print(self._style(f"{error}{f'; {error.hint}' if error.hint else ''}", "red"))
            self._status = statuses.FAILED
            return
        explained = meaning(answer.result)
        words = f" · {explained}" if explained and explained not in answer.result else ""
        print(shown_lines(answer) + self._style(f"{answer.result}{words}", "green" if answer.ok else "red"), flush=True)
        if not answer.ok:
            self._status = statuses.REFUSED

    def _heard(self, urc: Urc) -> None:
        """Show what the module says unasked; what comes along with an answer, behind it."""
        from modemtwin.cli.notices import printable

        text = self._style(f"● {printable(urc.line)}", "yellow")
        with self._lock:
            if self._asked_at is not None and time.monotonic() < self._asked_at + _PATIENCE:
                self._held.append(text)
                return
        self._prompt.above(text)

    def _show_held(self) -> None:
        with self._lock:
            self._asked_at = None
            held, self._held = self._held, []
        for text in held:
            print(text, flush=True)

    def _lost(self, error: PortClosed) -> None:
        self._gone = error
        self._prompt.give_up()


def _fitted(text: str) -> str:
    """Break lines between words where the screen is too narrow for them; what goes on stands a little further in."""
    width = shutil.get_terminal_size((120, 24)).columns - 1
    wrapped = (
        textwrap.wrap(line, width, subsequent_indent="      ", break_on_hyphens=False) for line in text.splitlines()
    )
    return "\n".join("\n".join(lines) for lines in wrapped)
