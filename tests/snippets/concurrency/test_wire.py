"""A wire that counts round trips and adds distance."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import pytest

from snippets.concurrency.wire import stretched
from tests.leaks import left_open


async def terminate(connection: asyncpg.Connection) -> None:
    """Reset the connection, as a client that crashes does."""
    connection.terminate()


async def test_a_prepared_statement_is_one_round_trip(dsn: str) -> None:
    async with stretched(dsn) as wire:
        connection = await asyncpg.connect(wire.dsn)
        statement = await connection.prepare("SELECT 42")
        before = wire.trips
        assert await statement.fetchval() == 42
        assert wire.trips == before + 1
        await connection.close()


async def test_each_direction_takes_half_of_the_round_trip(
    dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop = asyncio.get_running_loop()
    delays: list[float] = []
    call_later = loop.call_later

    def at_once(delay: float, *arguments: Any, **options: Any) -> asyncio.TimerHandle:
        delays.append(delay)
        return call_later(0 if delay == 1000.0 else delay, *arguments, **options)

    monkeypatch.setattr(loop, "call_later", at_once)
    async with stretched(dsn) as wire:
        wire.round_trip_s = 2000.0
        connection = await asyncpg.connect(wire.dsn)
        await connection.close()
    assert delays.count(1000.0) >= 2 * wire.trips


@pytest.mark.parametrize("round_trip_s", [0.0, 0.001, 0.02])
@pytest.mark.parametrize("leave", [asyncpg.Connection.close, terminate])
def test_no_transport_outlives_the_wire(
    dsn: str, leave: Callable[[asyncpg.Connection], Awaitable[None]], round_trip_s: float
) -> None:
    async def use() -> None:
        async with stretched(dsn) as wire:
            wire.round_trip_s = round_trip_s
            connection = await asyncpg.connect(wire.dsn)
            await leave(connection)

    assert left_open(use) == []


async def test_a_wire_that_nobody_used_ends_too(dsn: str) -> None:
    async with stretched(dsn) as wire:
        assert wire.trips == 0
