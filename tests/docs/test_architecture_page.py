"""The pages about the architecture: every package is on one of them, at its place, and no file that is not there."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

import modemtwin.world

ROOT = Path(__file__).resolve().parents[2]
HOUSE = ROOT / "src" / "modemtwin"
PAGE = (ROOT / "docs" / "explanation" / "architecture.md").read_text("utf-8")
WORLD = (ROOT / "docs" / "explanation" / "world.md").read_text("utf-8").partition("## Rooms")[2].partition("## ")[0]
ROWS = re.findall(
    r"^\| `([a-z_.]+)` \| .* \| (.*) \|$", PAGE.partition("Each package")[2].partition("**")[0] + WORLD, re.MULTILINE
)


def layers(contract: str) -> list[list[str]]:
    """The rooms as a contract has them, from the top, line by line."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    found = next(each for each in settings["tool"]["importlinter"]["contracts"] if each["id"] == contract)
    return [[name.strip(" ()") for name in layer.split("|")] for layer in found["layers"]]


def drawn(page: str) -> list[list[str]]:
    """The rooms as the first drawing of a page has them, line by line, without what is said of them."""
    lines = page.partition("```text\n")[2].partition("```")[0].splitlines()
    return [re.split(r" │ ", re.split(r"  +", line.lstrip(" └─"))[0]) for line in lines]


def test_every_package_has_its_sentence() -> None:
    packages = {".".join(each.parent.relative_to(HOUSE).parts) for each in HOUSE.rglob("__init__.py")}
    assert sorted(package for package, _ in ROWS) == sorted(packages - {""})


@pytest.mark.parametrize(("package", "files"), ROWS)
def test_the_files_to_begin_with_are_there(package: str, files: str) -> None:
    begin = re.findall(r"`([a-z0-9_]+\.py)`", files)
    assert begin
    assert [each for each in begin if not (HOUSE.joinpath(*package.split("."), each)).is_file()] == []


def test_the_drawing_shows_the_rings_of_the_contract() -> None:
    house = layers("house")
    there = [[name for name in layer if (HOUSE / name).exists() or (HOUSE / f"{name}.py").exists()] for layer in house]
    assert drawn(PAGE) == [layer for layer in there if layer and layer != ["__main__"]]


def test_the_drawing_of_the_world_shows_the_rooms_of_its_contract_and_which_of_them_are_files() -> None:
    dotted = [
        [f"·{name}" if (HOUSE / "world" / f"{name}.py").exists() else name for name in layer]
        for layer in layers("world")
    ]
    assert drawn(WORLD) == dotted


def test_the_world_says_in_its_docstring_what_stands_above_what() -> None:
    told = re.findall(r"^    ([a-z, ]+?)  +", modemtwin.world.__doc__ or "", re.MULTILINE)
    assert [line.split(", ") for line in told] == layers("world")


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`([a-z_]+/[a-z_/]+\.py)`", PAGE))))
def test_a_file_that_it_names_is_there(path: str) -> None:
    assert (HOUSE / path).is_file()
