"""Every transcript is played against a fresh modem; what they say is what the manual says."""

from __future__ import annotations

import pytest

from modemtwin.world.play.player import play
from tests.spec.transcript_files import FILES, read


@pytest.mark.parametrize("name", FILES)
def test_the_modem_plays_its_part(name: str) -> None:
    differences = play(read(name))
    assert not differences, f"{FILES[name]}\n" + "\n".join(map(str, differences))
