"""Procedures with many results, as asyncio has them: one after the other, and an end that cleans up on the module.

procedure ──Produce──► Stream ──next──► result, result, …, None or the error that ended it
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import TracebackType

from modemtwin.host import observation
from modemtwin.host.exchange import Question
from modemtwin.host.response import Received, Response
from modemtwin.host.shell import Call, Shell
from modemtwin.host.steps import Procedure

__all__ = ["Observation", "Stream"]


class Stream:
    """The many results of a procedure, one after the other."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self._items: asyncio.Queue[Received | None] = asyncio.Queue()
        self._call: Call | None = None

    def begin(self, procedure: Procedure[None], told: Callable[[str], None] | None) -> None:
        """Start the procedure."""
        call = self._call = self._shell.start(procedure, told, self._items.put_nowait)
        call.ended.add_done_callback(lambda _: self._items.put_nowait(None))

    async def next(self) -> Received | None:
        """The next result, None after the last; the error that ended it, when one did."""
        assert self._call is not None, "begun before"
        item = await self._items.get()
        if item is None:
            self._items.put_nowait(None)  # and again, for whoever asks again
            self._call.ended.result()
        return item

    def drop(self) -> None:
        """Let it end by itself."""
        if self._call is not None:
            self._shell.drop(self._call)

    async def end(self) -> None:
        """Let it clean up on the module, and wait until it has."""
        if self._call is not None:
            await self._shell.stop(self._call)


class Observation:
    """``async with module.observe(url) as observation: async for response in observation: ...``

    Entering waits for the first response. Leaving cancels it, on the module and at the server (RFC 7641 §3.6).
    """

    def __init__(self, shell: Shell, question: Question, progress: Callable[[str], None] | None) -> None:
        self._shell = shell
        self._question = question
        self._progress = progress
        self._stream = Stream(shell)
        self._first: Response | None = None

    async def __aenter__(self) -> Observation:
        self._stream.begin(observation.observe(self._shell.known, self._question), self._progress)
        try:
            first = await self._stream.next()
        except BaseException:
            await self._stream.end()
            raise
        assert isinstance(first, Response), "it ends behind its first response at the earliest"
        self._first = first
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stream.end()

    def __aiter__(self) -> Observation:
        return self

    async def __anext__(self) -> Response:
        """The next response. The iteration ends when the server ends the observation."""
        first, self._first = self._first, None
        response = first or await self._stream.next()
        if response is None:
            raise StopAsyncIteration
        assert isinstance(response, Response)
        return response
