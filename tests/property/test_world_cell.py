"""Whatever is asked of a cell, and however it changes: it keeps its word."""

from __future__ import annotations

from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from modemtwin.modem.doors import (
    AreaUpdate,
    BearerClose,
    BearerGranted,
    BearerLost,
    BearerOpen,
    RadioOff,
    RadioOn,
    RadioRest,
    Registration,
    RegistrationChanged,
    Stimulus,
)
from modemtwin.world.cell.cell import Cell
from modemtwin.world.cell.keys import CellSettings

CHANGES = st.dictionaries(
    st.sampled_from(["coverage", "denied", "roaming"]), st.booleans(), max_size=2
) | st.fixed_dictionaries({"apn_policy": st.sampled_from(["accept", "reject", "deliver"])})
DEEDS = st.one_of(
    st.just(RadioOn("460111234567890")),
    st.just(RadioOff()),
    st.just(RadioRest()),
    st.builds(AreaUpdate, st.none(), st.sampled_from([None, 0, 5]), st.sampled_from([None, 2, 15])),
    st.builds(BearerOpen, st.integers(0, 3), st.sampled_from(["", "ctnb", "foo"])),
    st.builds(BearerClose, st.integers(0, 3)),
    CHANGES,
    st.integers(0, 2_000_000),
    st.none(),
)


@given(st.lists(DEEDS, max_size=30), st.integers(0, 9))
def test_a_bearer_is_there_only_while_registered_and_its_address_is_its_own(deeds: list[Any], seed: int) -> None:
    cell = Cell(CellSettings(drop_after=1.0, delay_spread=0.5), Random(seed))
    now, standing, bearers = 0, Registration.OFF, dict[int, str]()

    def hear(stimuli: list[Stimulus]) -> None:
        nonlocal standing
        for stimulus in stimuli:
            match stimulus:
                case RegistrationChanged(registration):
                    standing = registration
                case BearerGranted(cid, address):
                    assert standing in (Registration.HOME, Registration.ROAMING)
                    assert address not in [other for key, other in bearers.items() if key != cid]
                    bearers[cid] = address
                case BearerLost(cid):
                    bearers.pop(cid, None)

    for deed in deeds:
        match deed:
            case int():
                end = now + deed
                while (due := cell.next_timer()) is not None and due <= end:
                    now = max(now, due)
                    hear(cell.fire(now))
                now = end
            case None:
                hear(cell.drop_bearer(now))
                assert bearers == {}
            case dict():
                hear(cell.change(now, **deed))
            case _:
                hear(cell.handle(deed, now))
                if isinstance(deed, RadioOff | RadioRest):
                    standing, bearers = Registration.OFF, {}
        if standing not in (Registration.HOME, Registration.ROAMING):
            assert bearers == {}
