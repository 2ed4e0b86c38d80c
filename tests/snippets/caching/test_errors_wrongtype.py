"""`WRONGTYPE …`, and what a name with a version does about it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from redis import ResponseError
from redis.asyncio import Redis

import lab
from snippets.caching import errors_wrongtype as wrongtype

TEXT = "^WRONGTYPE Operation against a key holding the wrong kind of value$"


@pytest.fixture
async def redis(redis_lease: lab.RedisLease) -> AsyncIterator[Redis]:
    async with Redis.from_url(redis_lease.url, decode_responses=True) as redis:
        yield redis


@pytest.fixture
def cart(redis_lease: lab.RedisLease) -> str:
    return f"{redis_lease.prefix}cart:7"


async def test_a_new_version_meets_the_type_of_the_old_one(redis: Redis, cart: str) -> None:
    await wrongtype.save(redis, cart, ["tea"])
    with pytest.raises(ResponseError, match=TEXT):
        await wrongtype.add(redis, cart, "tea")
    assert await redis.type(cart) == "string"


async def test_under_a_name_of_its_own_it_does_not_and_ends_by_itself(
    redis: Redis, cart: str
) -> None:
    await wrongtype.save(redis, cart, ["tea"])
    assert [await wrongtype.add_versioned(redis, cart, "tea") for _ in range(2)] == [1, 2]
    assert await redis.get(cart) == '["tea"]'
    assert 0 < await redis.ttl(f"{cart}:2") <= wrongtype.DAY_S


async def test_its_time_to_live_is_set_with_it_or_neither_is(redis: Redis, cart: str) -> None:
    async with redis.monitor() as monitor:
        await wrongtype.add_versioned(redis, cart, "tea")
        heard = [await monitor.next_command()]
        while f"{cart}:2" not in heard[-1]["command"]:
            heard.append(await monitor.next_command())
        client = heard[-1]["client_port"]
    before = [one["command"] for one in heard[:-1] if one["client_port"] == client]
    assert before[-1] == "MULTI"


async def test_what_the_old_key_holds_is_not_in_the_new_one(redis: Redis, cart: str) -> None:
    await wrongtype.save(redis, cart, ["milk"])
    await wrongtype.add_versioned(redis, cart, "tea")
    assert await redis.hgetall(f"{cart}:2") == {"tea": "1"}


async def test_a_string_that_is_no_hyperloglog_says_it_in_other_words(
    redis: Redis, cart: str
) -> None:
    await redis.set(cart, "visitors")
    with pytest.raises(ResponseError, match=r"^WRONGTYPE Key is not a valid HyperLogLog string "):
        await redis.pfadd(cart, "7")


async def test_a_script_says_it_with_its_own_name_behind(redis: Redis, cart: str) -> None:
    await redis.rpush(cart, "job")
    script: Any = redis.eval("return redis.call('GET', KEYS[1])", 1, cart)
    with pytest.raises(ResponseError, match=f"{TEXT[:-1]} script: "):
        await script


async def test_commands_for_another_type_say_it(redis: Redis, cart: str) -> None:
    """As in webdis's issue 64 and StackExchange.Redis's 1288: GET of a list, and of a set."""
    await redis.rpush(f"{cart}:list", "job")
    await redis.sadd(f"{cart}:set", "translations")
    await redis.xadd(f"{cart}:stream", {"id": "7"})
    for kind in ("list", "set", "stream"):
        with pytest.raises(ResponseError, match=TEXT):
            await redis.get(f"{cart}:{kind}")
    with pytest.raises(ResponseError, match=TEXT):
        await redis.blpop([f"{cart}:stream"], timeout=1)
    with pytest.raises(ResponseError, match=TEXT):
        await redis.xadd(f"{cart}:list", {"id": "7"})


async def test_a_scan_can_ask_for_the_type(redis: Redis, cart: str) -> None:
    await redis.rpush(f"{cart}:queue:a", "job")
    await redis.set(f"{cart}:queue:enqueued", "2026-01-01")
    pattern = f"{cart}:queue:*"
    assert len([key async for key in redis.scan_iter(pattern)]) == 2
    assert [key async for key in redis.scan_iter(pattern, _type="list")] == [f"{cart}:queue:a"]


@pytest.mark.parametrize("transaction", [True, False])
async def test_in_a_pipeline_the_others_run(transaction: bool, redis: Redis, cart: str) -> None:
    await redis.rpush(cart, "job")
    pipeline = redis.pipeline(transaction=transaction)
    pipeline.get(cart)
    pipeline.set(f"{cart}:after", "written")
    with pytest.raises(
        ResponseError, match=r"^Command # 1 \(.*\) of pipeline caused error: .*WRONGTYPE "
    ):
        await pipeline.execute()
    assert await redis.get(f"{cart}:after") == "written"


async def test_a_set_takes_any_key_and_its_owner_meets_the_text_later(
    redis: Redis, cart: str
) -> None:
    await redis.rpush(cart, "job")
    assert await redis.set(cart, "page")
    with pytest.raises(ResponseError, match=TEXT):
        await redis.lpop(cart)


async def test_after_a_deletion_the_other_writer_makes_it_again(redis: Redis, cart: str) -> None:
    await wrongtype.save(redis, cart, ["tea"])
    await redis.delete(cart)
    assert await wrongtype.add(redis, cart, "tea") == 1
    await wrongtype.save(redis, cart, ["tea"])  # version 1 is still there
    with pytest.raises(ResponseError, match=TEXT):
        await wrongtype.add(redis, cart, "tea")
