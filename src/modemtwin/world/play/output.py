"""What a modem has said and nobody has expected yet: the lines that the TE would read, and datagrams, in order."""

from __future__ import annotations

from collections import deque

from modemtwin.modem.doors import DatagramTx

__all__ = ["Output", "is_final"]

_FRAMING = b"\r\n"


def is_final(line: bytes) -> bool:
    """Say whether a line ends a reply (V.250 §5.7, TS 27.007 §9.1)."""
    return line in (b"OK", b"ERROR") or line.startswith((b"+CME ERROR:", b"+CMS ERROR:"))


class Output:
    """Bytes and datagrams in the order they came; ``type`` is told what was typed, and so knows the echo."""

    def __init__(self) -> None:
        self.items: deque[bytes | DatagramTx] = deque()
        self.typed: deque[bytes] = deque(maxlen=16)
        self.half_typed = b""

    def type(self, data: bytes) -> None:
        """Note what was typed: its echo goes without saying."""
        *lines, self.half_typed = (self.half_typed + data.replace(b"\n", b"")).split(b"\r")
        self.typed += lines

    def add(self, item: bytes | DatagramTx) -> None:
        """Note what the modem said."""
        if isinstance(item, bytes) and self.items and isinstance(self.items[-1], bytes):
            self.items[-1] += item
        else:
            self.items.append(item)

    def next(self, wanted: bytes | None = None) -> bytes | DatagramTx | None:
        """Say what comes next: a line without its framing, or a datagram. Echo comes only when it is ``wanted``."""
        while self.items:
            front = self.items[0]
            if isinstance(front, DatagramTx):
                return front
            front = self.items[0] = front.lstrip(_FRAMING)
            if wanted and front.startswith(wanted) and front[len(wanted) : len(wanted) + 1] in (b"", b"\r", b"\n"):
                return wanted
            line = front.replace(b"\n", b"\r").partition(b"\r")[0]
            if line and line in self.typed:
                while self.typed.popleft() != line:
                    pass
            elif line and not (line == front and self.half_typed.startswith(line)):
                return line
            elif line:
                return None
            self._drop(line)
        return None

    def take(self, wanted: bytes | None = None) -> bytes | DatagramTx | None:
        """Take away what comes next."""
        item = self.next(wanted)
        if isinstance(item, bytes):
            self._drop(item)
        elif item is not None:
            self.items.popleft()
        return item

    def take_raw(self, length: int) -> bytes:
        """Take away so many bytes as they are, or as many as there are."""
        if not self.items or not isinstance(self.items[0], bytes):
            return b""
        front = self.items.popleft()
        assert isinstance(front, bytes)
        if front[length:]:
            self.items.appendleft(front[length:])
        return front[:length]

    def clear(self) -> None:
        """Forget it all."""
        self.items.clear()

    def _drop(self, line: bytes) -> None:
        front = self.items[0]
        assert isinstance(front, bytes)
        if rest := front[len(line) :]:
            self.items[0] = rest
        else:
            self.items.popleft()

    def copy(self) -> Output:
        """Give a copy, for a look ahead."""
        copy = Output()
        copy.items, copy.typed, copy.half_typed = self.items.copy(), self.typed.copy(), self.half_typed
        return copy
