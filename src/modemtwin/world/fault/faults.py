"""Faults as one writes them in Python: a function for each act, whose keywords are the keys of ``[[fault]]``.

    modem.arm(faults.drop(type="ACK", nth=2))
    modem.arm(faults.delay(code="2.05", by=5.0))
    modem.arm(faults.lose_coverage(at=600, lasting=40))

``docs/reference/faults.md`` lists them. A ValueError has a line for each mistake.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from modemtwin.world.fault.fault import Fault
from modemtwin.world.fault.table import ACTS, check_fault

__all__ = [
    "answer",
    "busy",
    "change_pin",
    "corrupt",
    "deafen",
    "delay",
    "deny",
    "drop",
    "drop_bearer",
    "duplicate",
    "fill_queue",
    "garble",
    "lose_coverage",
    "mute",
    "pull_card",
    "reject_apn",
    "restart",
    "slow",
    "truncate",
]

Spelling: TypeAlias = Callable[..., Fault]


def _spelling(name: str) -> Spelling:
    def spell(**keys: object) -> Fault:
        return check_fault({"do": name, **keys}, name)

    spell.__name__ = spell.__qualname__ = name.replace("-", "_")
    spell.__doc__ = f"Make a fault: {ACTS[name].doc}."
    return spell


drop = _spelling("drop")
delay = _spelling("delay")
duplicate = _spelling("duplicate")
corrupt = _spelling("corrupt")
truncate = _spelling("truncate")
answer = _spelling("answer")
garble = _spelling("garble")
pull_card = _spelling("pull-card")
change_pin = _spelling("change-pin")
lose_coverage = _spelling("lose-coverage")
deny = _spelling("deny")
reject_apn = _spelling("reject-apn")
drop_bearer = _spelling("drop-bearer")
restart = _spelling("restart")
mute = _spelling("mute")
deafen = _spelling("deafen")
slow = _spelling("slow")
busy = _spelling("busy")
fill_queue = _spelling("fill-queue")
