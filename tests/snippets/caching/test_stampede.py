"""200 readers at the moment when a popular key expires, and four remedies."""

import asyncio
import random
import socket
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from importlib import reload
from typing import Any

import asyncpg
import pytest
import uvicorn
from fastapi import FastAPI
from redis.asyncio import Redis

import lab
from snippets.caching import locked, single_flight, stale
from snippets.caching.crowd import LOAD_S, TTL_S, Cache, Clock, Load, New, Outcome, crowd
from snippets.caching.early import EarlyCache
from snippets.caching.locked import LockedCache
from snippets.caching.naive_stampede import PlainCache
from snippets.caching.single_flight import Flights, SingleFlightCache
from snippets.caching.stale import RETRY_S, STALE_S, StaleCache


def early(redis: Redis, load: Load, clock: Clock) -> Cache:
    return EarlyCache(redis, load, TTL_S, clock, random.Random(8).random)


NEW: dict[str, New] = {
    "plain": lambda redis, load, clock: PlainCache(redis, load, TTL_S),
    "early": early,
    "flight": lambda redis, load, clock: SingleFlightCache(redis, load, TTL_S),
    "lock": lambda redis, load, clock: LockedCache(redis, load, TTL_S),
    "stale": lambda redis, load, clock: StaleCache(redis, load, TTL_S, clock),
}
EVERY = pytest.mark.parametrize("new", NEW.values(), ids=NEW)


class Time:
    """A clock that goes on when it is told to."""

    def __init__(self) -> None:
        self.now = 1e9

    def __call__(self) -> float:
        """Seconds."""
        return self.now


@pytest.fixture
def key(redis_lease: lab.RedisLease) -> str:
    return f"{redis_lease.prefix}report"


@pytest.fixture
def rush(redis_lease: lab.RedisLease, key: str) -> Callable[..., asyncio.Future[Outcome]]:
    # So many in one thread may take longer than the five seconds that the client waits by itself.
    waits = "socket_timeout=30&socket_connect_timeout=30"
    url = f"{redis_lease.url}{'&' if '?' in redis_lease.url else '?'}{waits}"

    def start(new: New, later_s: float) -> asyncio.Future[Outcome]:
        return asyncio.ensure_future(crowd(url, key, later_s, new))

    return start


Rush = Callable[[New, float], asyncio.Future[Outcome]]


def loader(*answers: str | Exception) -> Load:
    """A load that gives one answer after the other."""
    left = list(answers)

    async def load(key: str) -> str:
        answer = left.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return load


@EVERY
async def test_a_value_is_loaded_once_while_it_is_fresh(redis: Redis, key: str, new: New) -> None:
    cache = new(redis, loader("report"), Time())
    assert [await cache.get(key) for _ in range(3)] == ["report"] * 3


@EVERY
async def test_after_its_time_a_value_is_loaded_again(redis: Redis, key: str, new: New) -> None:
    cache = new(redis, loader("old", "new"), Time())
    await cache.get(key)
    assert 0 < await redis.pttl(key) <= (TTL_S + STALE_S) * 1000
    await redis.delete(key)
    assert await cache.get(key) == "new"
    assert await cache.get(key) == "new"


@EVERY
async def test_a_failed_load_reaches_the_reader_and_the_next_one_loads_again(
    redis: Redis, key: str, new: New
) -> None:
    cache = new(redis, loader(LookupError("away"), "report"), Time())
    with pytest.raises(LookupError, match="away"):
        await cache.get(key)
    assert await cache.get(key) == "report"


@pytest.mark.naive("snippets/caching/naive_stampede.py")
async def test_without_a_remedy_every_reader_loads(rush: Rush) -> None:
    assert await rush(NEW["plain"], TTL_S) == Outcome(loads=200, waited=200)


@EVERY
async def test_before_the_last_moment_nobody_loads(rush: Rush, new: New) -> None:
    assert await rush(new, TTL_S / 2) == Outcome(loads=0, waited=0)


async def test_xfetch_spreads_the_stampede_and_does_not_end_it(rush: Rush) -> None:
    """One load time before expiry each reader loads with probability 1/e."""
    chance = random.Random(8).random
    outcome = await rush(
        lambda redis, load, clock: EarlyCache(redis, load, TTL_S, clock, chance), TTL_S - LOAD_S
    )
    assert outcome == Outcome(loads=69, waited=69)
    assert abs(outcome.loads - 200 / 2.718) < 20


