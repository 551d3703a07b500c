"""The lines of V.24 beside the data: what the TE sets, and what the modem shows in return.

DSR        on while the module is alive
CTS        the same, but off while its UART sleeps: AT+CSCLK
DCD        in data mode, or always: AT&C
RI         a pulse when a URC goes out: AT+CFGRI=1
"""

from __future__ import annotations

from modemtwin.at.interpreter import LineSettings
from modemtwin.clockwork import Micros
from modemtwin.modem.doors import LinesChanged, LinesSet
from modemtwin.modem.parts.device import Device

RING: Micros = 120_000
"""How long RI is on for a URC (SIM7000 hardware design: 120 ms)."""

_DEAD = LinesChanged(cts=False, dsr=False, dcd=False, ri=False)


class Lines:
    """Both halves. ``wired``: the port carries lines at all; until a TE sets one, the modem says nothing of its own.

    ``dtr`` is what the TE has set last.
    """

    __slots__ = ("_device", "_line", "_rings", "_shown", "dtr", "wired")

    def __init__(self, line: LineSettings, device: Device) -> None:
        self._line = line
        self._device = device
        self.wired = False
        self.dtr = False
        self._shown: LinesChanged | None = None
        self._rings: Micros | None = None

    def set(self, lines: LinesSet) -> bool:
        """Take the TE's lines; say whether DTR has gone off just now."""
        dropped = self.dtr and not lines.dtr
        self.wired, self.dtr = True, lines.dtr
        return dropped

    def ring(self, now: Micros) -> None:
        """A URC went out."""
        if self.wired and self._device.settings.get("+CFGRI", (0,))[0]:
            self._rings = now + RING

    def fire(self, now: Micros) -> None:
        """End the pulse when it is long enough."""
        if self._rings is not None and now >= self._rings:
            self._rings = None

    def next_timer(self) -> Micros | None:
        """When the pulse is long enough."""
        return self._rings

    def changed(self, *, alive: bool, in_data_mode: bool, hears: bool = True) -> LinesChanged | None:
        """Give the modem's lines as they are now; None when they are as they were."""
        if not alive:
            self._rings = None
            lines = _DEAD
        else:
            carrier = in_data_mode or self._line.carrier_detect == 0
            lines = LinesChanged(cts=hears, dsr=True, dcd=carrier, ri=self._rings is not None)
        if lines == self._shown:
            return None
        self._shown = lines
        return lines
