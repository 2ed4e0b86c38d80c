"""Redis: a call ends soon whatever it does, and a silent one is left alone for a while."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from redis.asyncio import Redis
from redis.exceptions import ResponseError

import lab
from snippets.backend.bounded import PAUSE_S, Bounded, redis_pool
from tests.snippets.backend.shop import Configure


class World:
    """A clock, and what was counted."""

    def __init__(self) -> None:
        self.now, self.failures, self.calls = 100.0, list[str](), 0
        self.bounded = Bounded(0.01, self.failures.append, lambda: self.now)

    async def ask(self, outcome: Any) -> Any:
        """Ask for something that happens: an answer, an error, or nothing."""

        async def command() -> Any:
            self.calls += 1
            if isinstance(outcome, Exception):
                raise outcome
            if outcome is None:
                await asyncio.Event().wait()
            return outcome

        return await self.bounded.ask(command)


async def test_an_answer_is_passed_on() -> None:
    assert await World().ask("pong") == "pong"


@pytest.mark.parametrize("outcome", [None, ConnectionRefusedError()])
async def test_who_did_not_answer_is_not_asked_for_a_while(outcome: Exception | None) -> None:
    world = World()
    assert await world.ask(outcome) is None
    assert await world.ask("pong") is None
    assert (world.calls, len(world.failures)) == (1, 1)
    world.now += PAUSE_S
    assert await world.ask("pong") == "pong"
    assert await world.ask("pong") == "pong"


async def test_one_asks_for_all_whether_it_is_back() -> None:
    world = World()
    await world.ask(OSError())
    world.now += PAUSE_S
    crowd = await asyncio.gather(*(world.ask(None) for _ in range(10)))
    assert crowd == [None] * 10
    assert world.calls == 2


async def test_an_error_is_an_answer() -> None:
    world = World()
    assert await world.ask(ResponseError("out of memory")) is None
    assert await world.ask("pong") == "pong"
    assert world.failures == ["ResponseError"]


async def test_a_call_that_fails_beside_one_that_succeeds_is_no_outage() -> None:
    world = World()
    silent = asyncio.create_task(world.ask(None))
    await asyncio.sleep(0)
    assert await world.ask("pong") == "pong"
    assert await silent is None
    assert await world.ask("pong") == "pong"


@pytest.fixture
async def redis(configure: Configure, redis_lease: lab.RedisLease) -> AsyncIterator[Redis]:
    pool = redis_pool(configure())
    yield Redis(connection_pool=pool)
    await pool.disconnect()


async def test_a_connection_that_was_closed_while_idle_is_no_failure(redis: Redis) -> None:
    assert await redis.ping()
    await redis.client_kill_filter(_id=str(await redis.client_id()), skipme=False)
    assert await redis.ping()
