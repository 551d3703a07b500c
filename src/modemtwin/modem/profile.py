"""What one firmware is like: its facts and its choices, as data.

A profile chooses, it never behaves. The four that ship stand in ``profiles/*.toml``; each may name a ``base`` whose
values it takes where it says nothing itself. Keys are spelled with hyphens in TOML and with underscores here.
"""

from __future__ import annotations

import difflib
import functools
import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from importlib import resources
from types import MappingProxyType
from typing import Any

from modemtwin.at.syntax import Escapes
from modemtwin.clockwork import seconds
from modemtwin.coap.numbers import Bounds, Transmission
from modemtwin.modem import quirks

__all__ = ["Profile", "load", "names", "overlay", "read", "tailor"]


def _fact(doc: str) -> Any:
    """A field that a profile must give, with the sentence that the reference page prints."""
    return field(metadata={"doc": doc})


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """The facts and choices of one firmware. Times are in seconds, sizes in bytes unless a field says otherwise."""

    name: str = _fact("Name of the profile.")
    title: str = _fact("What it describes, in a line.")
    dialect: str = _fact("`sim7000`, or `sim7080` for the bearer commands of the SIM7070, SIM7080 and SIM7090.")

    manufacturer: str = _fact("Answer to `AT+CGMI`.")
    model: str = _fact("Answer to `AT+CGMM`.")
    information: str = _fact("Answer to `ATI`.")
    revision: str = _fact("Answer to `AT+CGMR`.")
    product: str = _fact("Answer to `AT+GOI`.")
    imei: str = _fact("Answer to `AT+CGSN`, 15 digits.")

    longest_line: int = _fact("Characters allowed on a command line after `AT`.")
    most_commands: int = _fact("Commands allowed on a command line.")
    queue_length: int = _fact("Packets that the receive queue holds.")
    nstart_waiting: int = _fact("Packets that may wait for NSTART before `AT+CCOAPACTION` is refused.")
    longest_body: int = _fact("Bytes of payload that a packet may carry, in blocks where it must (RFC 7959).")
    block_exponent: int = _fact("SZX of the largest block: 0 for 16 bytes to 6 for 1024 (RFC 7959 §2.2).")
    contexts: int = _fact("Highest `<cid>` of `AT+CGDCONT`.")
    app_contexts: int = _fact("How many bearers `AT+CNACT` knows.")

    boot_time: float = _fact("From power-on to the first `AT` that is heard.")
    search_time: float = _fact("From `AT+COPS=?` to its answer.")
    urc_holdoff: float = _fact("How long a half-typed line holds URCs back after its last byte.")
    sleep_delay: float = _fact("From the last byte, or from DTR off, to the sleep of the UART (`AT+CSCLK=1`).")
    idle_delay: float = _fact("From the last byte to the sleep of the UART (`AT+CSCLK=2`).")
    wake_time: float = _fact("From DTR on, or the byte that wakes the UART, to the first byte that it hears.")
    dtr_open: bool = _fact("Whether DTR counts as on where nothing drives it, as on a pty or bare TCP.")
    reactivation_delay: float = _fact("From the loss of a bearer in mode 2 to the attempt to get it back.")

    ack_timeout: float = _fact("ACK_TIMEOUT of RFC 7252 §4.8.")
    ack_random_factor: float = _fact("ACK_RANDOM_FACTOR of RFC 7252 §4.8, a factor.")
    max_retransmit: int = _fact("MAX_RETRANSMIT of RFC 7252 §4.8, a count.")
    nstart: int = _fact("NSTART of RFC 7252 §4.7, a count.")
    answer_time: float = _fact("How long a peer's CON request waits for the TE before the modem acknowledges it.")

    refuse_stubs: bool = _fact("Whether commands that are accepted without effect are refused.")
    quirks: Mapping[str, str] = _fact("Choices of the quirk ledger.")

    def __getitem__(self, quirk: str) -> str:
        """The choice for a quirk."""
        return self.quirks[quirk]

    @property
    def escapes(self) -> Escapes:
        """What a backslash means in quoted text (`Q-STRING-ESCAPES`)."""
        match self["Q-STRING-ESCAPES"]:
            case "v250":
                return "v250"
            case "none":
                return "none"
            case _:
                return "backslash"

    def replace(self, **changes: object) -> Profile:
        """Give a profile with some facts changed; ``quirks`` may be given in part.

        :raises ValueError: in one sentence, for an unknown key or a value that does not fit.
        """
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        for key, value in changes.items():
            values[key] = _checked(key, value, values)
        return Profile(**values)

    def transmission(self) -> Transmission:
        """The transmission parameters of RFC 7252 §4.8 that this firmware works with."""
        limit = self["Q-TIMEOUT"]
        return _transmission(
            ack_timeout=seconds(self.ack_timeout),
            ack_random_factor=self.ack_random_factor,
            max_retransmit=self.max_retransmit,
            nstart=self.nstart,
            ack_delay=seconds(self.answer_time),
            response_timeout=None if limit == "rfc7252" else seconds(float(limit)),
            waiting_limit=self.nstart_waiting,
        )

    def bounds(self) -> Bounds:
        """How much one conversation of this firmware takes on."""
        return _bounds(body=self.longest_body, exponent=self.block_exponent, memory=4 * self.longest_body)


# Equal ones are one: there may be thousands of modems.
_transmission = functools.lru_cache(maxsize=64)(Transmission)
_bounds = functools.lru_cache(maxsize=64)(Bounds)


