"""A line in front of the pool: its order, its length and its patience."""

import asyncio
import math
from collections.abc import AsyncIterator

import asyncpg
import pytest

from snippets.pool.bounded import BoundedPool, PoolBusyError, demonstrate
from snippets.resilience.wire import Wire, through
from tests.cancellation import canceled_at


@pytest.fixture
async def pool(dsn: str) -> AsyncIterator[asyncpg.Pool]:
    """A pool of one connection."""
    async with asyncpg.create_pool(dsn, min_size=1, max_size=1) as pool:
        yield pool


async def use(bounded: BoundedPool) -> int:
    async with bounded.acquire() as connection:
        return int(await connection.fetchval("SELECT 1"))


async def cancel_everywhere(bounded: BoundedPool) -> int:
    """Cancel a call at each of its waits in turn, and make one call after each: how many waits?"""
    for wait in range(1000):
        canceled = await canceled_at(wait, use(bounded))
        assert await use(bounded) == 1
        if not canceled:
            return wait
    raise AssertionError("no call of 1000 came to its end")


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
        with pytest.raises(PoolBusyError, match="the line is full"):
            await use(bounded)
    assert await waiting == 1


async def test_a_free_pool_serves_even_without_room_to_wait(pool: asyncpg.Pool) -> None:
    assert await use(BoundedPool(pool, backlog=0, wait_s=10.0)) == 1


async def test_who_waits_too_long_is_refused_and_makes_room_for_the_next(
    pool: asyncpg.Pool,
) -> None:
    bounded = BoundedPool(pool, backlog=1, wait_s=0.5)
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
    bounded = BoundedPool(pool, backlog=0, wait_s=0.5)
    async with bounded.acquire() as connection:
        assert await connection.fetchval("SELECT 1 FROM pg_sleep(0.6)") == 1


@pytest.mark.parametrize("min_size", [0, 1])
async def test_wherever_a_call_is_canceled_the_pool_is_whole_after_it(
    dsn: str, min_size: int
) -> None:
    """Without room to wait, a place or a connection that is lost would refuse the next call."""
    async with asyncpg.create_pool(dsn, min_size=min_size, max_size=1) as pool:
        waits = await cancel_everywhere(BoundedPool(pool, backlog=0, wait_s=10.0))
        assert pool.get_idle_size() == 1
    assert waits >= 2  # the statement and the reset, at the least


async def test_a_call_that_is_canceled_while_it_connects_leaves_nothing_behind(dsn: str) -> None:
    waits = 0
    while True:
        async with asyncpg.create_pool(dsn, min_size=0, max_size=1) as pool:
            bounded = BoundedPool(pool, backlog=0, wait_s=10.0)
            canceled = await canceled_at(waits, use(bounded))
            assert await use(bounded) == 1
        if not canceled:
            break
        waits += 1
    assert waits > 5  # connecting alone takes several


async def test_all_who_wait_for_a_silent_server_are_refused_in_time_and_served_when_it_answers(
    dsn: str,
) -> None:
    """Opening a connection is part of the wait: asyncpg alone would take a minute for each."""
    wire = Wire(silent=True)
    async with (
        through(dsn, wire) as address,
        asyncpg.create_pool(address, min_size=0, max_size=2) as pool,
    ):
        bounded = BoundedPool(pool, backlog=2, wait_s=0.1)
        async with asyncio.timeout(10):
            callers = [asyncio.create_task(use(bounded)) for _ in range(5)]
            outcomes = await asyncio.gather(*callers, return_exceptions=True)
        assert [str(outcome) for outcome in outcomes] == [
            *4 * ["no connection in time"],
            "the line is full",
        ]
        wire.silent = False
        patient = BoundedPool(pool, backlog=2, wait_s=10.0)
        assert await asyncio.gather(*(use(patient) for _ in range(4))) == 4 * [1]


async def test_giving_back_to_a_silent_server_ends_and_the_connection_is_replaced(
    dsn: str,
) -> None:
    wire = Wire()
    async with (
        through(dsn, wire) as address,
        asyncpg.create_pool(address, min_size=0, max_size=1) as pool,
    ):
        bounded = BoundedPool(pool, backlog=0, wait_s=2.0)
        async with asyncio.timeout(20):
            with pytest.raises(TimeoutError):
                async with bounded.acquire():
                    wire.silent = True
        wire.silent = False
        assert await use(bounded) == 1


async def test_a_server_that_refuses_is_not_called_busy(dsn: str) -> None:
    async with asyncpg.create_pool(dsn, min_size=0, max_size=1) as pool:
        bounded = BoundedPool(pool, backlog=0, wait_s=10.0)
        pool.set_connect_args(dsn, user="nobody of that name")
        for _ in range(2):
            with pytest.raises(asyncpg.InvalidAuthorizationSpecificationError):
                await use(bounded)
        pool.set_connect_args(dsn)
        assert await use(bounded) == 1


def in_time(place: int, services: float) -> float:
    """The chance that so many holds end in time: a Poisson process, if holds are exponential.

    Args:
        place: in the line; who stands there needs that many holds to end.
        services: how many end in the time of the timeout, on average.
    """
    return 1 - math.exp(-services) * sum(services**n / math.factorial(n) for n in range(place))


@pytest.mark.parametrize("services", [20, 50, 100])
def test_at_the_place_of_the_rule_about_half_are_served_and_far_behind_it_few(
    services: int,
) -> None:
    assert in_time(services, services) == pytest.approx(0.5, abs=0.05)
    assert in_time(services * 3 // 2, services) < 0.05
