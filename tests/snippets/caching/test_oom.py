"""`OOM command not allowed`: what a full Redis takes, and what it throws away."""

import time
from collections.abc import Callable, Iterator
from itertools import count, islice

import pytest
import redis
from redis.asyncio import Redis
from redis.exceptions import OutOfMemoryError

import lab
from snippets.caching import errors_oom as listing
from snippets.caching.outage import OpenCache

TEXT = "command not allowed when used memory > 'maxmemory'."
DEFAULT = {"maxmemory-policy": "noeviction"}
Client = redis.Redis


@pytest.fixture(scope="module")
def server() -> Iterator[lab.RedisServer]:
    with lab.redis_server({"maxmemory": listing.LIMIT}) as server:
        yield server


@pytest.fixture
def client(server: lab.RedisServer) -> Iterator[Client]:
    with redis.Redis.from_url(server.url) as client:
        client.config_set("maxmemory", listing.LIMIT)
        client.config_set("maxmemory-policy", "noeviction")
        client.flushall()
        yield client


@pytest.fixture
def full(client: Client) -> Client:
    """Over its limit, whatever its buffers hold at the moment."""
    for number in range(50):
        listing.store(client, f"page:{number}")
    client.config_set("maxmemory", 1)
    return client


@pytest.mark.parametrize(
    ("policy", "expiring", "said"),
    [
        (DEFAULT, False, TEXT),
        (DEFAULT, True, TEXT),
        (listing.MIXED, False, TEXT),
        (listing.MIXED, True, "all stored, older ones evicted"),
        (listing.CACHE, False, "all stored, older ones evicted"),
    ],
)
def test_policies(policy: dict[str, str], expiring: bool, said: str, client: Client) -> None:
    assert listing.fill(client, policy, expiring) == said


def test_the_default_evicts_nothing() -> None:
    with lab.redis_server() as server, redis.Redis.from_url(server.url) as client:
        (policy,) = client.config_get("maxmemory-policy").values()
        assert policy in ("noeviction", b"noeviction")


@pytest.mark.parametrize(
    "command",
    [
        lambda client: client.lpush("orders", 7),
        lambda client: client.xadd("orders", {"id": 7}),
        lambda client: client.incr("visits"),
        lambda client: client.eval("return redis.call('SET', KEYS[1], 1)", 1, "page"),
    ],
    ids=["lpush", "xadd", "incr", "a script"],
)
def test_what_adds_is_refused(command: Callable[[Client], object], full: Client) -> None:
    with pytest.raises(OutOfMemoryError, match=rf"^{TEXT[:-1]}\."):
        command(full)


def test_what_reads_or_deletes_is_not(full: Client) -> None:
    assert full.get("page:0") == listing.VALUE
    assert full.expire("page:1", 1)
    assert full.publish("news", "text") == 0
    assert full.unlink("page:2") == full.delete("page:3") == 1


def test_what_was_deleted_makes_room(client: Client) -> None:
    assert listing.fill(client, DEFAULT, False) == TEXT
    assert client.delete(*(f"page:{number}" for number in range(100))) == 100
    listing.store(client, "page:0")


def test_in_a_pipeline_it_names_the_command(full: Client) -> None:
    pipeline = full.pipeline(transaction=True)
    pipeline.get("page:0")
    pipeline.incr("visits")
    said = rf"^Command # 2 \(INCRBY visits 1\) of pipeline caused error: {TEXT}$"
    with pytest.raises(OutOfMemoryError, match=said):
        pipeline.execute()


def test_it_is_an_answer_and_no_lost_connection(full: Client) -> None:
    assert issubclass(OutOfMemoryError, redis.ResponseError)
    assert not issubclass(OutOfMemoryError, redis.ConnectionError)


@pytest.mark.parametrize(
    "policy", ["volatile-lru", "volatile-lfu", "volatile-ttl", "volatile-random"]
)
def test_no_volatile_policy_removes_what_does_not_expire(policy: str, client: Client) -> None:
    assert listing.fill(client, {"maxmemory-policy": policy}, expiring=False) == TEXT
    assert listing.fill(client, {"maxmemory-policy": policy}, expiring=True) != TEXT


async def test_a_cache_that_fails_open_answers(server: lab.RedisServer, full: Client) -> None:
    """The one of the article."""

    async def load(key: str) -> str:
        return f"{key} of the database"

    async with Redis.from_url(server.url) as redis:
        cache = OpenCache(redis, load, time.monotonic)
        assert await cache.get("report") == "report of the database"
        assert cache.bounded.failures == {"OutOfMemoryError": 1}


def test_a_policy_that_evicts_any_key_takes_a_queue_with_it(client: Client) -> None:
    client.config_set("maxmemory-policy", "allkeys-lru")
    client.rpush("orders", 7)
    for number in islice(count(), 100_000):
        listing.store(client, f"page:{number}")
        if not client.exists("orders"):
            break
    assert not client.exists("orders")


def test_a_policy_for_keys_that_expire_leaves_it(client: Client) -> None:
    client.rpush("orders", 7)
    client.config_set("maxmemory-policy", "volatile-lru")
    for number in range(800):
        listing.store_expiring(client, f"page:{number}")
    assert client.lrange("orders", 0, -1) == [b"7"]
    assert client.info("stats")["evicted_keys"] > 0


def test_a_value_larger_than_the_limit_evicts_everything_and_is_refused(client: Client) -> None:
    client.config_set("maxmemory-policy", "allkeys-lru")
    for number in range(10):
        listing.store(client, f"page:{number}")
    with pytest.raises(OutOfMemoryError):
        client.set("report", b"x" * 4_000_000)
    assert client.dbsize() == 0