def names() -> list[str]:
    """The profiles that ship, in alphabetical order."""
    folder = resources.files("modemtwin.modem") / "profiles"
    return sorted(each.name.removesuffix(".toml") for each in folder.iterdir() if each.name.endswith(".toml"))


@functools.cache
def load(name: str) -> Profile:
    """Give the profile with this name.

    :raises ValueError: when none has it; the text names the nearest.
    """
    if name not in names():
        near = max(names(), key=lambda known: difflib.SequenceMatcher(None, name, known).ratio())
        hint = f"did you mean {near}?" if difflib.get_close_matches(name, [near]) else f"choose {', '.join(names())}"
        raise ValueError(f"there is no profile {name!r}; {hint}")
    path = resources.files("modemtwin.modem") / "profiles" / f"{name}.toml"
    return read(path.read_text("utf-8"), name)


def read(text: str, name: str) -> Profile:
    """Read a profile from TOML.

    :raises ValueError: in one sentence, for TOML that is none, an unknown key or a value that does not fit.
    """
    document = {key.replace("-", "_"): value for key, value in tomllib.loads(text).items()}
    base = document.pop("base", None)
    if base is not None:
        return load(base).replace(name=name, **document)
    missing = [
        each.name for each in fields(Profile) if each.name not in document and each.name not in ("name", "quirks")
    ]
    if missing:
        raise ValueError(
            f"profile {name}: {missing[0].replace('_', '-')} is missing, and there is no base to take it from"
        )
    defaults = {entry.id: entry.default for entry in quirks.LEDGER.values()}
    start: dict[str, Any] = document | {"name": name, "quirks": MappingProxyType(defaults)}
    return Profile(**start).replace(**document)


def overlay(text: str) -> tuple[str, dict[str, object]]:
    """Read a profile of somebody's own as what it changes of one that ships: that one's name, facts and choices.

    Facts go by their keys, choices by the ids of their quirks. Without a ``base`` it is sim7000 that is changed.

    :raises ValueError: in one sentence, for TOML that is none, an unknown key or a value that does not fit.
    """
    document = {key.replace("-", "_"): value for key, value in tomllib.loads(text).items()}
    base = document.pop("base", "sim7000")
    if not isinstance(base, str):
        raise ValueError(f"base must be the name of a profile, not {base!r}")
    changed = load(base).replace(**document)
    facts = {key: getattr(changed, key) for key in document if key not in ("name", "quirks")}
    return base, facts | {quirk: changed[quirk] for quirk in document.get("quirks", {})}


def tailor(name: str, overrides: Mapping[str, object]) -> Profile:
    """Load a profile and override single facts, and choices by their quirk ids: what ``overlay`` gives is put on again.

    :raises ValueError: in one sentence, for an unknown name or key, or a value that does not fit.
    """
    if not overrides:
        return load(name)
    choices = {key: value for key, value in overrides.items() if key in quirks.LEDGER}
    facts = {key: value for key, value in overrides.items() if key not in quirks.LEDGER}
    return load(name).replace(**facts, **({"quirks": choices} if choices else {}))


def _checked(key: str, value: object, values: Mapping[str, Any]) -> object:
    """One value of a profile, of the type that the others have, or a ValueError that says what is wrong with it."""
    spelled = key.replace("_", "-")
    if key not in values:
        near = difflib.get_close_matches(key, values, 1)
        hint = f"did you mean {near[0].replace('_', '-')}?" if near else "see the reference of profiles"
        raise ValueError(f"a profile has no {spelled}; {hint}")
    if key == "quirks":
        return _chosen(value, values["quirks"])
    wanted = type(values[key])
    if wanted is float and type(value) is int:
        value = float(value)
    if type(value) is not wanted:
        raise ValueError(f"{spelled} must be {_SPELLED[wanted]}, not {value!r}")
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{spelled} must be a finite number, but is {value}")
    if isinstance(value, int | float) and value < 0:
        raise ValueError(f"{spelled} must not be negative, but is {value}")
    if isinstance(value, int | float) and value < _LEAST.get(key, 0):
        raise ValueError(f"{spelled} must be at least {_LEAST[key]}, but is {value}")
    if isinstance(value, int | float) and value > _MOST.get(key, value):
        raise ValueError(f"{spelled} must be at most {_MOST[key]}, but is {value}")
    if (
        isinstance(value, str)
        and key not in _ABOUT
        and (strange := next((each for each in value if each > "\xff"), ""))
    ):
        raise ValueError(f"{spelled} must be latin-1, one byte for each character, and {strange!r} is not")
    if key == "dialect" and value not in ("sim7000", "sim7080"):
        raise ValueError(f"dialect must be sim7000 or sim7080, not {value!r}")
    return value


_ABOUT = ("name", "title")
"""Facts that no modem prints."""

_LEAST = dict.fromkeys(("queue_length", "nstart", "contexts", "app_contexts", "ack_random_factor", "longest_body"), 1)
_MOST = {"app_contexts": 4, "block_exponent": 6}
"""Bounds of facts; the channels behind the fourth application context are taken (see ``parts.bearer``)."""

_SPELLED: dict[type, str] = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}


def _chosen(choices: object, so_far: Mapping[str, str]) -> Mapping[str, str]:
    if not isinstance(choices, Mapping):
        raise ValueError("quirks must be a table of id = choice")
    return MappingProxyType(dict(so_far) | {each: quirks.check(each, str(choice)) for each, choice in choices.items()})
