"""Proof that a request is fresh: what the server hands out in Echo and takes back for a while (RFC 9175 §2).

 0 … 7     8 … 15
┌────────┬────────┐
│ moment │  MAC   │   the server remembers nothing but its key
└────────┴────────┘
"""

from __future__ import annotations

import hashlib
import hmac

from modemtwin.clockwork import Micros, seconds

__all__ = ["FRESH_FOR", "Freshness"]

FRESH_FOR = seconds(10)
"""How long a value proves that a request is fresh."""

_HALF = 8


class Freshness:
    """Makes Echo values and knows them again; the key, up to 32 bytes, is what nobody else knows."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def value(self, now: Micros) -> bytes:
        """Make the value that proves freshness from now on."""
        moment = now.to_bytes(_HALF, "big", signed=True)
        return moment + self._seal(moment)

    def is_proven(self, value: bytes | None, now: Micros) -> bool:
        """Say whether a request with this Echo is fresh; None stands for one without."""
        if value is None or len(value) != 2 * _HALF:
            return False
        moment, seal = value[:_HALF], value[_HALF:]
        age = now - int.from_bytes(moment, "big", signed=True)
        return hmac.compare_digest(seal, self._seal(moment)) and 0 <= age <= FRESH_FOR

    def _seal(self, moment: bytes) -> bytes:
        return hashlib.blake2s(moment, key=self._key, digest_size=_HALF).digest()
