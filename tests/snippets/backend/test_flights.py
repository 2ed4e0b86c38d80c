"""Single flight: one load for a crowd, which nobody who leaves takes down."""

import asyncio
from contextvars import ContextVar

import pytest

from snippets.backend import flights
from snippets.backend.flights import Flights

ASKING = ContextVar("ASKING", default="nobody")


async def test_a_crowd_is_one_call() -> None:
    calls, both = 0, Flights()

    async def call() -> int:
        nonlocal calls
        calls += 1
        await asyncio.sleep(0)
        return calls

    assert await asyncio.gather(*(both.join("key", call) for _ in range(10))) == [1] * 10
    assert await both.join("key", call) == 2
    assert [*await asyncio.gather(both.join("a", call), both.join("b", call))] == [4, 4]


async def test_who_leaves_takes_nobody_down() -> None:
    one, go = Flights(), asyncio.Event()

    async def call() -> str:
        await go.wait()
        return ASKING.get()

    async def ask() -> str:
        ASKING.set("the first")
        return str(await one.join("key", call))

    first, second = asyncio.create_task(ask()), asyncio.create_task(ask())
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.sleep(0)
    go.set()
    assert await second == "nobody"


async def test_a_call_that_hangs_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flights, "LOAD_S", 0.01)
    with pytest.raises(TimeoutError):
        await Flights().join("key", asyncio.Event().wait)


async def test_closing_ends_what_is_under_way() -> None:
    one = Flights()
    waiting = asyncio.ensure_future(one.join("key", asyncio.Event().wait))
    await one.close()
    with pytest.raises(asyncio.CancelledError):
        await waiting
