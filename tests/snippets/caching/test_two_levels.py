"""A cache in the process, kept honest by client tracking."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from redis import RedisError, ResponseError
from redis import TimeoutError as Silent
from redis.asyncio import Redis
from redis.exceptions import NoPermissionError

import lab
from snippets.caching import tracking, two_levels
from snippets.caching.tracking import follow, news_from
from snippets.caching.two_levels import TwoLevels

KEY = "price:1"


class CountingRedis(Redis):
    """Counts what it reads, and can be held between an answer and its use."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.reads = 0
        self.go_on = asyncio.Event()
        self.go_on.set()
        self.answered = asyncio.Event()

    async def execute_command(self, *args: Any, **options: Any) -> object:
        """Send it, and wait for `go_on` with the answer of a GET."""
        send: Any = super().execute_command
        answer: object = await send(*args, **options)
        if args[0] == "GET":
            self.reads += 1
            self.answered.set()
            await self.go_on.wait()
        return answer


@pytest.fixture
def server() -> Iterator[lab.RedisServer]:
    """A server of our own: tracking is cut for all clients, and Redis is stopped."""
    with lab.redis_server() as server:
        yield server


@pytest.fixture
async def redis(server: lab.RedisServer) -> AsyncIterator[CountingRedis]:
    async with CountingRedis.from_url(server.url) as redis:
        assert isinstance(redis, CountingRedis)
        await redis.set(KEY, "old")
        yield redis


@pytest.fixture
async def other(server: lab.RedisServer) -> AsyncIterator[Redis]:
    async with Redis.from_url(server.url) as other:
        yield other


News = asyncio.Queue[list[str] | None]


@pytest.fixture
def news() -> News:
    """What Redis has told: the keys that changed, or None for all."""
    return asyncio.Queue()


@pytest.fixture
async def levels(
    server: lab.RedisServer, redis: CountingRedis, news: News
) -> AsyncIterator[TwoLevels]:
    levels = TwoLevels(redis, "price:")

    def forget(keys: list[str] | None) -> None:
        levels.forget(keys)
        news.put_nowait(keys)

    client = news_from(server.url)
    hearing = asyncio.create_task(follow(client, levels.prefix, levels.tracked, forget))
    await levels.tracked.wait()
    assert await news.get() is None
    yield levels
    hearing.cancel()
    await asyncio.wait([hearing])
    await client.aclose()


async def cut(other: Redis, news: News) -> None:
    await other.client_kill_filter(_type="pubsub")
    while await news.get() is not None:
        pass


async def test_a_key_is_read_from_redis_once(levels: TwoLevels, redis: CountingRedis) -> None:
    assert [await levels.get(KEY) for _ in range(3)] == [b"old"] * 3
    assert redis.reads == 1


async def test_an_absent_key_is_remembered_until_it_is_set(
    levels: TwoLevels, redis: CountingRedis, other: Redis, news: News
) -> None:
    assert [await levels.get("price:2") for _ in range(3)] == [None] * 3
    assert redis.reads == 1
    await other.set("price:2", "new")
    assert await news.get() == ["price:2"]
    assert await levels.get("price:2") == b"new"


@pytest.mark.parametrize(
    ("change", "value"),
    [
        (("SET", KEY, "new"), b"new"),
        (("DEL", KEY), None),
        (("FLUSHALL",), None),
        (("PEXPIRE", KEY, 1), None),
    ],
)
async def test_a_change_by_any_client_is_seen(
    levels: TwoLevels, other: Redis, news: News, change: tuple[str, ...], value: bytes | None
) -> None:
    await levels.get(KEY)
    send: Any = other.execute_command
    await send(*change)
    while await levels.get(KEY) != value:
        await news.get()


async def test_other_keys_stay(
    levels: TwoLevels, redis: CountingRedis, other: Redis, news: News
) -> None:
    await other.set("price:2", "100")
    await news.get()
    await levels.get(KEY)
    await levels.get("price:2")
    await other.set("price:2", "200")
    await news.get()
    assert await levels.get("price:2") == b"200"
    reads = redis.reads
    await levels.get(KEY)
    assert redis.reads == reads


