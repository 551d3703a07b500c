"""Runs the coroutines of a test, and of its fixtures, on the loop of its stand, whichever plugin else would.

pytest-asyncio wraps a coroutine before it is called, and an asynchronous fixture when it is set up. We come first in
both places, and only for tests that use our fixtures; so it does not matter whether it is there, nor in which mode.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import pytest

if TYPE_CHECKING:
    from modemtwin.pytest_plugin.real import RealStand
    from modemtwin.pytest_plugin.stand import Stand

__all__ = ["as_function", "as_functions", "is_asynchronous", "told_where"]

Test: TypeAlias = Callable[..., Coroutine[Any, Any, Any]]

_END = object()


@contextmanager
def as_function(item: pytest.Function, stand: Stand | RealStand) -> Iterator[None]:
    """Make a function of a test that is a coroutine, for as long as this lasts; with Hypothesis, of what it calls."""
    holder: Any = getattr(item.obj, "hypothesis", None)
    place, name = (item, "obj") if holder is None else (holder, "inner_test")
    test = _coroutine(getattr(place, name))
    with pytest.MonkeyPatch.context() as patch:
        if test is not None:
            patch.setattr(place, name, _called(test, stand))
        yield


def told_where(error: BaseException, loop: asyncio.AbstractEventLoop) -> BaseException:
    """Tell where the coroutines were when something broke into their loop, as a time limit does.

    Where that was within asyncio helps nobody. What a coroutine itself has failed of is given back as it is.
    """
    from modemtwin.io.whereabouts import came_from, whereabouts

    if came_from(error):
        return error
    notes = getattr(error, "__notes__", None) or [f"  {place}" for place in whereabouts(loop)]
    return pytest.fail.Exception("\n".join([str(error), *notes]), pytrace=False)


def is_asynchronous(fixture: pytest.FixtureDef[Any]) -> bool:
    """Say whether a fixture is a coroutine or an asynchronous generator."""
    return inspect.iscoroutinefunction(fixture.func) or inspect.isasyncgenfunction(fixture.func)


@contextmanager
def as_functions(fixture: pytest.FixtureDef[Any], instance: Any, stand: Stand | RealStand) -> Iterator[None]:
    """The same for a fixture; ``instance`` is the test's, where it is a method."""
    function: Any = fixture.func
    if instance is not None and isinstance(instance, type(getattr(function, "__self__", None))):
        function = function.__func__.__get__(instance)
    with pytest.MonkeyPatch.context() as patch:
        if inspect.isasyncgenfunction(function):
            patch.setattr(fixture, "func", _generated(function, stand))
        elif inspect.iscoroutinefunction(function):
            patch.setattr(fixture, "func", _called(function, stand))
        yield


def _coroutine(test: Any) -> Test | None:
    """Find the coroutine function that is a test, or that pytest-asyncio has wrapped; None when there is none."""
    if inspect.iscoroutinefunction(test):
        return cast(Test, test)
    inner: Any = getattr(test, "__wrapped__", None)
    code = getattr(test, "__code__", None)
    if inspect.iscoroutinefunction(inner) and code is not None and "pytest_asyncio" in code.co_filename:
        return cast(Test, inner)
    return None


def _called(function: Test, stand: Stand | RealStand) -> Callable[..., Any]:
    def call(*arguments: Any, **named: Any) -> Any:
        __tracebackhide__ = True
        return stand.call(function(*arguments, **named))

    return call


def _generated(function: Callable[..., AsyncGenerator[Any, None]], stand: Stand | RealStand) -> Callable[..., Any]:
    def generate(**arguments: Any) -> Iterator[Any]:
        generator = function(**arguments)
        yield stand.call(_next(generator))
        if stand.call(_next(generator)) is not _END:
            raise ValueError(f"the asynchronous fixture {function.__name__} yields more than once")

    return generate


async def _next(generator: AsyncGenerator[Any, None]) -> Any:
    return await anext(generator, _END)
