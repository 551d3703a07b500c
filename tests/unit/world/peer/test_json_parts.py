"""FETCH and PATCH of JSON documents (RFC 8132, RFC 7396)."""

from __future__ import annotations

from contextlib import suppress

import pytest

from modemtwin.world.peer.json_parts import merged, selected


@pytest.mark.parametrize(
    ("document", "patch", "result"),
    [  # RFC 7396 Appendix A, all of it
        (b'{"a":"b"}', b'{"a":"c"}', b'{"a":"c"}'),
        (b'{"a":"b"}', b'{"b":"c"}', b'{"a":"b","b":"c"}'),
        (b'{"a":"b"}', b'{"a":null}', b"{}"),
        (b'{"a":"b","b":"c"}', b'{"a":null}', b'{"b":"c"}'),
        (b'{"a":["b"]}', b'{"a":"c"}', b'{"a":"c"}'),
        (b'{"a":"c"}', b'{"a":["b"]}', b'{"a":["b"]}'),
        (b'{"a":{"b":"c"}}', b'{"a":{"b":"d","c":null}}', b'{"a":{"b":"d"}}'),
        (b'{"a":[{"b":"c"}]}', b'{"a":[1]}', b'{"a":[1]}'),
        (b'["a","b"]', b'["c","d"]', b'["c","d"]'),
        (b'{"a":"b"}', b'["c"]', b'["c"]'),
        (b'{"a":"foo"}', b"null", b"null"),
        (b'{"a":"foo"}', b'"bar"', b'"bar"'),
        (b'{"e":null}', b'{"a":1}', b'{"e":null,"a":1}'),
        (b"[1,2]", b'{"a":"b","c":null}', b'{"a":"b"}'),
        (b"{}", b'{"a":{"bb":{"ccc":null}}}', b'{"a":{"bb":{}}}'),
    ],
)
def test_a_merge_patch_does_what_its_rfc_shows(document: bytes, patch: bytes, result: bytes) -> None:
    assert merged(document, patch) == result


def test_members_are_selected_by_name_in_the_order_asked() -> None:
    assert selected(b'{"a":1,"b":[2],"c":3}', b'["c","a","x"]') == b'{"c":3,"a":1}'
    assert selected(b"[1]", b'["a"]') == b"{}"


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        (b'"a"', "the payload is no list of names"),
        (b"[1]", "the payload is no list of names"),
        (b"", "the payload is no JSON"),
        (b"\xff", "the payload is no JSON"),
    ],
)
def test_a_selection_that_is_no_list_of_names_is_refused(names: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        selected(b'{"a":1}', names)


@pytest.mark.parametrize(
    "patch",
    [b"{", b"NaN", b"[1e999]", b'{"a":' * 30_000, b'{"a":' * 30_000 + b"1" + b"}" * 30_000, b"[" * 60_000, b"9" * 5000],
)
def test_a_patch_that_is_no_json_or_too_deep_is_refused(patch: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        merged(b"{}", patch)


@pytest.mark.parametrize("depth", [300, 500, 700, 900, 990])
def test_a_patch_of_any_depth_is_merged_or_refused(depth: int) -> None:
    patch = b'{"a":' * depth + b"1" + b"}" * depth
    with suppress(ValueError):
        assert merged(b"{}", patch) == patch
