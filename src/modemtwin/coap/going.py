"""A transfer under way: where it goes, and what its end is to the owner."""

from __future__ import annotations

from modemtwin.clockwork import Micros
from modemtwin.coap.events import Address
from modemtwin.coap.observe import Watched
from modemtwin.coap.transfer import Transfer

__all__ = ["Going"]


class Going:
    """A transfer under way: ``notifies`` if it ends in a Notification, ``renews`` if it is to renew an observation.

    ``dropped`` once nobody wants its outcome any more. ``strides_until``: then it is time for a step the long way.
    """

    __slots__ = ("destination", "dropped", "notifies", "renews", "strides_until", "transfer")

    def __init__(
        self, transfer: Transfer, destination: Address, *, notifies: bool = False, renews: bool = False
    ) -> None:
        self.transfer = transfer
        self.destination = destination
        self.notifies = notifies
        self.renews = renews
        self.dropped = False
        self.strides_until: Micros = 0

    @property
    def watched(self) -> Watched:
        """The observation that it belongs to, if it does to one."""
        return self.destination, self.transfer.request.token
