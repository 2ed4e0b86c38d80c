"""The cache: typed, never older than what was there, and no outage when Redis is one."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from snippets.backend.bounded import Bounded, redis_pool
from snippets.backend.cache import Cache, Entry
from tests.snippets.backend.conftest import NOWHERE
from tests.snippets.backend.shop import Configure, Shop, opened


class Quote(Entry):
    """Something to keep."""

    text: str


class Quotes:
    """A cache of quotes, and a source that counts."""

    def __init__(self, redis: Redis, prefix: str) -> None:
        self.redis, self.loads = redis, 0
        self.stored: Quote | None = Quote(id=1, version=1, text="first")
        self.cache = Cache(Quote, redis, Bounded(1.0, pytest.fail), prefix, 60)

    async def get(self) -> Quote | None:
        """From the cache."""
        return await self.cache.get(1, self.load)

    async def load(self) -> Quote | None:
        """From the source."""
        self.loads += 1
        return self.stored


@pytest.fixture
async def quotes(configure: Configure) -> AsyncIterator[Quotes]:
    settings = configure()
    pool = redis_pool(settings)
    yield Quotes(Redis(connection_pool=pool), settings.redis_prefix)
    await pool.disconnect()


async def test_what_was_loaded_is_there_with_its_type(quotes: Quotes) -> None:
    assert await quotes.get() == Quote(id=1, version=1, text="first")
    assert await quotes.get() == Quote(id=1, version=1, text="first")
    assert quotes.loads == 1
    (key,) = await quotes.redis.keys(f"{quotes.cache._prefix}*")
    assert 0 < await quotes.redis.ttl(key) <= 60


async def test_a_crowd_loads_once(quotes: Quotes) -> None:
    left_alone = Bounded(1.0, pytest.fail, lambda: -1.0)  # nothing is found in Redis
    quotes.cache = Cache(Quote, quotes.redis, left_alone, "", 60)
    await asyncio.gather(*(quotes.get() for _ in range(20)))
    assert quotes.loads == 1


async def test_a_slow_reader_puts_nothing_old_back(quotes: Quotes) -> None:
    slow = Quote(id=1, version=1, text="first")
    await quotes.cache.put(Quote(id=1, version=10, text="tenth"))
    await quotes.cache.put(slow)
    assert await quotes.get() == Quote(id=1, version=10, text="tenth")
    await quotes.cache.put(Quote(id=1, version=11, text="eleventh"))
    assert await quotes.get() == Quote(id=1, version=11, text="eleventh")


async def test_what_cannot_be_read_is_loaded(quotes: Quotes) -> None:
    await quotes.get()
    (key,) = await quotes.redis.keys(f"{quotes.cache._prefix}*")
    await quotes.redis.hset(key, "value", "{}")
    assert await quotes.get() == await quotes.get() == quotes.stored
    assert quotes.loads == 2


async def test_what_is_not_there_is_asked_for_again(quotes: Quotes) -> None:
    quotes.stored = None
    assert await quotes.get() is None
    assert await quotes.get() is None
    assert quotes.loads == 2


async def test_values_of_another_shape_are_not_read(quotes: Quotes, configure: Configure) -> None:
    await quotes.get()

    class Quote(Entry):
        """The same name, in the next release."""

        text: str
        author: str

    prefix = configure().redis_prefix
    later = Cache(Quote, quotes.redis, Bounded(1.0, pytest.fail), prefix, 60)
    value = Quote(id=1, version=1, text="", author="")

    async def load() -> Quote:
        return value

    assert await later.get(1, load) is value


async def test_a_change_is_seen_by_the_next_reader(shop: Shop) -> None:
    product, staff = await shop.product(), await shop.account("staff")
    path = f"/products/{product}"
    before = (await shop.client.get(path)).json()
    with shop.statements() as sent:
        assert (await shop.client.get(path)).json() == before
    assert sent == []
    body = {"version": before["version"], "name": "other"}
    changed = (await shop.client.patch(path, json=body, headers=staff)).json()
    assert changed == before | {"version": before["version"] + 1, "name": "other"}
    with shop.statements() as sent:
        assert (await shop.client.get(path)).json() == changed
    assert sent == []


async def test_without_redis_the_shop_is_open(configure: Configure) -> None:
    async with opened(configure(redis_url=NOWHERE)) as shop:
        product, who = await shop.product(), await shop.account()
        assert (await shop.client.get(f"/products/{product}")).status_code == 200
        assert (await shop.place(who, {product: 1})).status_code == 201
        ready = await shop.client.get("/health/ready")
        assert (ready.status_code, ready.json()) == (200, {"database": True, "redis": False})
