"""Profiles out of a file of one's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from modemtwin.io.profile_file import find_profile
from modemtwin.io.virtual_modem import VirtualModem
from modemtwin.world.scenario.scenario import ScenarioError

MINE = 'base = "sim7000-literal"\nrevision = "Revision:mine"\nqueue-length = 4\n\n[quirks]\nQ-RECV-NAME = "rcv"\n'


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    path = tmp_path / "mine.toml"
    path.write_text(MINE)
    return path


def test_a_file_is_what_it_changes_of_a_profile_that_ships(mine: Path) -> None:
    changes = {"revision": "Revision:mine", "queue_length": 4, "Q-RECV-NAME": "rcv"}
    assert find_profile(str(mine)) == ("sim7000-literal", changes)


def test_a_name_changes_nothing() -> None:
    assert find_profile("sim7080") == ("sim7080", {})


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('imie = "1"\n', "a profile has no imie; did you mean imei?"),
        ('base = "sim7001"\n', "there is no profile 'sim7001'; did you mean sim7000?"),
        ("base = 7\n", "base must be the name of a profile, not 7"),
        ('[quirks]\nQ-RECV-NAME = "x"\n', "Q-RECV-NAME cannot be 'x'; choose recv or rcv"),
        ("quirks = 3\n", "quirks must be a table of id = choice"),
        ("queue-length = 0\n", "queue-length must be at least 1, but is 0"),
        ("no TOML\n", "Expected '='"),
    ],
)
def test_a_file_that_is_no_profile_is_refused_in_one_sentence(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "odd.toml"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"the profile .*odd\.toml: ") as raised:
        find_profile(str(path))
    assert says in str(raised.value)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"nowhere\.toml cannot be read: No such file or directory"):
        find_profile(str(tmp_path / "nowhere.toml"))


def test_a_name_that_is_none_is_told() -> None:
    with pytest.raises(ValueError, match="there is no profile 'sim7001'; did you mean sim7000"):
        find_profile("sim7001")


async def test_a_modem_runs_with_it_and_the_scenario_still_wins(mine: Path) -> None:
    async with VirtualModem(str(mine), "tcp://127.0.0.1:0", settings=["profile.queue-length=5"]) as twin:
        header = twin.journal.header
    assert header.profile == "sim7000-literal"
    assert header.overrides == {"revision": "Revision:mine", "queue_length": 5, "Q-RECV-NAME": "rcv"}


async def test_a_scenario_names_a_profile_that_stands_beside_it(mine: Path) -> None:
    scenario = mine.parent / "place.toml"
    scenario.write_text('[modem]\nprofile = "mine.toml"\n[profile]\nqueue-length = 6\n')
    async with VirtualModem(port="tcp://127.0.0.1:0", scenario=scenario) as twin:
        header = twin.journal.header
    assert (header.profile, header.overrides["queue_length"]) == ("sim7000-literal", 6)


def test_a_scenario_that_names_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    scenario = tmp_path / "place.toml"
    scenario.write_text('[modem]\nprofile = "nowhere.toml"\n')
    with pytest.raises(ScenarioError, match=r"place\.toml: line 2: modem\.profile: the profile nowhere\.toml ca"):
        VirtualModem(port="tcp://127.0.0.1:0", scenario=scenario)