async def test_xfetch_does_not_help_once_the_key_is_gone(rush: Rush) -> None:
    assert (await rush(early, TTL_S)).loads == 200


async def test_xfetch_keeps_to_the_time_that_a_load_took(redis: Redis, key: str) -> None:
    """A chance of 1 - 1/e is one load time early."""
    time = Time()

    async def load(key: str) -> str:
        time.now += LOAD_S
        return str(time.now)

    cache = EarlyCache(redis, load, TTL_S, time, lambda: 1 - 1 / 2.718281828459045)
    first = await cache.get(key)
    time.now += TTL_S - LOAD_S - 0.01
    assert await cache.get(key) == first
    time.now += 0.02
    assert await cache.get(key) != first


async def test_a_single_flight_loads_once_in_each_process(rush: Rush) -> None:
    assert await rush(NEW["flight"], TTL_S) == Outcome(loads=4, waited=200)


async def test_a_lock_loads_once_in_all_processes(rush: Rush) -> None:
    assert await rush(NEW["lock"], TTL_S) == Outcome(loads=1, waited=200)


async def test_serving_stale_loads_once_and_nobody_waits(rush: Rush) -> None:
    assert await rush(NEW["stale"], TTL_S) == Outcome(loads=1, waited=0)


async def test_when_nothing_stale_is_left_each_process_loads_once(rush: Rush) -> None:
    assert await rush(NEW["stale"], TTL_S + STALE_S) == Outcome(loads=4, waited=200)


async def test_a_reader_who_is_canceled_does_not_take_the_others_down() -> None:
    flights, go = Flights(), asyncio.Event()

    async def call() -> str:
        await go.wait()
        return "report"

    first, second = (asyncio.ensure_future(flights.join("key", call)) for _ in range(2))
    first.cancel()
    await asyncio.wait([first])
    go.set()
    assert first.cancelled()
    assert await second == "report"


async def test_a_reader_with_a_deadline_of_its_own_leaves_the_load_to_the_others(
    redis: Redis, key: str
) -> None:
    """The load uses what belongs to the cache, not to the reader that began it."""
    go = asyncio.Event()

    async def load(key: str) -> str:
        await go.wait()
        return "report"

    cache = SingleFlightCache(redis, load, TTL_S)

    async def hasty() -> None:
        async with asyncio.timeout(0.01):
            await cache.get(key)

    with pytest.raises(TimeoutError):
        await hasty()
    patient = asyncio.ensure_future(cache.get(key))
    await asyncio.sleep(0)
    go.set()
    assert await patient == "report"


async def test_a_load_that_borrows_the_connection_of_its_reader_fails_for_all(dsn: str) -> None:
    """Why a cache is given its load once, and not by each reader."""
    flights, began = Flights(), asyncio.Event()
    async with asyncpg.create_pool(dsn, min_size=2, max_size=2) as pool:

        async def request() -> str:
            async with pool.acquire() as connection:

                async def load() -> str:
                    began.set()
                    await connection.fetchval("SELECT pg_sleep(0.2)")
                    return str(await connection.fetchval("SELECT 'report'"))

                return await flights.join("key", load)

        first = asyncio.create_task(request())
        await began.wait()
        second = asyncio.create_task(request())
        await asyncio.sleep(0.05)
        first.cancel()
        _, answer = await asyncio.gather(first, second, return_exceptions=True)
    assert isinstance(answer, asyncpg.InterfaceError | asyncpg.PostgresError)


async def test_a_client_that_hangs_up_does_not_cancel_its_request() -> None:
    """FastAPI on uvicorn lets the handler run to its end."""
    app, ended = FastAPI(), asyncio.Event()
    began, hung_up = asyncio.Event(), asyncio.Event()

    @app.get("/report")
    async def handle() -> str:
        began.set()
        await hung_up.wait()
        await asyncio.sleep(0.2)  # a cancellation would have come
        ended.set()
        return "report"

    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        while not server.started:  # noqa: ASYNC110 — uvicorn has no event for it
            await asyncio.sleep(0.01)
        _, writer = await asyncio.open_connection(*listening.getsockname())
        writer.write(b"GET /report HTTP/1.1\r\nHost: a\r\n\r\n")
        await began.wait()
        writer.close()
        await writer.wait_closed()
        hung_up.set()
        async with asyncio.timeout(10):
            await ended.wait()
        server.should_exit = True
        await serving


