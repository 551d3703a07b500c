"""What a scripted peer hears and says as JSON, one object per line: ready, datagram, difference, script."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TextIO

from modemtwin.cli.json_lines import line as json_line
from modemtwin.coap.summary import described_datagram
from modemtwin.io import host_port
from modemtwin.world.script.peer import Differed, Event, Heard, Sent
from modemtwin.world.transcripts.transcript import Difference

__all__ = ["JsonReport"]


class JsonReport:
    """Writes each event as it comes; ``line`` 0 is that of a datagram which the script ignores."""

    def __init__(self, out: TextIO = sys.stdout) -> None:
        self._out = out

    def ready(self, address: str) -> None:
        """Say where it listens."""
        self._say("ready", {"address": address})

    def told(self, event: Event) -> None:
        """Say what went out or came in; differences come at the end."""
        match event:
            case Sent(line, door, peer, data) | Heard(line, door, peer, data):
                way = "out" if isinstance(event, Sent) else "in"
                where = {"direction": way, "peer": host_port.join(*peer), "door": door}
                what = {"hex": data.hex(), "text": described_datagram(data)}
                self._say("datagram", {"at": None, "line": line, **where, **what})
            case Differed():
                pass

    def result(self, differences: Sequence[Difference]) -> int:
        """Say how it went; give the exit status."""
        for each in differences:
            self._say("difference", {"line": each.line, "expected": each.expected, "got": each.got})
        self._say("script", {"agrees": not differences, "differences": len(differences)})
        return 1 if differences else 0

    def _say(self, kind: str, told: dict[str, object]) -> None:
        print(json_line(kind, told), file=self._out, flush=True)
