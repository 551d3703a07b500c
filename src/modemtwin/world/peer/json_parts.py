"""Parts of a JSON document: read some with FETCH, change some with PATCH (RFC 8132).

RFC 8132 leaves to the media type what a part is. PATCH takes application/merge-patch+json (RFC 7396): members of the
patch replace those of the document, null removes. For FETCH there is no such format; we take a list of names.
"""

from __future__ import annotations

import json
from typing import Any

__all__ = ["merged", "selected"]

_TOO_DEEP = "the payload is nested too deeply"


def selected(document: bytes, names: bytes) -> bytes:
    """Return the members of an object that a JSON list names; ValueError with a sentence for what is no such list."""
    whole, wanted = _read(document, "what is here"), _read(names, "the payload")
    if not isinstance(wanted, list) or not all(isinstance(name, str) for name in wanted):
        raise ValueError('the payload is no list of names, such as ["unit"]')
    members = whole if isinstance(whole, dict) else {}
    return _written({name: members[name] for name in wanted if name in members})


def merged(document: bytes, patch: bytes) -> bytes:
    """Return the document with a merge patch applied; ValueError with a sentence for what is no JSON."""
    whole, changes = _read(document, "what is here"), _read(patch, "the payload")
    try:
        return _written(_merge(whole, changes))
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None


def _merge(target: Any, patch: Any) -> Any:
    """Apply a patch as the pseudocode of RFC 7396 §2 does."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = _merge(result.get(name), value)
    return result


def _read(text: bytes, what: str) -> Any:
    try:
        return json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise ValueError(f"{what} is no JSON") from None


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def _written(document: Any) -> bytes:
    # A number such as 1e999 is read as infinite, which JSON cannot say: ValueError.
    try:
        return json.dumps(document, separators=(",", ":"), allow_nan=False).encode()
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None
