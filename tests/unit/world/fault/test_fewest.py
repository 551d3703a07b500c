"""The fewest faults with which a run still fails, and how that is said."""

from __future__ import annotations

from collections.abc import Callable

from modemtwin.world.fault import faults
from modemtwin.world.fault.fewest import Arming, Fewest, Outcome, find_fewest
from modemtwin.world.world import World


def _failing(when: Callable[[set[int]], object]) -> tuple[list[tuple[int, ...]], Callable[[tuple[int, ...]], Outcome]]:
    runs: list[tuple[int, ...]] = []

    def run(some: tuple[int, ...]) -> Outcome:
        runs.append(some)
        return Outcome(bool(when(set(some))), "it passes")

    return runs, run


def test_all_of_them_are_tried_again_then_none_then_parts() -> None:
    runs, run = _failing({3, 7}.issubset)
    found = find_fewest(range(1, 9), run)
    assert runs[:2] == [(1, 2, 3, 4, 5, 6, 7, 8), ()]
    assert len(set(runs)) == len(runs) == found.runs
    assert found == Fewest((3, 7), 8, found.runs, least=True, without={3: "it passes", 7: "it passes"})
    assert [found.heading("fails"), *found.ending("")] == ["fails with 2 of its 8 faults", "without either, it passes"]


def test_what_fails_without_any_is_found_in_two_runs() -> None:
    _, run = _failing(lambda some: True)
    found = find_fewest(range(1, 9), run)
    assert (found.kept, found.runs) == ((), 2)
    assert [found.heading("fails"), *found.ending("")] == ["fails without any fault"]


def test_what_does_not_fail_again_is_not_searched() -> None:
    runs, run = _failing(lambda some: False)
    found = find_fewest([1, 2], run)
    assert runs == [(1, 2)]
    assert [found.heading("fails"), *found.ending("")] == [
        "fails with both of its faults, but then with the same it passes: not faults and seed alone decide"
    ]


def test_what_another_failure_hides_counts_as_needed_and_is_said() -> None:
    def run(some: tuple[int, ...]) -> Outcome:
        return Outcome({1, 2}.issubset(some), "it fails otherwise" if 2 in some else "it passes")

    found = find_fewest([1, 2, 3], run)
    assert found.without == {1: "it fails otherwise", 2: "it passes"}
    assert found.ending("") == ["without fault 1, it fails otherwise", "without fault 2, it passes"]


def test_a_search_that_is_stopped_gives_what_it_has() -> None:
    runs, run = _failing({3, 7}.issubset)
    found = find_fewest(range(1, 9), run, lambda: len(runs) >= 5)
    assert {3, 7} <= set(found.kept) < set(range(1, 9))
    assert (found.runs, found.ending("you stopped it")) == (5, ["fewer may do, but you stopped it"])


def test_a_first_run_that_was_broken_off_says_nothing_about_the_test() -> None:
    runs, run = _failing(lambda some: False)
    assert find_fewest([1, 2], run, lambda: bool(runs)) == Fewest((1, 2), 2, 1)


def test_one_fault_and_all_faults_are_said_in_words() -> None:
    assert Fewest((1,), 1, 2, least=True, without={1: "it passes"}).heading("fails") == "fails with its one fault"
    whole = Fewest((1, 2, 3), 3, 5, least=True, without=dict.fromkeys((1, 2, 3), "it passes"))
    assert whole.heading("parts") == "parts with all of its 3 faults"
    assert whole.ending("") == ["without any one of them, it passes"]


def test_faults_of_the_scenario_are_numbered_by_their_tables_and_others_as_they_come() -> None:
    first, second, third = faults.busy(at=5), faults.restart(at=9), faults.mute(at=1)
    arming = Arming((first, second), chosen={2, 3})
    assert [arming.admits(each) for each in (third, second, first, second)] == [True, True, False, True]
    assert arming.armed == {3: third, 2: second, 1: first}


def test_a_world_arms_only_what_is_admitted() -> None:
    struck = faults.busy(text="CSQ", direction="in", nth=1)
    world = World()
    world.admits = Arming((), chosen={2}).admits
    modem = world.add_modem(faults=[faults.busy(text="CGMM", direction="in", nth=1), struck])
    modem.arm(faults.busy(text="ATI", direction="in", nth=1))
    assert modem.type_("ATI").ok
    assert modem.type_("AT+CGMM").ok
    assert not modem.type_("AT+CSQ").ok
    assert modem.station.faults is not None
    assert [rule.fault for rule in modem.station.faults.rules] == [struck]
