"""What the driver knows of the module at the other end, and what it was told to do with it.

Everything here may be wrong from one moment to the next: the module may restart, and another hand may type. So nothing
rests on it alone: a command that is refused is looked into (``assembling.py``).
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from modemtwin.clockwork import Micros
from modemtwin.host.dialects import Dialect
from modemtwin.host.response import Identity
from modemtwin.host.steps import Gate
from modemtwin.host.switchboard import Switchboard
from modemtwin.host.urcs import PacketArrived

__all__ = ["Knowledge", "Settings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the caller wants; see ``connect``. Times in seconds.

    ``mute_after``: how long a module may not answer ``AT`` before it counts as mute; booting takes 5 s (field).
    ``first_token``: where tokens start; chance belongs to the caller.
    """

    apn: str | None = None
    user: str | None = None
    password: str | None = None
    auth: int | None = None
    pin: str | None = None
    attach: bool = True
    deadline: float = 180.0
    payload_append: bool = False
    para_keep: bool = False
    leave_as_found: bool = True
    mute_after: float = 10.0
    first_token: int = 0


@dataclass(slots=True)
class Knowledge:
    """``now`` is the moment of the last call of the session.

    ``met``: the module has answered once; ``echoes``: it was seen to echo; ``asleep``: it said that it goes to sleep;
    ``mute``: it was looked for and not found; ``silent``: somebody waited for an answer until there was no more time.
    ``configured``: echo and error numbers are as we want them; ``echo_found``, ``errors_found``, ``radio_found``,
    ``quiet_found`` (``ATQ1``) and ``terse_found`` (``ATV0``): how they were.
    ``object``: there is a CoAP object and it is ours; ``left_over``: names of fields that its packet under assembly
    holds. ``bearer``: True up, False down, None not known; ``bearer_ours``: we brought it up.
    """

    settings: Settings
    board: Switchboard
    now: Micros = 0

    met: bool = False
    echoes: bool = False
    model: str = ""
    dialect: Dialect = "sim7000"
    identity: Identity | None = None
    configured: bool = False
    echo_found: bool = False
    quiet_found: bool = False
    terse_found: bool = False
    errors_found: int | None = None
    errors_set: bool = False
    radio_found: int | None = None
    asleep: bool = False
    mute: bool = False
    silent: bool = False

    bearer: bool | None = None
    bearer_ours: bool = False
    wants_bearer: bool = False
    address: str = ""

    object: bool = False
    left_over: set[str] = field(default_factory=set)

    arrived: deque[tuple[PacketArrived, Micros]] = field(default_factory=deque)
    check_queue: bool = False

    assembling: Gate = field(default_factory=Gate)
    preparing: Gate = field(default_factory=Gate)
    _token: int = -1

    def token(self) -> bytes:
        """A token that no request bears: two bytes."""
        if self._token < 0:
            self._token = self.settings.first_token
        while True:
            self._token = (self._token + 1) & 0xFFFF
            token = self._token.to_bytes(2, "big")
            if not self.board.knows(token):
                return token

    def forget(self) -> None:
        """The module has started anew: nothing that it held is left."""
        self.configured = self.object = self.bearer_ours = self.asleep = self.check_queue = False
        self.bearer = False
        self.address = ""
        self.left_over.clear()
        self.arrived.clear()
