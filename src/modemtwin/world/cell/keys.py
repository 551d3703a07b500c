"""The keys of ``[cell]``: what may be set of a radio network, and what each of them may be.

scenario, control, add_modem ──► check_cell ──► CellSettings ──► Cell
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from modemtwin.modem.doors import NO_SECRET, Secret, Technology
from modemtwin.world.cell.connection import POLICY_KEYS, Policy
from modemtwin.world.schema import (
    Address4,
    Choice,
    Digits,
    Flag,
    Key,
    Kind,
    Number,
    Text,
    Texts,
    Whole,
    nearest_key,
    underscored,
)

__all__ = ["CELL_KEYS", "TECHNOLOGIES", "CellSettings", "check_cell"]

TECHNOLOGIES: Mapping[str, Technology] = {
    "nb-iot": Technology.NB_IOT,
    "cat-m": Technology.CAT_M,
    "egprs": Technology.EGPRS,
    "gsm": Technology.GSM,
}


@dataclass(frozen=True, slots=True)
class CellSettings(Policy):
    """What the cell is like. Spans of time are in seconds; ``CELL_KEYS`` says what each may be.

    Who gets a bearer is up to ``apn_policy``:

    * ``accept``: any APN.
    * ``reject``: only the APNs in ``apns``; when that list is empty, none.
    * ``deliver``: every request, whatever APN it names, gets the network's own APN.

    A request that names no APN asks for the network's own, ``apn``. Upper and lower case are the same (TS 23.003 §9.1).
    ``apn_user`` and ``apn_password`` are compared when either is set.
    """

    technology: Technology = Technology.NB_IOT
    operator: str = "CHN-CT"
    plmn: str = "46011"
    signal: int = 27
    bit_errors: int = 99
    coverage: bool = True
    denied: bool = False
    roaming: bool = False
    registration_delay: float = 0.5
    apn: str = "ctnb"
    apn_policy: str = "accept"
    apns: tuple[str, ...] = ()
    apn_user: str = ""
    apn_password: Secret = NO_SECRET
    bearer_delay: float = 0.49
    address: str = "10.94.36.44"
    drop_after: float | None = None
    delay_spread: float = 0.0
    area: int = 0x5AE1
    cell_id: int = 0x0A1B2C3

    @property
    def delivered_apn(self) -> str:
        """The APN that the network delivers at registration; under GSM it is empty (COAP-AN §4.1)."""
        return self.apn if self.delivers else ""

    @property
    def delivers(self) -> bool:
        """Whether the network delivers an APN and an address at registration; under GSM it does not (COAP-AN §4.1)."""
        return self.technology not in (Technology.GSM, Technology.EGPRS)


_DEFAULTS = CellSettings()

_ROWS: tuple[tuple[str, Kind, str, str], ...] = (
    ("technology", Choice(TECHNOLOGIES), "", "radio access technology"),
    ("operator", Text(32, printed=True), "", "name of the network, as +COPS? prints it"),
    ("plmn", Digits((5, 6)), "", "country code and network code"),
    ("signal", Whole(0, 31, (99,)), "", "received strength of TS 27.007 §8.5; 99 is unknown"),
    ("bit_errors", Whole(0, 7, (99,)), "", "bit error rate of TS 27.007 §8.5; 99 is unknown"),
    ("coverage", Flag(), "", "whether the cell is heard at all"),
    ("denied", Flag(), "", "the network turns the modem away"),
    ("roaming", Flag(), "", "the modem is registered as a roaming one"),
    ("registration_delay", Number(0, 86_400), "s", "from radio on, or coverage, to the registration"),
    (
        "apn",
        Text(100, printed=True),
        "",
        "the network's own APN, delivered at registration; under GSM and EGPRS none is",
    ),
    ("apn_policy", Choice({word: word for word in ("accept", "reject", "deliver")}), "", "who gets a bearer"),
    ("apns", Texts(), "", "the APNs that the policy reject accepts"),
    ("apn_user", Text(127), "", "user name that a bearer asks for"),
    ("apn_password", Text(127, Secret), "", "password that a bearer asks for"),
    ("bearer_delay", Number(0, 3_600), "s", "from the request of a bearer to the answer"),
    ("address", Address4(), "", "IP address of the first bearer; further ones count upward"),
    ("drop_after", Number(0.001, 31_536_000, optional=True), "s", "the network drops a bearer after so long"),
    ("delay_spread", Number(0, 10), "", "delays are lengthened by a random share of up to this"),
    ("area", Whole(0, 0xFFFF), "", "tracking area or location area"),
    ("cell_id", Whole(0, 0xFFFFFFF), "", "identity of the serving cell"),
    *POLICY_KEYS,
)

CELL_KEYS = tuple(Key(f"cell.{name}", kind, getattr(_DEFAULTS, name), doc, unit) for name, kind, unit, doc in _ROWS)
"""The cell's settings as data."""

_KEY_BY_NAME = {key.name.removeprefix("cell."): key for key in CELL_KEYS}


def check_cell(settings: Mapping[str, object], path: str = "cell") -> dict[str, object]:
    """Check settings by name; the ValueError has a line for each mistake, with the path and the nearest right key."""
    checked: dict[str, object] = {}
    mistakes: list[str] = []
    for spelled, value in settings.items():
        name = underscored(spelled)
        if name not in _KEY_BY_NAME:
            mistakes.append(f"{path}.{spelled}: there is no such key{nearest_key(spelled, _KEY_BY_NAME)}")
            continue
        try:
            checked[name] = _KEY_BY_NAME[name].check(value, f"{path}.{spelled}")
        except ValueError as error:
            mistakes.append(str(error))
    if mistakes:
        raise ValueError("\n".join(mistakes))
    return checked
