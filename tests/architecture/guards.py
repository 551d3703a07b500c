"""The rules of the house that a machine can hold us to; each guard returns one line per violation.

A guard takes the root of a source tree and looks at text only, so that ``test_guards_bite.py`` can feed it a small
wrong tree. Imports between rooms are import-linter's (``pyproject.toml``).
"""

from __future__ import annotations

import ast
import re
import sys
import tokenize
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

Guard: TypeAlias = Callable[[Path], list[str]]
Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef

PURE_ROOMS = ("amount.py", "clockwork.py", "value.py", "at", "coap", "modem", "world", "host")
PURE_TESTS = (
    *("unit/test_amount.py", "unit/test_clockwork.py", "unit/test_value.py"),
    *("unit/at/", "unit/coap/", "unit/modem/", "unit/world/", "property/", "spec/", "quirks/"),
)
SHELLS = frozenset({"host/aio.py", "host/blocking.py", "host/shell.py", "host/streams.py"})
"""Where a pure room meets an event loop."""

IMPURE_MODULES = frozenset(
    {
        "asyncio",
        "concurrent",
        "ctypes",
        "fcntl",
        "http",
        "logging",
        "mmap",
        "multiprocessing",
        "os",
        "pty",
        "queue",
        "sched",
        "secrets",
        "select",
        "selectors",
        "shutil",
        "signal",
        "smtplib",
        "socket",
        "socketserver",
        "ssl",
        "subprocess",
        "tempfile",
        "termios",
        "threading",
        "time",
        "tty",
        "uuid",
    }
)
IMPURE_CALLS = frozenset({"open", "print", "input", "exec", "eval", "hash", "id"})
CLOCK_CALLS = frozenset({"now", "utcnow", "today"})

BAD_NAMES = frozenset(
    {
        "util",
        "utils",
        "helper",
        "helpers",
        "common",
        "base",
        "manager",
        "managers",
        "service",
        "services",
        "core",
        "misc",
    }
)

LONGEST_FILE = 400
LONGEST_FUNCTION = 60
USUAL_FUNCTION = 25
USUAL_SHARE = 0.9

DOCUMENT = re.compile(r"(?:RFC \d{3,5}|COAP-AN|V\.250|TS \d\d\.\d{3})$")
SECTION = re.compile(r"§(?:\d+|[A-Z](?![a-z]))(?:\.\d+)*")
PROSE = {tokenize.COMMENT, tokenize.STRING, getattr(tokenize, "FSTRING_MIDDLE", -1)}
LAYOUT = {tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT}
AGAIN = re.compile(r"(?:[,(]|[\w.]–|\b(?:and|or|to|in|of))$")


def modules(tree: Path) -> Iterator[tuple[Path, ast.Module]]:
    """Parse every Python file of a tree, in order of its path."""
    for path in sorted(tree.rglob("*.py")):
        yield path, ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def pure_modules(package: Path) -> Iterator[tuple[Path, ast.Module]]:
    """Parse every file of the rings 0 to 2 (house rule: they touch no clock, socket, file or global chance)."""
    for path, module in modules(package):
        place = path.relative_to(package)
        if place.parts[0] in PURE_ROOMS and place.as_posix() not in SHELLS:
            yield path, module


def _imports(module: ast.Module) -> Iterator[tuple[int, str]]:
    """Every module named by an import anywhere in a file, in functions and under TYPE_CHECKING too."""
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, "." * node.level + (node.module or "")


def impure_imports(package: Path) -> list[str]:
    """Rings 0 to 2 import the standard library only, and of it nothing that reads a clock or the outside."""
    found = []
    for path, module in pure_modules(package):
        for line, name in _imports(module):
            top = name.split(".")[0]
            if name.startswith("."):
                found.append(f"{path}:{line}: relative import {name}")
            elif top in IMPURE_MODULES:
                found.append(f"{path}:{line}: {name} does not belong into the rings 0 to 2")
            elif top != "modemtwin" and top not in sys.stdlib_module_names:
                found.append(f"{path}:{line}: {name} is no part of the standard library")
    return found


def global_chance_and_clocks(package: Path) -> list[str]:
    """Time and chance are arguments: only the class ``Random`` is imported, and it is never made without a seed."""
    return [f"{path}:{fault}" for path, module in pure_modules(package) for fault in _chance(module)]


def _chance(module: ast.Module) -> Iterator[str]:
    for node in ast.walk(module):
        match node:
            case ast.Import(names=names) if any(alias.name == "random" for alias in names):
                yield f"{node.lineno}: import random; write `from random import Random`"
            case ast.ImportFrom(module="random", names=names) if any(alias.name != "Random" for alias in names):
                yield f"{node.lineno}: only Random may be imported from random"
            case ast.Call(func=ast.Name(id="Random"), args=[], keywords=[]):
                yield f"{node.lineno}: Random() without a seed"
            case ast.Call(func=ast.Attribute(attr=name), args=[]) if name in CLOCK_CALLS:
                yield f"{node.lineno}: {name}() reads a clock"
            case ast.Call(func=ast.Name(id=name)) if name in IMPURE_CALLS:
                yield f"{node.lineno}: {name}() in the rings 0 to 2"


def hash_order(package: Path) -> list[str]:
    """Nothing is iterated in hash order: no loop runs over a set as it stands."""
    found = []
    for path, module in pure_modules(package):
        loops = [node for node in ast.walk(module) if isinstance(node, ast.For | ast.comprehension)]
        found += [f"{path}:{loop.iter.lineno}: a loop over a set; sort it" for loop in loops if _is_set(loop.iter)]
    return found