@pytest.mark.parametrize("turns", range(0, 60, 3))
async def test_listening_ends_when_it_is_canceled_at_whatever_moment(
    redis_lease: lab.RedisLease, turns: int
) -> None:
    """On Python 3.11 asyncio.wait_for, inside redis-py, can lose a cancellation."""
    client = news_from(redis_lease.url)
    heard: list[object] = []
    hearing = asyncio.create_task(follow(client, redis_lease.prefix, asyncio.Event(), heard.append))
    for _ in range(turns):
        await asyncio.sleep(0)
    hearing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await hearing
    await client.aclose()


async def test_nothing_is_told_of_keys_outside_the_prefix(
    levels: TwoLevels, other: Redis, news: News
) -> None:
    await other.set("stock:1", 7)
    await other.set(KEY, "new")
    assert await news.get() == [KEY]


async def test_a_key_that_is_no_utf_8_does_not_end_the_news(
    levels: TwoLevels, other: Redis, news: News
) -> None:
    await other.set(b"price:\xff", 1)
    await news.get()
    await other.set(KEY, "new")
    assert await news.get() == [KEY]
    assert levels.tracked.is_set()


async def test_a_crowd_leaves_the_value_behind(levels: TwoLevels, redis: CountingRedis) -> None:
    """However many readers overlap, one of them keeps what it read."""
    assert await asyncio.gather(*(levels.get(KEY) for _ in range(50))) == [b"old"] * 50
    reads = redis.reads
    assert await levels.get(KEY) == b"old"
    assert redis.reads == reads


async def test_none_of_the_readers_of_a_changed_key_keeps_it(
    levels: TwoLevels, redis: CountingRedis, other: Redis, news: News
) -> None:
    redis.go_on.clear()
    reading = [asyncio.ensure_future(levels.get(KEY)) for _ in range(3)]
    while redis.reads < 3:
        await other.ping()
    await other.set(KEY, "new")
    assert await news.get() == [KEY]
    redis.go_on.set()
    assert await asyncio.gather(*reading) == [b"old"] * 3
    assert await levels.get(KEY) == b"new"


async def test_an_old_answer_is_not_kept_when_a_newer_one_is_on_its_way(
    levels: TwoLevels, redis: CountingRedis, other: Redis, news: News
) -> None:
    redis.go_on.clear()
    first = asyncio.ensure_future(levels.get(KEY))
    await redis.answered.wait()
    await other.set(KEY, "new")
    assert await news.get() == [KEY]
    second = asyncio.ensure_future(levels.get(KEY))
    while redis.reads < 2:
        await other.ping()
    redis.go_on.set()
    assert [await first, await second] == [b"old", b"new"]
    assert await levels.get(KEY) == b"new"


async def test_what_redis_tells_nothing_of_is_not_kept(
    levels: TwoLevels, redis: CountingRedis, other: Redis
) -> None:
    await other.set("stock:1", 7)
    assert [await levels.get("stock:1") for _ in range(2)] == [b"7"] * 2
    assert redis.reads == 2
    await other.set("stock:1", 0)
    assert await levels.get("stock:1") == b"0"


