"""Every guard fails on a tree that breaks its rule, and only then."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.architecture import guards
from tests.architecture.tracked import machine_traces

HEAD = '"""A module."""\n\nfrom __future__ import annotations\n\n'


def tree(root: Path, **files: str) -> Path:
    """Write files into a made-up package; ``coap__wire="…"`` is ``coap/wire.py``."""
    for name, text in files.items():
        path = root.joinpath(*name.split("__")).with_suffix(".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def complaints(guard: guards.Guard, root: Path) -> list[str]:
    return [line.removeprefix(f"{root}/") for line in guard(root)]


GOOD = (
    HEAD
    + '''import heapq
from random import Random

from modemtwin.clockwork import Micros


def pick(random: Random, now: Micros) -> int:
    """Draw a number (RFC 7252 §4.2, §4.8)."""
    return max(random.randrange(5), now, *heapq.nlargest(1, [1]))
'''
)


@pytest.mark.parametrize("guard", [*guards.SOURCE_GUARDS.values(), *guards.TEST_GUARDS.values()])
def test_a_good_tree_passes(tmp_path: Path, guard: guards.Guard) -> None:
    assert guard(tree(tmp_path, coap__draw=GOOD)) == []


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("import time", "coap/wire.py:5: time does not belong into the rings 0 to 2"),
        ("from os import path", "coap/wire.py:5: os does not belong into the rings 0 to 2"),
        ("import asyncio.events", "coap/wire.py:5: asyncio.events does not belong into the rings 0 to 2"),
        ("def f():\n    import socket", "coap/wire.py:6: socket does not belong into the rings 0 to 2"),
        ("import aiocoap", "coap/wire.py:5: aiocoap is no part of the standard library"),
        ("from . import numbers", "coap/wire.py:5: relative import ."),
    ],
)
def test_an_impure_import_is_found(tmp_path: Path, line: str, complaint: str) -> None:
    assert complaints(guards.impure_imports, tree(tmp_path, coap__wire=HEAD + line)) == [complaint]


def test_the_outer_rings_may_read_a_clock(tmp_path: Path) -> None:
    assert guards.impure_imports(tree(tmp_path, io__runtime=HEAD + "import time")) == []


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("import random", "5: import random; write `from random import Random`"),
        ("from random import randint", "5: only Random may be imported from random"),
        ("Random()", "5: Random() without a seed"),
        ("datetime.now()", "5: now() reads a clock"),
        ("print(1)", "5: print() in the rings 0 to 2"),
        ("open('x')", "5: open() in the rings 0 to 2"),
    ],
)
def test_global_chance_and_clocks_are_found(tmp_path: Path, line: str, complaint: str) -> None:
    root = tree(tmp_path, world__cell=HEAD + line)
    assert complaints(guards.global_chance_and_clocks, root) == [f"world/cell.py:{complaint}"]


@pytest.mark.parametrize("line", ["for x in {1, 2}: pass", "[x for x in set(y)]", "for x in frozenset(y): pass"])
def test_a_loop_in_hash_order_is_found(tmp_path: Path, line: str) -> None:
    root = tree(tmp_path, modem__board=HEAD + line)
    assert complaints(guards.hash_order, root) == ["modem/board.py:5: a loop over a set; sort it"]


@pytest.mark.parametrize(
    "text",
    [
        "RFC 7252 §4.2",
        "RFC 7252 §4.2, §5.3 and §5.4.1",
        "COAP-AN §3.4",
        "V.250 §5.4 and TS 27.007 §9.2",
        "RFC 7252\n    # §4.2",
        "RFC 7252 §4.1–§4.3",
        "RFC 7252 §4.2 for a CON; for a NON the other (§4.3)",
    ],
)
def test_a_citation_of_a_known_document_is_good(tmp_path: Path, text: str) -> None:
    assert guards.citations(tree(tmp_path, at__line=f"{HEAD}    # {text}\n")) == []


@pytest.mark.parametrize(
    "text", ["see §4.2", "behaviour §4", "RFC7252 §4.2", "RFC 7252 § 4.2", "RFC 7252 §4, manual §5"]
)
def test_a_section_of_no_known_document_is_found(tmp_path: Path, text: str) -> None:
    found = guards.citations(tree(tmp_path, at__line=f"{HEAD}# {text}\n"))
    assert len(found) == 1
    assert text.split()[-1] in found[0]


def test_an_empty_name_is_found_in_modules_folders_and_classes(tmp_path: Path) -> None:
    root = tree(
        tmp_path,
        coap__utils=HEAD,
        core__wire=HEAD,
        at__line_helpers=HEAD,
        at__line=HEAD + "class ATLineManager: pass\nclass Database: pass",
    )
    assert complaints(guards.bad_names, root) == [
        "at/line_helpers.py: the name says nothing",
        "coap/utils.py: the name says nothing",
        "core: the name says nothing",
        "at/line.py:5: class ATLineManager: the name says nothing",
    ]


def test_a_long_file_is_found(tmp_path: Path) -> None:
    root = tree(tmp_path, coap__wire="#\n" * 401, coap__uri="#\n" * 400)
    assert complaints(guards.long_files, root) == ["coap/wire.py: 401 lines"]


def test_a_long_function_is_found(tmp_path: Path) -> None:
    short = "".join(f"def f{n}():\n    pass\n" for n in range(20))
    root = tree(tmp_path, coap__wire=HEAD + short + "def long():\n" + "    pass\n" * 61)
    assert complaints(guards.long_functions, root) == ["coap/wire.py:45: long has 61 lines"]


def test_too_many_longish_functions_are_found(tmp_path: Path) -> None:
    longish = "".join(f"def f{n}():\n" + "    pass\n" * 30 for n in range(2))
    found = guards.long_functions(tree(tmp_path, coap__wire=HEAD + longish))
    assert found == [f"{tmp_path}: only 0 of 2 functions are under 25 lines"]


def test_a_missing_docstring_is_found(tmp_path: Path) -> None:
    root = tree(tmp_path, coap__wire="def encode(): pass\ndef _hidden(): pass\n")
    assert complaints(guards.undocumented, root) == [
        "coap/wire.py: no module docstring",
        "coap/wire.py:1: encode has no docstring",
    ]


def test_a_missing_future_import_is_found(tmp_path: Path) -> None:
    root = tree(tmp_path, coap__wire='"""A module."""\nX = 1\n', coap____init__='"""A package."""\n')
    found = complaints(guards.evaluated_annotations, root)
    assert found == ["coap/wire.py: no `from __future__ import annotations`"]


@pytest.mark.parametrize("line", ["import time", "from unittest.mock import Mock", "import asyncio"])
@pytest.mark.parametrize("place", ["unit__coap__test_wire", "unit__test_clockwork"])
def test_a_test_that_sleeps_or_mocks_is_found(tmp_path: Path, place: str, line: str) -> None:
    root = tree(tmp_path, **{place: HEAD + line}, interop__test_udp=HEAD + line)
    assert len(guards.sleeping_tests(root)) == 1


@pytest.mark.parametrize("place", guards.PURE_TESTS)
def test_the_tests_that_must_not_sleep_are_there(place: str) -> None:
    assert (Path(__file__).parents[1] / place).exists()


@pytest.mark.parametrize(
    "parts", [("see /", "work/main"), ("'/", "root/x'"), ("https://py", "pi.org/simple"), ("deb.", "debian.org")]
)
def test_a_trace_of_the_machine_is_found(tmp_path: Path, parts: tuple[str, str]) -> None:
    path = tmp_path / "lock.txt"
    path.write_text("fine\n" + "".join(parts) + "\n", encoding="utf-8")
    assert len(machine_traces([path])) == 1


def test_the_example_of_the_note_is_no_trace_of_a_machine(tmp_path: Path) -> None:
    path = tmp_path / "peer.py"
    path.write_text("uri-path,0,home/query /home/query network/ framework/x homework/", encoding="utf-8")
    assert machine_traces([path]) == []
