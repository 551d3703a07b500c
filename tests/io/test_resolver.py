"""Names are looked up beside the modem, a few at a time."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable

import pytest

from modemtwin.io.resolver import Resolver, find, lookup
from tests.io.te import until

Answer = tuple[str, tuple[str, ...], str]


class NameServer:
    """A name server that answers when the test lets it."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.asked: list[str] = []
        self.answers: list[Answer] = []

    def ask(self, name: str) -> tuple[str, ...]:
        """Wait for the test, then answer."""
        self.asked.append(name)
        assert self.open.wait(10)
        if name.startswith("no"):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return ("192.0.2.1",)

    @property
    def answered(self) -> Callable[[str, tuple[str, ...], str], None]:
        """What a resolver calls."""
        return lambda *answer: self.answers.append(answer)


async def test_an_address_needs_no_name_server_and_a_name_without_address_says_why() -> None:
    assert [await find(literal) for literal in ("192.0.2.1", "::1", "fe80::1%lo")] == ["192.0.2.1", "::1", "fe80::1%lo"]
    assert await find("localhost") in ("127.0.0.1", "::1")
    with pytest.raises(LookupError, match=r"'no\.\.such' is no name of a host"):
        await find("no..such")


async def test_at_most_four_names_are_asked_for_at_once_and_all_are_answered() -> None:
    server = NameServer()
    resolver = Resolver(server.answered, server.ask)
    names = [f"host{number}" for number in range(10)]
    for name in names:
        resolver.resolve(name)
    await until(lambda: len(server.asked) == 4)
    server.open.set()
    await until(lambda: len(server.answers) == 10)
    assert sorted(server.answers) == [(name, ("192.0.2.1",), "") for name in names]


async def test_a_name_that_is_nobodys_is_answered_with_the_reason() -> None:
    server = NameServer()
    server.open.set()
    Resolver(server.answered, server.ask).resolve("nobody")
    await until(lambda: server.answers)
    assert server.answers == [("nobody", (), "Name or service not known")]


@pytest.mark.parametrize("name", ["a..b", "x" * 64 + ".com", "nul\0l", ".", "\xff" * 300])
async def test_what_is_no_name_is_answered_with_a_reason(name: str) -> None:
    answers: list[Answer] = []
    Resolver(lambda *answer: answers.append(answer)).resolve(name)
    await until(lambda: answers)
    (answer,) = answers
    assert answer[:2] == (name, ())
    assert answer[2]


async def test_too_many_names_at_once_are_refused_later_and_not_at_once() -> None:
    server = NameServer()
    resolver = Resolver(server.answered, server.ask)
    for number in range(4 + 64 + 1):
        resolver.resolve(f"host{number}")
    assert server.answers == []
    await until(lambda: server.answers)
    assert server.answers == [("host68", (), "too many names are being looked up already")]
    resolver.close()
    server.open.set()


async def test_a_closed_resolver_answers_no_more() -> None:
    server = NameServer()
    resolver = Resolver(server.answered, server.ask)
    resolver.resolve("host")
    await until(lambda: server.asked)
    resolver.close()
    server.open.set()
    await until(lambda: resolver._busy == 0)
    assert server.answers == []


def test_ipv4_comes_first_and_each_address_once() -> None:
    addresses = lookup("localhost")
    assert addresses[0] == "127.0.0.1"
    assert len(set(addresses)) == len(addresses)
