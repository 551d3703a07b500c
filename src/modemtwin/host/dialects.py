"""How the two families spell their bearer commands: the SIM7000 has one bearer, the SIM7080 numbers four.

SIM7000   AT+CNACT=1      AT+CNCFG=1,"apn"      +CNACT: 1,"10.94.36.44"          +APP PDP: ACTIVE
SIM7080   AT+CNACT=0,1    AT+CNCFG=0,1,"apn"    +CNACT: 0,1,"…" and three more   +APP PDP: 0,ACTIVE
"""

from __future__ import annotations

import re
from typing import Literal, TypeAlias

__all__ = ["Dialect", "dialect_of", "index_of"]

Dialect: TypeAlias = Literal["sim7000", "sim7080"]

_NUMBERED = re.compile(r"SIM70[789]\d")


def dialect_of(model: str) -> Dialect:
    """The dialect of a module that answers this to ``AT+CGMM``; an unknown one is taken for a SIM7000."""
    return "sim7080" if _NUMBERED.search(model.upper()) else "sim7000"


def index_of(dialect: Dialect) -> str:
    """What stands before the arguments of ``AT+CNACT=`` and ``AT+CNCFG=``: the SIM7080 wants to know which bearer."""
    return "0," if dialect == "sim7080" else ""
