"""A bounded place for what peers have PUT."""

from __future__ import annotations

from modemtwin.world.peer.shelf import Shelf, Thing, etag_of


def test_a_thing_is_there_until_it_is_removed() -> None:
    shelf = Shelf()
    assert shelf.put((b"a", b"b"), Thing(b"1", 0)) is True
    assert shelf.put((b"a", b"b"), Thing(b"2")) is False
    assert (b"a", b"b") in shelf
    assert (b"a",) not in shelf
    assert shelf[(b"a", b"b")] == Thing(b"2", None)
    shelf.remove((b"a", b"b"))
    shelf.remove((b"a", b"b"))
    assert shelf.paths() == []


def test_things_are_listed_in_the_order_they_came() -> None:
    shelf = Shelf()
    for name in (b"z", b"a", b"m", b"z"):
        shelf.put((name,), Thing(b""))
    assert shelf.paths() == [(b"z",), (b"a",), (b"m",)]


def test_a_full_shelf_has_room_only_for_what_stands_there() -> None:
    shelf = Shelf(most_things=1)
    assert shelf.room_for((b"a",), Thing(b""))
    shelf.put((b"a",), Thing(b""))
    assert shelf.room_for((b"a",), Thing(b""))
    assert not shelf.room_for((b"b",), Thing(b""))


def test_all_the_things_together_have_a_limit_too() -> None:
    shelf = Shelf(most_bytes=10)
    shelf.put((b"a",), Thing(b"123456"))
    assert shelf.room_for((b"b",), Thing(b"1234"))
    assert not shelf.room_for((b"b",), Thing(b"12345"))
    assert shelf.room_for((b"a",), Thing(b"1234567890"))
    shelf.put((b"a",), Thing(b"1"))
    assert shelf.room_for((b"b",), Thing(b"123456789"))
    shelf.remove((b"a",))
    assert shelf.room_for((b"b",), Thing(b"1234567890"))


def test_the_length_of_a_path_counts_its_slashes() -> None:
    shelf = Shelf(longest_path=4)
    assert shelf.fits((b"abc",))
    assert shelf.fits((b"a", b"b"))
    assert not shelf.fits((b"abcd",))
    assert not shelf.fits((b"a", b"bc"))


def test_a_tag_tells_content_and_format_apart_and_is_the_same_every_time() -> None:
    things = [Thing(b"1"), Thing(b"2"), Thing(b"1", 0), Thing(b"1", 40), Thing(b"")]
    assert len({thing.etag for thing in things}) == len(things)
    assert Thing(b"hello world", 0).etag == etag_of(b"hello world", 0) == bytes.fromhex("ffcfdc74")
