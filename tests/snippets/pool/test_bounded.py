"""A line in front of the pool: its order, its length and its patience."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from snippets.pool.bounded import BoundedPool, PoolBusyError, demonstrate


@pytest.fixture
async def pool(dsn: str) -> AsyncIterator[asyncpg.Pool]:
    """A pool of one connection."""
    async with asyncpg.create_pool(dsn, min_size=1, max_size=1) as pool:
        yield pool


async def use(bounded: BoundedPool) -> int:
    async with bounded.acquire() as connection:
        return int(await connection.fetchval("SELECT 1"))


async def test_asyncpgs_pool_lets_a_newcomer_pass_and_sends_the_first_to_the_end_of_the_line(
    dsn: str, capsys: pytest.CaptureFixture[str]
) -> None:
    await demonstrate(dsn)
    assert capsys.readouterr().out.splitlines() == [
        "asyncpg's pool: newcomer, second, first",
        "bounded pool: first, second, newcomer",
    ]


async def test_callers_are_served_in_order_of_arrival(pool: asyncpg.Pool) -> None:
    bounded = BoundedPool(pool, backlog=20, wait_s=10.0)
    served: list[int] = []

    async def call(number: int) -> None:
        async with bounded.acquire():
            served.append(number)

    await asyncio.gather(*map(call, range(20)))
    assert served == list(range(20))


async def test_as_many_are_served_at_once_as_the_pool_has_connections(dsn: str) -> None:
    async with asyncpg.create_pool(dsn, min_size=2, max_size=2) as pool:
        bounded = BoundedPool(pool, backlog=0, wait_s=10.0)
        async with bounded.acquire(), bounded.acquire():
            with pytest.raises(PoolBusyError):
                await use(bounded)


async def test_who_finds_the_line_full_is_refused_without_waiting(pool: asyncpg.Pool) -> None:
    bounded = BoundedPool(pool, backlog=1, wait_s=10.0)
    async with bounded.acquire():
        waiting = asyncio.create_task(use(bounded))
        await asyncio.sleep(0)  # it stands in line
        with pytest.raises(PoolBusyError, match="1 wait already"):
            await use(bounded)
    assert await waiting == 1


async def test_a_free_pool_serves_even_without_room_to_wait(pool: asyncpg.Pool) -> None:
    assert await use(BoundedPool(pool, backlog=0, wait_s=10.0)) == 1


async def test_who_waits_too_long_is_refused_and_makes_room_for_the_next(
    pool: asyncpg.Pool,
) -> None:
    bounded = BoundedPool(pool, backlog=1, wait_s=0.01)
    async with bounded.acquire():
        for _ in range(2):
            with pytest.raises(PoolBusyError, match="no connection in time"):
                await use(bounded)
    assert await use(bounded) == 1


async def test_the_place_of_a_caller_who_gives_up_is_free_again(pool: asyncpg.Pool) -> None:
    bounded = BoundedPool(pool, backlog=1, wait_s=10.0)
    async with bounded.acquire():
        gives_up = asyncio.create_task(use(bounded))
        await asyncio.sleep(0)
        gives_up.cancel()
        await asyncio.wait([gives_up])
        next_one = asyncio.create_task(use(bounded))
        await asyncio.sleep(0)
        assert not next_one.done()
    assert gives_up.cancelled()
    assert await next_one == 1


async def test_a_failing_request_gives_its_connection_back(pool: asyncpg.Pool) -> None:
    bounded = BoundedPool(pool, backlog=0, wait_s=10.0)
    with pytest.raises(asyncpg.PostgresSyntaxError):
        async with bounded.acquire() as connection:
            await connection.execute("SELEC 1")
    assert await use(bounded) == 1


async def test_patience_ends_in_the_line_and_not_in_the_request(pool: asyncpg.Pool) -> None:
    bounded = BoundedPool(pool, backlog=0, wait_s=0.01)
    async with bounded.acquire() as connection:
        assert await connection.fetchval("SELECT 1 FROM pg_sleep(0.05)") == 1