async def test_there_is_a_limit_to_what_is_kept(
    levels: TwoLevels, redis: CountingRedis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where it is full, it begins anew."""
    monkeypatch.setattr(two_levels, "LOCAL_KEYS", 2)
    for number in (1, 2, 3, 3, 1):
        await levels.get(f"price:{number}")
    assert redis.reads == 4


async def test_an_answer_that_changed_on_its_way_is_not_kept(
    levels: TwoLevels, redis: CountingRedis, other: Redis, news: News
) -> None:
    redis.go_on.clear()
    reading = asyncio.ensure_future(levels.get(KEY))
    await redis.answered.wait()
    await other.set(KEY, "new")
    assert await news.get() == [KEY]
    redis.go_on.set()
    assert await reading == b"old"
    assert await levels.get(KEY) == b"new"


async def test_an_answer_on_its_way_is_not_kept_when_the_news_stops(
    levels: TwoLevels, redis: CountingRedis, other: Redis, news: News
) -> None:
    redis.go_on.clear()
    reading = asyncio.ensure_future(levels.get(KEY))
    await redis.answered.wait()
    await cut(other, news)
    await levels.tracked.wait()
    redis.go_on.set()
    await reading
    await levels.get(KEY)
    assert redis.reads == 2


async def test_an_answer_from_before_tracking_is_not_kept(
    server: lab.RedisServer, redis: CountingRedis, other: Redis
) -> None:
    levels, client = TwoLevels(redis, "price:"), news_from(server.url)
    redis.go_on.clear()
    reading = asyncio.ensure_future(levels.get(KEY))
    await redis.answered.wait()
    await other.set(KEY, "new")
    hearing = asyncio.create_task(follow(client, levels.prefix, levels.tracked, levels.forget))
    await levels.tracked.wait()
    redis.go_on.set()
    assert await reading == b"old"
    assert await levels.get(KEY) == b"new"
    hearing.cancel()
    await asyncio.wait([hearing])
    await client.aclose()


async def test_without_news_every_read_goes_to_redis(redis: CountingRedis) -> None:
    levels = TwoLevels(redis, "price:")
    for _ in range(3):
        await levels.get(KEY)
    assert redis.reads == 3


async def test_when_the_connection_is_cut_nothing_is_kept_and_tracking_begins_again(
    levels: TwoLevels, redis: CountingRedis, other: Redis, news: News
) -> None:
    await levels.get(KEY)
    await cut(other, news)
    assert not levels.tracked.is_set()
    await levels.get(KEY)
    assert redis.reads == 2
    await levels.tracked.wait()
    assert await news.get() is None
    await levels.get(KEY)
    await other.set(KEY, "new")
    assert await news.get() == [KEY]
    assert await levels.get(KEY) == b"new"


def test_the_client_of_the_news_does_not_connect_again_by_itself() -> None:
    """Written down, whatever redis-py does by default."""
    made = news_from("redis://localhost").connection_pool.connection_kwargs
    assert made["retry"].get_retries() == 0


@pytest.mark.parametrize(
    "error",
    [
        Silent("Timeout connecting to server"),
        ResponseError("BUSY Redis is busy running a script."),
        NoPermissionError("NOPERM"),
    ],
)
async def test_a_redis_that_does_not_begin_to_track_is_asked_again(
    redis_lease: lab.RedisLease, monkeypatch: pytest.MonkeyPatch, error: RedisError
) -> None:
    slow = [error]
    tracking_begins = tracking.track

    async def track(pubsub: Any, prefix: str) -> None:
        if slow:
            raise slow.pop()
        await tracking_begins(pubsub, prefix)

    monkeypatch.setattr(tracking, "track", track)
    client, tracked = news_from(redis_lease.url), asyncio.Event()
    hearing = asyncio.create_task(follow(client, redis_lease.prefix, tracked, lambda keys: None))
    async with asyncio.timeout(10):
        await tracked.wait()
    hearing.cancel()
    await asyncio.wait([hearing])
    await client.aclose()


async def test_a_restart_of_redis_is_survived(
    levels: TwoLevels, server: lab.RedisServer, redis: CountingRedis, news: News
) -> None:
    await levels.get(KEY)
    server.stop()
    assert await news.get() is None
    server.start()
    await levels.tracked.wait()
    await redis.connection_pool.disconnect()
    assert await levels.get(KEY) is None  # it was in memory


async def test_a_value_is_not_kept_for_ever(
    levels: TwoLevels, redis: CountingRedis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(two_levels, "LOCAL_S", 0.0)
    await levels.get(KEY)
    await levels.get(KEY)
    assert redis.reads == 2


async def test_a_failed_read_leaves_nothing_behind(levels: TwoLevels, redis: CountingRedis) -> None:
    redis.go_on.clear()
    reading = asyncio.ensure_future(levels.get(KEY))
    await redis.answered.wait()
    reading.cancel()
    await asyncio.wait([reading])
    assert not levels._asking
    redis.go_on.set()
    assert await levels.get(KEY) == b"old"
    await levels.get(KEY)
    assert redis.reads == 2
