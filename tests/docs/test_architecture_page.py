"""The page about the architecture: every package of the house is on it, at its ring, and no file that is not there."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HOUSE = ROOT / "src" / "modemtwin"
PAGE = (ROOT / "docs" / "explanation" / "architecture.md").read_text("utf-8")
ROWS = re.findall(
    r"^\| `([a-z_.]+)` \| .* \| (.*) \|$", PAGE.partition("Each package")[2].partition("**")[0], re.MULTILINE
)


def test_every_package_has_its_sentence() -> None:
    packages = {".".join(each.parent.relative_to(HOUSE).parts) for each in HOUSE.rglob("__init__.py")}
    assert sorted(package for package, _ in ROWS) == sorted(packages - {"", "world.transcripts"})  # those are data


@pytest.mark.parametrize(("package", "files"), ROWS)
def test_the_files_to_begin_with_are_there(package: str, files: str) -> None:
    begin = re.findall(r"`([a-z0-9_]+\.py)`", files)
    assert begin
    assert [each for each in begin if not (HOUSE.joinpath(*package.split("."), each)).is_file()] == []


def test_the_drawing_shows_the_rings_of_the_contract() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    house = next(each for each in settings["tool"]["importlinter"]["contracts"] if each["id"] == "house")
    layers = [[name.strip(" ()") for name in layer.split("|")] for layer in house["layers"]]
    there = [[name for name in layer if (HOUSE / name).exists() or (HOUSE / f"{name}.py").exists()] for layer in layers]
    drawing = PAGE.partition("```text\n")[2].partition("```")[0]
    drawn = [re.split(r" │ ", re.split(r"  +", line.lstrip(" └─"))[0]) for line in drawing.splitlines()]
    assert drawn == [layer for layer in there if layer and layer != ["__main__"]]


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`([a-z_]+/[a-z_/]+\.py)`", PAGE))))
def test_a_file_that_it_names_is_there(path: str) -> None:
    assert (HOUSE / path).is_file()
