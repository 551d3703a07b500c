"""``twin://sim7000``: a virtual modem in the driver's own process, with real UDP sockets, and nothing else to start.

    twin://PROFILE[?KEY=VALUE&KEY=VALUE…]     each KEY of ``KEYS``, or the id of a quirk; set and route may come again

Without ``scenario`` the network takes the modem in at once and gives a bearer at once, so that a program that only
wants an answer has it in milliseconds; ``?set=cell.registration_delay=2`` is a network that takes its time.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import unquote

from modemtwin.host.errors import InvalidArgument, PortError
from modemtwin.io import byte_pipe
from modemtwin.io.hints import hints
from modemtwin.io.memory import MemoryPipe, MemoryPort
from modemtwin.io.state_file import StateError
from modemtwin.io.virtual_modem import VirtualModem
from modemtwin.modem.quirks import LEDGER

__all__ = ["KEYS", "TwinPort", "open_twin"]

KEYS: Mapping[str, str] = MappingProxyType(
    {
        "scenario": "a TOML file: card, cell, routes and timeline, with its own times",
        "set": "one setting of the scenario: cell.signal=5",
        "route": "datagrams for the first address go to the second: 198.181.39.174=127.0.0.1:5683",
        "seed": "chance that can be had again",
        "coap-port": "the modem's UDP port",
        "journal": "a file that tells all that happens",
        "state": "a file that keeps what a module keeps over a power cycle",
    }
)
"""What may stand behind the question mark, besides the ids of quirks."""

_AT_ONCE = ("cell.registration_delay=0", "cell.bearer_delay=0")


async def open_twin(port: str, rest: str) -> TwinPort:
    """Start the modem that ``rest``, the string behind ``twin://``, describes."""
    pipe = MemoryPipe()
    try:
        twin = _described(rest, pipe)
        await twin.start()
    except (ValueError, StateError) as error:
        raise InvalidArgument(f"{port}: {'; '.join(str(error).splitlines())}") from None
    except byte_pipe.PortError as error:
        raise PortError(port, str(error)) from None
    except OSError as error:
        raise PortError(port, f"{error.filename or 'a file of it'} cannot be used: {error.strerror}") from None
    return TwinPort(port, twin, pipe)


class TwinPort(MemoryPort):
    """The driver's end. ``twin`` is the modem behind it, for those who want to change its cell in the middle."""

    def __init__(self, name: str, twin: VirtualModem, pipe: MemoryPipe) -> None:
        super().__init__(name, pipe, hints(twin.firmware))
        self.twin = twin
        self._up = True
        twin.when_ended(self._over)

    def close(self) -> None:
        super().close()
        if self._up:
            self._up = False
            self.twin.stop()

    def _over(self, failure: BaseException | None) -> None:
        if self._up and failure is not None:
            why = f"{type(failure).__name__}: {failure}"
            self._pipe.inbox.ended(f"the virtual modem has failed ({why}); please report it")
            self.close()


def _described(rest: str, pipe: MemoryPipe) -> VirtualModem:
    """Build the modem; ValueError, with a sentence for each mistake."""
    profile, _, query = rest.partition("?")
    given = _read(query)
    settings = [*(f"quirks.{key}={value}" for key, value in given.pop("quirks")), *given.pop("set")]
    if not given["scenario"]:
        settings = [*_AT_ONCE, *settings]
    once: dict[str, Any] = {key: _one(key, given[key]) for key in ("scenario", "journal", "state")}
    return VirtualModem(
        profile.strip("/") or None,
        pipe,
        settings=settings,
        routes=given["route"],
        seed=_number("seed", given["seed"], 2**64 - 1),
        coap_port=_number("coap-port", given["coap-port"], 65_535),
        **once,
    )


def _read(query: str) -> dict[str, list[Any]]:
    given: dict[str, list[Any]] = {"quirks": [], **{key: [] for key in KEYS}}
    for pair in filter(None, query.split("&")):
        key, equals, value = pair.partition("=")
        if not equals or not value:
            raise ValueError(f"{pair!r} gives no value; write KEY=VALUE")
        quirk = next((each for each in LEDGER if each.lower() == key.lower()), None)
        if quirk:
            given["quirks"].append((quirk, unquote(value)))
        elif key.lower() in KEYS:
            given[key.lower()].append(unquote(value))
        else:
            near = difflib.get_close_matches(key.lower(), [*KEYS, *map(str.lower, LEDGER)], 1)
            meant = f"did you mean {near[0]}?" if near else f"there are {', '.join(KEYS)} and the ids of quirks"
            raise ValueError(f"there is no key {key!r}; {meant}")
    return given


def _one(key: str, values: list[Any]) -> str | None:
    if len(values) > 1:
        raise ValueError(f"{key} is given {len(values)} times")
    return values[0] if values else None


def _number(key: str, values: list[Any], most: int) -> int:
    text = _one(key, values) or "0"
    if not (text.isascii() and text.isdigit() and len(text) <= 20 and int(text) <= most):
        raise ValueError(f"{key}={text}: that is not a whole number up to {most}")
    return int(text)