async def test_a_load_that_hangs_does_not_hold_its_key_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(single_flight, "LIMIT_S", 0.01)
    flights = Flights()

    async def hang() -> str:
        await asyncio.Event().wait()
        raise AssertionError

    async def call() -> str:
        return "report"

    with pytest.raises(TimeoutError):
        await flights.join("key", hang)
    await asyncio.sleep(0)  # it has landed
    assert await flights.join("key", call) == "report"


async def test_a_load_sees_nothing_of_the_reader_that_began_it() -> None:
    tenant = ContextVar("tenant", default="nobody")
    tenant.set("one of many")

    async def call() -> str:
        return tenant.get()

    assert await Flights().join("key", call) == "nobody"


async def test_no_load_outlives_its_flights() -> None:
    flights, ended = Flights(), asyncio.Event()

    async def hang() -> str:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        raise AssertionError

    reading = asyncio.ensure_future(flights.join("key", hang))
    await asyncio.sleep(0)
    await flights.close()
    assert ended.is_set()
    await asyncio.wait([reading])
    assert reading.cancelled()


@EVERY
async def test_readers_of_different_keys_at_once_get_different_values(
    redis: Redis, key: str, new: New
) -> None:
    async def load(key: str) -> str:
        return key

    cache = new(redis, load, Time())
    names = [f"{key}:{name}" for name in ("one", "other")]
    assert await asyncio.gather(*map(cache.get, names)) == names


async def test_flights_of_different_keys_do_not_meet() -> None:
    flights = Flights()

    async def call(text: str) -> str:
        return text

    one, other = flights.join("1", lambda: call("one")), flights.join("2", lambda: call("other"))
    assert (await one, await other) == ("one", "other")


async def test_while_the_lock_is_held_readers_wait_for_the_value_and_not_for_the_lock(
    redis: Redis, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locked, "POLL_S", 0.0)
    await redis.set(f"{key}:lock", "another process", px=60_000)
    reading = asyncio.ensure_future(LockedCache(redis, loader(), TTL_S).get(key))
    await redis.ping()
    assert not reading.done()
    await redis.set(key, '"report"')
    assert await reading == "report"
    assert await redis.get(f"{key}:lock") == b"another process"


class CountingRedis(Redis):
    """Knows which commands were answered."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.answered: list[str] = []

    async def execute_command(self, *args: Any, **options: Any) -> Any:
        """Send it."""
        send: Any = super().execute_command
        answer = await send(*args, **options)
        self.answered.append(args[0])
        return answer


async def test_one_reader_of_a_process_asks_for_the_lock_for_all(
    redis: Redis, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await redis.set(f"{key}:lock", "another process", px=60_000)
    counting = CountingRedis(connection_pool=redis.connection_pool)
    monkeypatch.setattr(locked, "POLL_S", 60.0)  # once
    cache = LockedCache(counting, loader(), TTL_S)
    readers = [asyncio.ensure_future(cache.get(key)) for _ in range(20)]
    while "SET" not in counting.answered:
        await redis.ping()
    for _ in range(20):  # time for the others, who would have asked by now
        await redis.ping()
    assert counting.answered == ["GET", "SET"]
    await cache.flights.close()
    await asyncio.wait(readers)


class LateRedis(Redis):
    """Between the first GET and what follows it, another process stores the value."""

    late = True

    async def execute_command(self, *args: Any, **options: Any) -> Any:
        """Send it."""
        send: Any = super().execute_command
        answer = await send(*args, **options)
        if args[0] == "GET" and self.late:
            self.late = False
            await self.set(args[1], '"report"')
        return answer


async def test_who_comes_to_the_lock_after_the_load_is_done_does_not_load(
    redis: Redis, key: str
) -> None:
    late = LateRedis(connection_pool=redis.connection_pool)
    assert await LockedCache(late, loader(), TTL_S).get(key) == "report"
    assert not await redis.exists(f"{key}:lock")


async def test_a_lock_ends_by_itself_and_is_not_taken_from_its_next_owner(
    redis: Redis, key: str
) -> None:
    """The load takes longer than the lock lasts; by then another process holds it."""

    async def load(key: str) -> str:
        assert 0 < await redis.pttl(f"{key}:lock") <= locked.LOCK_S * 1000
        await redis.set(f"{key}:lock", "another process", px=60_000)
        return "report"

    assert await LockedCache(redis, load, TTL_S).get(key) == "report"
    assert await redis.get(f"{key}:lock") == b"another process"


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The limits of the lock, in proportion, of a load that may take four seconds."""
    monkeypatch.setattr(single_flight, "LIMIT_S", 4.0)
    reload(locked)
    yield
    monkeypatch.undo()
    reload(locked)


