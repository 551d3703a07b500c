"""The keys of a scenario as data: one row each, of every table but [profile] and [quirks], which the profile knows."""

from __future__ import annotations

from dataclasses import fields

from modemtwin.modem import profile as profiles
from modemtwin.modem.doors import Card, Secret
from modemtwin.modem.profile import Profile
from modemtwin.modem.quirks import LEDGER
from modemtwin.world.cell.keys import CELL_KEYS
from modemtwin.world.fault.table import FAULT_KEYS
from modemtwin.world.net.path_keys import PATH_KEYS
from modemtwin.world.schema import Choice, Digits, Flag, Key, Number, Text, hyphened, nearest, nearest_key, underscored
from modemtwin.world.te.uart_keys import UART_KEYS

__all__ = ["KEYS", "LISTS", "NEEDED", "SCHEMA", "TABLES", "WAYS", "fact", "meant"]

_CARD = Card()

SCHEMA: tuple[Key, ...] = (
    Key(
        "modem.profile",
        Choice({name: name for name in profiles.names()}),
        "sim7000",
        "which firmware it is; or a file, NAME.toml",
    ),
    Key("modem.imei", Digits((15,)), "the profile's", "serial number"),
    Key("card.present", Flag(), True, "whether a card is in the holder at the start"),
    Key("card.pin", Digits((0, 4, 5, 6, 7, 8), Secret), _CARD.pin, "PIN; empty: the card asks for none"),
    Key("card.puk", Digits((8,), Secret), _CARD.puk, "PUK, which opens the card after three wrong PINs"),
    Key("card.imsi", Digits((14, 15)), _CARD.imsi, "identity of the subscriber"),
    Key("card.iccid", Digits((19, 20)), _CARD.iccid, "number printed on the card"),
    *CELL_KEYS,
    *PATH_KEYS,
    *UART_KEYS,
    Key("route.from", Text(300), None, "HOST[:PORT] that the firmware sends to; without a port, every port"),
    Key("route.to", Text(300), None, "HOST:PORT where its datagrams go instead"),
    Key("event.at", Number(0, 31_536_000), None, "when it happens, from the start; not before the event above", "s"),
    Key("event.change", Text(), None, "a table of keys of [cell] with their new values"),
    Key("event.drop_bearer", Flag(), False, "the network takes every bearer away"),
    Key("event.insert_card", Flag(), False, "the card of [card] slides in"),
    Key("event.remove_card", Flag(), False, "the card is pulled"),
    *FAULT_KEYS,
)
"""Every key of a scenario but those of [profile] and [quirks], which the profile itself knows."""

KEYS = {key.name: key for key in SCHEMA}
TABLES = ("modem", "profile", "quirks", "card", "cell", "path", "uart")
WAYS = ("path.up", "path.down")
"""The tables in a table."""

LISTS = ("route", "event", "fault")
"""The tables that are written as ``[[route]]``, as often as one likes."""

NEEDED = {"route": ["from", "to"], "event": ["at"], "fault": ["do"]}
"""The keys without which there is no such table; an act of a fault may need more."""

_FACTS = tuple(each.name for each in fields(Profile) if each.name not in ("name", "quirks"))


def meant(name: str) -> str:
    """Say which key was meant, also when only the end of it was written; else how keys begin."""
    known = [key for key in KEYS if key.partition(".")[0] not in LISTS]
    if "." not in name:
        known += [f"profile.{fact}" for fact in _FACTS] + [f"quirks.{quirk}" for quirk in LEDGER]
        wanted = hyphened(name).lower()
        known = [key for key in known if hyphened(key).lower().endswith(f".{wanted}")] or known
    beginnings = ", ".join(f"{table}." for table in TABLES)
    return nearest_key(name, known) or f"; a key begins with one of {beginnings}"


def fact(key: str) -> str:
    """Spell a profile key as Python does; it is not the way to another profile, nor to the quirks."""
    if underscored(key) not in _FACTS:
        raise ValueError(f"a profile has no such key{nearest(key, map(hyphened, _FACTS))}")
    return underscored(key)
