"""How a modem is just now, for those who let something happen to it at such a moment; no AT command says all of it."""

from __future__ import annotations

from modemtwin.value import value

__all__ = ["Condition"]


@value
class Condition:
    """``is_on``: it has booted and hears commands, unless its UART is ``asleep`` (AT+CSCLK); in PSM it is not on.

    ``in_flight``: a CON of its CoAP object waits for its ACK, or a request for its answer.
    """

    is_on: bool
    in_psm: bool
    asleep: bool
    in_flight: bool
