"""When a socket is looked at a while longer, and when that is left."""

from __future__ import annotations

import socket

from modemtwin.io.vigil import LONGEST_REST, Vigil


def leaves(vigil: Vigil, here: socket.socket, there: socket.socket) -> int:
    """How many times in a row what is there is not looked at; it is looked at after that, and found."""
    there.send(b"x")
    times = 0
    while not vigil.sees(here):
        times += 1
    here.recv(1)
    return times


def test_what_has_come_is_seen() -> None:
    here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    with here, there:
        vigil = Vigil()
        assert [leaves(vigil, here, there) for _ in range(3)] == [0, 0, 0]


def test_after_looks_in_vain_it_is_left_for_ever_longer_until_something_is_seen() -> None:
    here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    with here, there:
        for vain, rest in ((1, 1), (2, 3), (3, 7), (12, LONGEST_REST)):
            vigil = Vigil()
            for done in range(vain):
                for _ in range(min(2**done, LONGEST_REST + 1)):  # the rests so far, and the look that ends them
                    assert not vigil.sees(here)
            assert leaves(vigil, here, there) == rest
            assert leaves(vigil, here, there) == 0
