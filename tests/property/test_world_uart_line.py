"""Whatever happens to a line, no byte comes twice or vanishes uncounted."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from modemtwin.clockwork import seconds
from modemtwin.modem.doors import BaudRate, FlowControl, LinesChanged, Tick
from modemtwin.world.te.uart_keys import UartSettings
from modemtwin.world.te.uart_line import FromModem, FromTe, Reads, RtsSet, TeRate, ToModem, ToTe, UartLine

SIZES = st.integers(0, 300)
RATES = st.sampled_from([0, 300, 9600, 115_200])
HAPPENINGS = st.one_of(
    st.tuples(st.just("te"), SIZES),
    st.tuples(st.just("modem"), SIZES),
    st.builds(Reads, st.booleans()),
    st.builds(RtsSet, st.booleans()),
    st.builds(TeRate, st.sampled_from([300, 9600, 115_200])),
    st.builds(BaudRate, RATES),
    st.builds(FlowControl, st.sampled_from([0, 2]), st.sampled_from([0, 2])),  # XON and XOFF are among the bytes
    st.builds(LinesChanged, st.booleans(), st.just(True), st.just(False), st.just(False)),
    st.integers(0, 100_000),
)
SETTINGS = st.builds(
    UartSettings,
    st.just(True),
    RATES,
    st.sampled_from(["none", "rts-cts", "xon-xoff"]),
    st.integers(1, 100),
)
OPEN = (LinesChanged(True, True, False, False), RtsSet(True), Reads(True))


@given(SETTINGS, RATES, st.lists(HAPPENINGS, max_size=60))
def test_every_byte_arrives_or_is_counted_as_lost(settings: UartSettings, rate: int, happenings: list[Any]) -> None:
    line, now = UartLine(settings, rate), 0
    written = {"te": 0, "modem": 0}
    heard = {ToModem: 0, ToTe: 0}

    def take(happening: Any) -> None:
        for outcome in line.handle(happening, now):
            if isinstance(outcome, ToModem | ToTe):
                heard[type(outcome)] += len(outcome.data)

    def wait(end: int) -> None:
        nonlocal now
        while (due := line.next_timer()) is not None and due <= end:
            assert due >= now
            now = due
            take(Tick())
        now = end

    for happening in happenings:
        match happening:
            case int():
                wait(now + happening)
            case (side, size):
                written[side] += size
                take((FromTe if side == "te" else FromModem)(bytes(size)))
            case _:
                take(happening)
    for each in OPEN:
        take(each)
    wait(now + seconds(10_000))
    assert line.next_timer() is None
    assert heard[ToModem] + line.lost_to_modem == written["te"]
    assert heard[ToTe] + line.lost_to_te == written["modem"]
