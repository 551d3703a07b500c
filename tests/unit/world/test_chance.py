"""Chance by name: the numbers are those of this table on every machine and every Python."""

from __future__ import annotations

from random import Random

from modemtwin.world.chance import Late, chance, derived


def test_a_name_gives_the_same_numbers_everywhere() -> None:
    source = chance(7, "path", "m1", "up")
    assert derived(7, "path", "m1", "up") == 4232753497496920979
    assert [source.random() for _ in range(3)] == [0.8393176597406803, 0.1742093038207263, 0.9901293169989995]
    assert source.getrandbits(32) == 1093290872


def test_names_are_kept_apart() -> None:
    seeds = {derived(7, *names) for names in (("ab", "c"), ("a", "bc"), ("abc",), ("abc", ""), ())} | {
        derived(8, "abc")
    }
    assert len(seeds) == 6


def test_what_the_parts_of_the_modem_use_of_random_gives_the_same_numbers_everywhere() -> None:
    """Python promises ``random()`` alone; these are what else is used, so another Python that differs fails here."""
    source = Random(1)
    assert [source.randrange(1, 65_536), source.uniform(5, 15), source.randbytes(4).hex(), source.getrandbits(56)] == [
        8806,
        10.692038748222123,
        "303e61cd",
        4547325674830788,
    ]
    assert Random("cell 7").random() == 0.9217775488851137


def test_a_source_that_is_made_when_it_is_first_asked_gives_the_same_numbers() -> None:
    late, source = Late("cell 7"), Random("cell 7")
    assert [late.random() for _ in range(3)] == [source.random() for _ in range(3)]
