"""The timers of a world: order, moments that are put off, and a clock that never stops for nothing."""

from __future__ import annotations

from modemtwin.world.timers import Timer, Timers


def test_things_happen_in_the_order_of_their_moments_and_then_of_asking() -> None:
    timers, done = Timers(), list[str]()
    for moment, name in ((5, "b"), (3, "a"), (5, "c")):
        timers.at(moment, done.append, name)
    while timers.step():
        done.append(str(timers.now))
    assert done == ["a", "3", "b", "5", "c", "5"]


def test_it_makes_no_difference_how_far_away_a_moment_was_when_it_was_asked_for() -> None:
    timers, done = Timers(), list[int]()

    def ring(more: tuple[int, ...]) -> None:
        done.append(timers.now)
        for moment in more:
            timers.at(moment, ring, ())

    timers.at(9_000_000, ring, (9_000_000, 10_000_000, 9_000_001))
    timers.at(86_400_000_000, ring, ())
    assert timers.next() == 9_000_000  # and now something comes before what was next
    timers.at(3_000_000, ring, (3_000_000, 86_400_000_001, 4_000_000))
    timers.run(100_000_000_000)
    seconds = [3_000_000, 3_000_000, 4_000_000, 9_000_000, 9_000_000, 9_000_001, 10_000_000]
    assert done == [*seconds, 86_400_000_000, 86_400_000_001]


def test_nothing_happens_after_the_end_that_was_given() -> None:
    timers, done = Timers(), list[str]()
    timers.at(5, done.append, "late")
    assert timers.step(4) is False
    assert (timers.now, done) == (0, [])
    assert timers.step(5) is True


def test_a_timer_that_is_put_off_rings_once_at_its_last_moment() -> None:
    timers, rings = Timers(), list[int]()
    timer = Timer(timers, lambda _: rings.append(timers.now), None)
    for due in (10, 20, 15, 30):
        timer.set(due)
    while timers.step():
        pass
    assert rings == [30]


def test_a_timer_that_is_put_forward_rings_once_at_the_earlier_moment() -> None:
    timers, rings = Timers(), list[int]()
    timer = Timer(timers, lambda _: rings.append(timers.now), None)
    timer.set(30)
    timer.set(10)
    while timers.step():
        pass
    assert (rings, timers.now) == ([10], 10)


def test_a_timer_that_was_taken_back_does_not_ring_and_the_clock_does_not_go_there() -> None:
    timers, rings = Timers(), list[int]()
    timer = Timer(timers, lambda _: rings.append(timers.now), None)
    timer.set(30)
    timer.set(None)
    assert timers.next() is None
    assert timers.step() is False
    assert (rings, timers.now) == ([], 0)


def test_next_looks_past_what_was_put_off() -> None:
    timers = Timers()
    timer = Timer(timers, print, None)
    timer.set(10)
    timer.set(40)
    timers.at(60, print, "")
    assert timers.next() == 40


def test_a_timer_may_be_set_again_from_its_own_ring() -> None:
    timers, rings = Timers(), list[int]()

    def ring(each: int) -> None:
        rings.append(timers.now)
        if len(rings) < 3:
            timer.set(timers.now + each)

    timer = Timer(timers, ring, 5)
    timer.set(5)
    while timers.step():
        pass
    assert rings == [5, 10, 15]


def test_a_run_does_everything_up_to_its_end_and_what_that_asks_for() -> None:
    timers, done = Timers(), list[tuple[str, int]]()
    put_off = Timer(timers, lambda name: done.append((name, timers.now)), "rang")
    put_off.set(2)
    put_off.set(6)
    timers.at(4, lambda name: timers.at(5, lambda _: done.append((name, timers.now)), None), "asked for at 4")
    timers.at(7, lambda _: done.append(("late", timers.now)), None)
    timers.run(6)
    assert done == [("asked for at 4", 5), ("rang", 6)]
    timers.run(100)
    assert (done[2:], timers.now) == ([("late", 7)], 7)
