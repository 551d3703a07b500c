"""Watching a resource from the client's side: which notification is newer, and until when it is fresh (RFC 7641 §3).

response with Observe ──► Observation ──newer notification──► fresh again
                            │   └── older: of no use
                            ├── Max-Age and a while are over ──► ask again with the same token (§3.3.1)
                            └── no Observe, an error, Observe 1, RST ──► ended
"""

from __future__ import annotations

from collections import deque
from random import Random
from typing import TypeAlias

from modemtwin.clockwork import Micros, earliest, seconds
from modemtwin.coap.endpoint import Endpoint
from modemtwin.coap.events import Address, Broken, Event, Remark
from modemtwin.coap.message import Message, number
from modemtwin.coap.numbers import MAX_AGE, OBSERVE

Watched: TypeAlias = tuple[Address, bytes]
"""Source and token, which name an observation (RFC 7641 §3.1)."""

REGISTER, DEREGISTER = 0, 1
"""Observe in a request (RFC 7641 §2)."""

DEFAULT_MAX_AGE = 60
"""Seconds, where an answer has no Max-Age (RFC 7252 §5.10.5)."""

MIDS_KEPT = 16
"""Notifications whose mid may still be rejected by hand."""

_OUTDATED = seconds(128)
_HALF = 1 << 23
_WHOLE = 1 << 24


def is_newer(second: int, heard: Micros, first: int, before: Micros) -> bool:
    """Say whether notification ``second``, heard at a moment, is newer than ``first``, heard before (RFC 7641 §3.4)."""
    return 0 < (second - first) % _WHOLE < _HALF or heard > before + _OUTDATED


def wish(request: Message) -> int | None:
    """Return what a request says about observation: REGISTER, DEREGISTER or nothing of the sort."""
    value = request.first(OBSERVE)
    return None if value is None else number(value)


def is_observed(response: Message) -> bool:
    """Say whether a response announces more of its kind: a success with Observe (RFC 7641 §3.1, §4.2)."""
    return response.code >> 5 == 2 and response.first(OBSERVE) is not None


class Observation:
    """A resource that we watch. ``due``: when to ask again if nothing newer has come, None while that is under way."""

    __slots__ = ("_number", "destination", "due", "heard", "mids", "request")

    def __init__(self, request: Message, destination: Address) -> None:
        self.request = request
        self.destination = destination
        self.heard: Micros = 0
        self.due: Micros | None = None
        self.mids: deque[int] = deque(maxlen=MIDS_KEPT)
        self._number = 0

    def is_newer(self, notification: Message, now: Micros) -> bool:
        """Say whether a notification tells a newer state than the last one taken."""
        return is_newer(number(notification.first(OBSERVE) or b""), now, self._number, self.heard)

    def take(self, notification: Message, random: Random, now: Micros) -> None:
        """Note the newest state; ask again when its Max-Age and 5 to 15 s by chance are over (RFC 7641 §3.3.1)."""
        self._number = number(notification.first(OBSERVE) or b"")
        self.heard = now
        self.mids.append(notification.mid)
        age = notification.first(MAX_AGE)
        fresh = DEFAULT_MAX_AGE if age is None else number(age)
        self.due = now + seconds(fresh) + seconds(random.uniform(5, 15))

    def is_news(self, notification: Message, now: Micros) -> bool:
        """Say whether a notification tells something: a newer state, or that it is the last one."""
        return not is_observed(notification) or self.is_newer(notification, now)

    def postpone(self, random: Random, now: Micros) -> None:
        """Ask again a while later."""
        self.due = now + seconds(random.uniform(5, 15))


class Observations:
    """All that we watch, ``entries`` by source and token; the oldest of more than ``limit`` is given up."""

    __slots__ = ("_endpoint", "_limit", "_random", "entries")

    def __init__(self, endpoint: Endpoint, random: Random, limit: int) -> None:
        self._endpoint = endpoint
        self._random = random
        self._limit = limit
        self.entries: dict[Watched, Observation] = {}

    def __len__(self) -> int:
        return len(self.entries)

    def find(self, key: Watched) -> Observation | None:
        """Return the observation with this source and token."""
        return self.entries.get(key)

    def missing(self, key: Watched) -> list[Event]:
        """Remark that there is nothing to end, if so."""
        source, token = key
        if key in self.entries:
            return []
        name = f"token {token.hex()}" if token else "the empty token"
        return [Remark(f"nothing is observed there with {name}, so Observe 1 ends nothing", source)]

    def registered(self, request: Message, source: Address, response: Message, now: Micros) -> list[Event]:
        """A server has entered us in its list, or told so again; say so if another had to go for it."""
        events: list[Event] = []
        key = source, request.token
        observation = self.entries.get(key)
        if observation is None or observation.request != request:
            self.entries.pop(key, None)
            if len(self.entries) >= self._limit:
                events.append(self._end_oldest(now))
            observation = self.entries[key] = Observation(request, source)
            self._endpoint.expect_more(request, source)
        observation.take(response, self._random, now)
        return events

    def notified(self, observation: Observation, notification: Message, now: Micros) -> bool:
        """Take a notification; False if it is older than what we know. One that is the last ends the observation."""
        if not is_observed(notification):
            self.end((observation.destination, observation.request.token), now)
            return True
        if not observation.is_newer(notification, now):
            return False
        observation.take(notification, self._random, now)
        return True

    def end(self, key: Watched, now: Micros, *, reject: bool = False) -> None:
        """Watch no more; ``reject`` what still comes."""
        if self.entries.pop(key, None) is not None:
            self._endpoint.expect_no_more(key[1], key[0], now, reject=reject)

    def _end_oldest(self, now: Micros) -> Broken:
        key, oldest = next(iter(self.entries.items()))
        self.end(key, now, reject=True)
        return Broken(oldest.request, key[0], f"the observation is over: it is the oldest of more than {self._limit}")

    def with_mid(self, mid: int, source: Address) -> list[Watched]:
        """Return those one of whose notifications had this mid."""
        return [key for key, each in self.entries.items() if key[0] == source and mid in each.mids]

    def stale(self, now: Micros) -> list[Observation]:
        """Return those that are to be asked for again."""
        return [each for each in self.entries.values() if each.due is not None and each.due <= now]

    def next_timer(self) -> Micros | None:
        """Return when one will be stale."""
        return earliest(*(observation.due for observation in self.entries.values()))

    def abandon(self, source: Address | None) -> list[Message]:
        """Forget all, or those of one server; return their requests."""
        gone = [key for key in self.entries if source in (None, key[0])]
        return [self.entries.pop(key).request for key in gone]
