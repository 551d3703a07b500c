r"""Scripts: what a CoAP peer says, datagram by datagram, as text that a person reads and a scripted peer plays.

    # A separate response (RFC 7252 §5.2.2)
    expect CON GET /time as first
    send ACK empty first.mid
    after 2 s
    send CON 2.05 mid=77 token=first.token content-format=0 payload="12:00"
    expect ACK empty 77

One line, one step; blank lines say nothing, nor does anything behind ``#``. The peer does what the lines say and no
more: it acknowledges, repeats and rejects nothing by itself.

``expect DATAGRAM``
    The next datagram is like this. What comes instead is a difference, and the peer goes on waiting. Behind it may
    stand, in any order, ``as NAME`` (its fields are NAME.mid, NAME.token and so on from here), ``within 3 s`` (else as
    long as the peer is patient), ``at another port`` (it comes there; see ``from``).
``expect nothing for 5 s``
    No datagram comes for so long.
``send DATAGRAM``
    Send this, to where the last datagram that a line took came from. ``to NAME`` or ``to HOST:PORT``: to another
    place. ``from another port``, ``from another address``, ``from HOST:PORT``: not from where the peer listens.
``after 2 s``
    So much time passes (``ms``, ``s``, ``min``). What comes meanwhile waits for the next ``expect`` or ``drop``.
``drop 3``, ``drop 3 DATAGRAM``
    So many datagrams come, like this where it says so, and the peer behaves as if they had been lost.
``ignore DATAGRAM``
    From here on datagrams like this count as never having come.
``repeat 10``, ``repeat 10 as i`` … ``end``
    The lines between are played so many times; i counts from 0.

A DATAGRAM is words in any order. In ``expect``, ``drop`` and ``ignore``, what is not named does not count:

    CON NON ACK RST          the type                       GET 2.05 empty       the code
    77  first.mid  mid=77    the mid; first.mid+1, 100+i    /home/query?a=1      Uri-Path and Uri-Query
    token=8a21               hex, "text" or first.token     payload="12:00"      the same; "x"*1024 repeats
    etag=0102  max-age=60    any option, by its name        block2=0/1/64        number, more, size
    option-65001=00ff        any option, by its number      accept=0x0000        a number's bytes as they are
    token=*  etag=none       there; not there               any                  whatever it is (alone)

``bytes 60450001 ff "hello"`` gives the datagram literally: hex, text, ``first.mid`` and ``100+i`` (two bytes),
``first.token``, ``first`` (all of it), ``00*64``, and in a pattern ``..`` for any byte. In quotes, ``\xHH``, ``\n``,
``\r``, ``\t``, ``\"`` and ``\\`` stand for a byte. Whatever a sender must not send can be sent as bytes.

A script is played once. It was played to its end when every line was as written and nothing was left over.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from modemtwin.clockwork import Micros
from modemtwin.modem.doors import Address
from modemtwin.world.script.datagram import Datagram

__all__ = [
    "ANOTHER_ADDRESS",
    "ANOTHER_PORT",
    "After",
    "Door",
    "Drop",
    "End",
    "Expect",
    "ExpectNothing",
    "Ignore",
    "Repeat",
    "Script",
    "Send",
    "Step",
]

Door: TypeAlias = str
"""Where the peer sends from or hears at: "" where it listens, one of the two below, or HOST:PORT."""

ANOTHER_PORT: Door = "another port"
ANOTHER_ADDRESS: Door = "another address"


@dataclass(frozen=True, slots=True)
class Expect:
    """``expect``: a datagram comes. ``door`` and ``within`` are None where the line does not say."""

    line: int
    pattern: Datagram
    name: str | None = None
    door: Door | None = None
    within: Micros | None = None


@dataclass(frozen=True, slots=True)
class ExpectNothing:
    """``expect nothing for``: none comes."""

    line: int
    span: Micros


@dataclass(frozen=True, slots=True)
class Send:
    """``send``: ``to`` is the name of a datagram, an address, or None for whence the last one came."""

    line: int
    draft: Datagram
    to: str | Address | None = None
    door: Door = ""


@dataclass(frozen=True, slots=True)
class After:
    """``after``: time passes."""

    line: int
    span: Micros


@dataclass(frozen=True, slots=True)
class Drop:
    """``drop``: so many come in vain."""

    line: int
    count: int
    pattern: Datagram


@dataclass(frozen=True, slots=True)
class Ignore:
    """``ignore``: from here on such do not count."""

    line: int
    pattern: Datagram


@dataclass(frozen=True, slots=True)
class Repeat:
    """``repeat``: ``end`` is the place of its End among the steps."""

    line: int
    count: int
    name: str | None
    end: int = -1


@dataclass(frozen=True, slots=True)
class End:
    """``end`` of the Repeat at the place ``start``."""

    line: int
    start: int


Step: TypeAlias = Expect | ExpectNothing | Send | After | Drop | Ignore | Repeat | End


class Script(NamedTuple):
    """What a file holds; ``text`` is the file, for showing lines of it."""

    steps: tuple[Step, ...]
    text: str

    @property
    def doors(self) -> tuple[Door, ...]:
        """The doors beside the main one that the script uses, in the order of their use."""
        used = [step.door for step in self.steps if isinstance(step, Expect | Send) and step.door]
        return tuple(dict.fromkeys(used))

    def line(self, number: int) -> str:
        """What a line says, without its indentation."""
        lines = self.text.splitlines()
        return lines[number - 1].strip() if 0 < number <= len(lines) else ""
