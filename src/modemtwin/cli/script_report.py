"""What a scripted peer hears and says as JSON, one object per line.

{"kind": "ready", "address": "127.0.0.1:5683"}
{"kind": "datagram", "line": 1, "direction": "in", "peer": "127.0.0.1:40000", "door": "", "hex": "40…", "text": "CON …"}
{"kind": "difference", "line": 2, "expected": "…", "got": "…"}
{"kind": "result", "agrees": false, "differences": 1}
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import TextIO

from modemtwin.coap.summary import described_datagram
from modemtwin.io import host_port
from modemtwin.world.scripted_peer import Differed, Event, Heard, Sent
from modemtwin.world.transcript import Difference

__all__ = ["JsonReport"]


class JsonReport:
    """Writes each event as it comes; ``line`` 0 is that of a datagram which the script ignores."""

    def __init__(self, out: TextIO = sys.stdout) -> None:
        self._out = out

    def ready(self, address: str) -> None:
        """Say where it listens."""
        self._say({"kind": "ready", "address": address})

    def told(self, event: Event) -> None:
        """Say what went out or came in; differences come at the end."""
        match event:
            case Sent(line, door, peer, data) | Heard(line, door, peer, data):
                way = "out" if isinstance(event, Sent) else "in"
                where = {"direction": way, "peer": host_port.join(*peer), "door": door}
                what = {"hex": data.hex(), "text": described_datagram(data)}
                self._say({"kind": "datagram", "line": line, **where, **what})
            case Differed():
                pass

    def result(self, differences: Sequence[Difference]) -> int:
        """Say how it went; give the exit status."""
        for each in differences:
            self._say({"kind": "difference", "line": each.line, "expected": each.expected, "got": each.got})
        self._say({"kind": "result", "agrees": not differences, "differences": len(differences)})
        return 1 if differences else 0

    def _say(self, told: dict[str, object]) -> None:
        print(json.dumps(told, ensure_ascii=False), file=self._out, flush=True)
