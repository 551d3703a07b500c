"""``modemtwin demo``: COAP-AN §5 word for word, over a real pty and a real UDP socket."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from modemtwin.cli.options import OptionParser

if TYPE_CHECKING:
    from modemtwin.cli.dialogue import Dialogue
    from modemtwin.io.coap_server import CoapServer
    from modemtwin.io.virtual_modem import VirtualModem
    from modemtwin.world.transcripts.transcript import Step

__all__ = ["arguments", "run"]

_PROFILE = "sim7000-literal"
"""The firmware that says every line as COAP-AN prints it, slips included."""

_SERVER_OF_THE_NOTE = "198.181.39.174"

_MORE = """\
It starts the CoAP server of `modemtwin serve` and a virtual modem, types the dialogue of SIMCom's application note
(section 5) into the modem's pty, and shows what comes back and which datagrams go over the socket. The exit status
is 0 only when every line is as the note prints it.

examples:
  modemtwin demo
  modemtwin demo --json | python3 -m json.tool --json-lines

exit status:
  0 as the note prints it · 1 not so · 2 the command line is wrong · 3 no pty or no socket · 130 interrupted
"""


def arguments(parser: OptionParser) -> None:
    """Declare the options."""
    parser.usage = "modemtwin demo [--json]"
    parser.epilog = _MORE
    parser.add_argument("--json", action="store_true", help="one JSON object per line, for programs")


def run(options: argparse.Namespace) -> int:
    """Play it and say whether every line was right."""
    from modemtwin.cli.until_stopped import log_to_stderr, run_until_stopped

    log_to_stderr(0)
    return run_until_stopped(lambda: _play(json_wanted=options.json), stopped=130)


async def _play(*, json_wanted: bool) -> int:
    from modemtwin.cli.dialogue import JsonDialogue, TextDialogue
    from modemtwin.host.errors import PortClosed
    from modemtwin.io.byte_pipe import PortError
    from modemtwin.io.coap_server import CoapServer
    from modemtwin.io.live_player import LivePlayer
    from modemtwin.io.pipe_port import PipePort
    from modemtwin.io.serial import SerialPipe
    from modemtwin.io.virtual_modem import VirtualModem
    from modemtwin.world.transcripts.shipped import shipped
    from modemtwin.world.transcripts.transcript import parse_transcript

    text = shipped("coap-an/5-coap-examples-literal")
    transcript = parse_transcript(text)
    server = CoapServer(port=0)
    try:
        server.open()
        route = f"{_SERVER_OF_THE_NOTE}={server.address}"
        async with VirtualModem(_PROFILE, routes=[route], settings=["cell.registration-delay=0"]) as twin:
            if not json_wanted:
                print(_opening(twin, server))
            show = _Show(JsonDialogue() if json_wanted else TextDialogue(), twin, text)
            player = LivePlayer(PipePort(SerialPipe(twin.address)), heard=show.heard)
            differences = await player.play(transcript)
            show.datagrams()
    except (PortError, PortClosed) as error:
        print(f"modemtwin demo: {error}", file=sys.stderr)
        return 3
    finally:
        server.close()
    wrong = [str(difference) for difference in differences]
    show.dialogue.ended(show.lines, wrong)
    return 1 if wrong else 0


def _opening(twin: VirtualModem, server: CoapServer) -> str:
    return (
        f"SIMCom's CoAP application note, section 5, typed into a virtual SIM7000 on {twin.address}.\n"
        f"The cell carries what it sends to {_SERVER_OF_THE_NOTE} to a CoAP server on {server.address}."
    )


class _Show:
    """Shows what the player hears, and the datagrams between."""

    def __init__(self, dialogue: Dialogue, twin: VirtualModem, text: str) -> None:
        from modemtwin.io.alarm import now

        self._now = now
        self._start = self._last = now()
        self.dialogue = dialogue
        self._twin = twin
        self._text = text.splitlines()
        self._seen = 0
        self._answered = True
        self.lines = 0

    def heard(self, step: Step, line: bytes, agrees: bool) -> None:
        """The player typed or heard a line."""
        from modemtwin.world.transcripts.transcript import Expect, TypeIn

        at, said = self._seconds(self._now()), line.decode("latin-1")
        if self._answered:
            self.datagrams()  # what came after the last final result comes before this line
        if isinstance(step, TypeIn):
            above = self._text[step.line - 2]
            self.dialogue.typed(at, said, above.removeprefix("#").strip() if above.startswith("#") else "")
        elif isinstance(step, Expect):
            self.lines += 1
            self.dialogue.answered(at, said, step.data.decode("latin-1"))
        self._answered = said in ("OK", "ERROR") or (not isinstance(step, TypeIn) and self._answered)

    def datagrams(self) -> None:
        """Show the datagrams that were not shown yet."""
        from modemtwin.modem.doors import DatagramRx, DatagramTx

        entries = self._twin.journal.entries()
        for now, stimulus, effects in entries[self._seen :]:
            at = self._seconds(now)
            if isinstance(stimulus, DatagramRx):
                self.dialogue.datagram(at, out=False, peer=stimulus.source, data=stimulus.data)
            for effect in effects:
                if isinstance(effect, DatagramTx):
                    self.dialogue.datagram(at, out=True, peer=effect.destination, data=effect.data)
        self._seen = len(entries)

    def _seconds(self, now: int) -> float:
        """When it is shown: the modem sent a datagram before the TE had read the ``OK`` that goes before it."""
        self._last = max(self._last, now)
        return (self._last - self._start) / 1_000_000
