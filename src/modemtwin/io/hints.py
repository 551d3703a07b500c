"""What the port of a virtual modem tells the driver beforehand, for want of a way to ask a module."""

from __future__ import annotations

from modemtwin.modem.profile import Profile

__all__ = ["hints"]


def hints(firmware: Profile) -> dict[str, object]:
    """Give the ``hints`` of a ``Transport`` behind which this firmware is."""
    return {
        "payload_append": firmware["Q-PAYLOAD-APPEND"] == "append",
        "para_keep": firmware["Q-PARA-KEEP"] == "keep",
    }