@pytest.mark.usefixtures("hasty")
async def test_after_the_lock_of_a_process_that_died_another_loads(redis: Redis, key: str) -> None:
    """Within the limit of a flight: to wait for the lock, and then to load."""
    await redis.lock(f"{key}:lock", locked.LOCK_S).acquire()

    async def load(key: str) -> str:
        await asyncio.sleep(0.4)
        return "report"

    cache = locked.LockedCache(redis, load, TTL_S)
    assert await asyncio.gather(*(cache.get(key) for _ in range(5))) == ["report"] * 5


async def test_a_load_ends_before_its_lock(
    redis: Redis, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locked, "LOCK_S", 10.0)
    monkeypatch.setattr(locked, "POLL_S", 9.5)  # how much sooner, however busy the machine
    left_ms: list[int] = []

    async def load(key: str) -> str:
        try:
            await asyncio.Event().wait()
        finally:
            left_ms.append(await redis.pttl(f"{key}:lock"))
        raise AssertionError

    with pytest.raises(TimeoutError):
        await locked.LockedCache(redis, load, TTL_S).get(key)
    assert left_ms[0] > 0
    assert not await redis.exists(f"{key}:lock")


def test_a_refresh_is_not_tried_again_while_it_may_be_under_way() -> None:
    assert RETRY_S > single_flight.LIMIT_S


async def test_after_its_time_the_old_value_is_served_until_the_new_one_is_there(
    redis: Redis, key: str
) -> None:
    time, go = Time(), asyncio.Event()
    go.set()
    answers = ["old", "new"]

    async def load(key: str) -> str:
        await go.wait()
        return answers.pop(0)

    cache = StaleCache(redis, load, TTL_S, time)
    await cache.get(key)
    time.now += TTL_S
    go.clear()
    assert [await cache.get(key) for _ in range(3)] == ["old"] * 3
    go.set()
    while await cache.get(key) == "old":
        pass  # each read is a round trip
    assert await cache.get(key) == "new"


async def test_a_value_is_not_refreshed_more_often_than_it_may_be_tried(
    redis: Redis, key: str
) -> None:
    """However soon its time is over."""
    time, load = Time(), loader("first", "second", "third")
    cache = StaleCache(redis, load, 1.0, time)
    await cache.get(key)
    time.now += 1
    while await cache.get(key) == "first":
        pass
    time.now += RETRY_S - 1
    assert [await cache.get(key) for _ in range(3)] == ["second"] * 3
    assert await redis.delete(f"{key}:refresh")
    while await cache.get(key) == "second":
        pass


async def test_a_failed_refresh_is_not_tried_again_at_once(redis: Redis, key: str) -> None:
    time = Time()
    failed = asyncio.Event()
    answers = loader("old", LookupError("away"), "new")

    async def load(key: str) -> str:
        try:
            return await answers(key)
        except LookupError:
            failed.set()
            raise

    cache = StaleCache(redis, load, TTL_S, time)
    await cache.get(key)
    time.now += TTL_S
    quiet: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: quiet.append(context))
    assert await cache.get(key) == "old"
    await failed.wait()
    assert await cache.get(key) == "old"
    assert 0 < await redis.pttl(f"{key}:refresh") <= RETRY_S * 1000
    await redis.delete(f"{key}:refresh")  # as when its time is over
    while await cache.get(key) == "old":
        pass


async def test_stale_values_do_not_stay_for_ever(redis: Redis, key: str) -> None:
    await StaleCache(redis, loader("report"), TTL_S, Time()).get(key)
    assert TTL_S * 1000 < await redis.pttl(key) <= (TTL_S + stale.STALE_S) * 1000