def _is_set(node: ast.expr) -> bool:
    match node:
        case ast.Set() | ast.SetComp() | ast.Call(func=ast.Name(id="set" | "frozenset")):
            return True
    return False


def citations(tree: Path) -> list[str]:
    """Every ``§`` stands behind a document that we know: ``RFC 7252 §4.2``, ``COAP-AN §3.4`` and so on.

    Further sections of a document named before in the same comment or string may follow: ``(RFC 7252 §4.2, §4.8)``.
    """
    return [
        f"{path}: no known document before § in «{fault}»"
        for path in sorted(tree.rglob("*.py"))
        for text in _prose(path)
        for fault in _uncited(text)
    ]


def _uncited(text: str) -> Iterator[str]:
    named = False
    for match in re.finditer("§", text):
        before = text[: match.start()]
        direct = before.endswith(" ") and DOCUMENT.search(before.rstrip()) is not None
        named = named or direct
        if not SECTION.match(text, match.start()) or not (direct or (named and AGAIN.search(before.rstrip()))):
            yield text[max(0, match.start() - 30) : match.start() + 12].strip()


def _prose(path: Path) -> Iterator[str]:
    """The comments and strings of a file, those that go on over several lines joined."""
    words: list[str] = []
    kind = 0
    with path.open("rb") as file:
        for token in tokenize.tokenize(file.readline):
            if token.type in LAYOUT:
                continue
            if token.type != kind:
                yield " ".join(" ".join(words).split())
                kind, words = token.type, []
            if kind in PROSE:
                words.append(token.string.lstrip("#:") if kind == tokenize.COMMENT else token.string)
    yield " ".join(" ".join(words).split())


def bad_names(package: Path) -> list[str]:
    """Modules and classes bear names that say something: none of house.md's list of empty words."""
    found = [
        f"{path}: the name says nothing"
        for path in sorted(package.rglob("*"))
        if path.suffix in {".py", ""} and BAD_NAMES.intersection(path.stem.lower().split("_"))
    ]
    for path, module in modules(package):
        classes = [node for node in ast.walk(module) if isinstance(node, ast.ClassDef)]
        empty = [node for node in classes if BAD_NAMES.intersection(_words(node.name))]
        found += [f"{path}:{node.lineno}: class {node.name}: the name says nothing" for node in empty]
    return found


def _words(name: str) -> list[str]:
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+", name)]


def long_files(package: Path) -> list[str]:
    """A file that nears 400 lines lacks a room."""
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in sorted(package.rglob("*.py"))}
    return [f"{path}: {length} lines" for path, length in lengths.items() if length > LONGEST_FILE]


def functions(tree: Path) -> Iterator[tuple[Path, Function]]:
    """Every function of a tree, nested ones too."""
    for path, module in modules(tree):
        for node in ast.walk(module):
            if isinstance(node, Function):
                yield path, node


def length(function: Function) -> int:
    """Lines of a function without decorators, signature and docstring."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def long_functions(package: Path) -> list[str]:
    """No function over 60 lines, and nine in ten under 25."""
    measured = [(length(function), path, function) for path, function in functions(package)]
    found = [
        f"{path}:{function.lineno}: {function.name} has {lines} lines"
        for lines, path, function in measured
        if lines > LONGEST_FUNCTION
    ]
    usual = sum(lines < USUAL_FUNCTION for lines, _, _ in measured)
    if measured and usual < USUAL_SHARE * len(measured):
        found.append(f"{package}: only {usual} of {len(measured)} functions are under {USUAL_FUNCTION} lines")
    return found


def undocumented(package: Path) -> list[str]:
    """Every module and every public class and function of a module has a docstring."""
    found = []
    for path, module in modules(package):
        if ast.get_docstring(module) is None:
            found.append(f"{path}: no module docstring")
        named = [node for node in module.body if isinstance(node, ast.ClassDef | Function)]
        public = [node for node in named if not node.name.startswith("_")]
        bare = [node for node in public if ast.get_docstring(node) is None]
        found += [f"{path}:{node.lineno}: {node.name} has no docstring" for node in bare]
    return found


def evaluated_annotations(tree: Path) -> list[str]:
    """Every module begins with ``from __future__ import annotations``."""
    found = []
    for path, module in modules(tree):
        ahead = [node for node in module.body if isinstance(node, ast.ImportFrom) and node.module == "__future__"]
        code = [node for node in module.body if not isinstance(node, ast.Expr)]
        if code and not any(alias.name == "annotations" for node in ahead for alias in node.names):
            found.append(f"{path}: no `from __future__ import annotations`")
    return found


def sleeping_tests(tests: Path) -> list[str]:
    """No test of the pure rings sleeps, mocks, or opens a socket."""
    found = []
    for path, module in modules(tests):
        if path.relative_to(tests).as_posix().startswith(PURE_TESTS):
            for line, name in _imports(module):
                if name.split(".")[0] in {"time", "socket", "asyncio", "threading"} or name == "unittest.mock":
                    found.append(f"{path}:{line}: a test of the pure rings imports {name}")
    return found


SOURCE_GUARDS: dict[str, Guard] = {
    "impure imports": impure_imports,
    "global chance and clocks": global_chance_and_clocks,
    "hash order": hash_order,
    "citations": citations,
    "bad names": bad_names,
    "long files": long_files,
    "long functions": long_functions,
    "undocumented": undocumented,
    "evaluated annotations": evaluated_annotations,
}
"""What is asked of the package."""

TEST_GUARDS: dict[str, Guard] = {
    "evaluated annotations": evaluated_annotations,
    "sleeping tests": sleeping_tests,
}
"""What is asked of the tests."""
