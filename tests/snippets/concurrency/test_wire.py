"""A wire that counts round trips and adds distance."""

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import pytest

from snippets.concurrency.wire import stretched
from tests.leaks import left_open

SSL_REQUEST = (8).to_bytes(4, "big") + (80877103).to_bytes(4, "big")


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


def test_a_client_that_resets_its_connection_ends_only_itself(dsn: str) -> None:
    at_once = struct.pack("ii", 1, 0)  # close by a reset

    async def use() -> None:
        async with stretched(dsn) as wire:
            url = urlsplit(wire.dsn)
            reader, writer = await asyncio.open_connection(url.hostname, url.port)
            writer.write(SSL_REQUEST)
            assert await reader.readexactly(1) in {b"N", b"S"}  # the server is there
            client = writer.get_extra_info("socket")
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
            writer.transport.abort()
            connection = await asyncpg.connect(wire.dsn)
            assert await connection.fetchval("SELECT 42") == 42
            await connection.close()

    assert left_open(use) == []


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
