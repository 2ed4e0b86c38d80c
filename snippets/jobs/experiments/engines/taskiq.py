"""taskiq with its two brokers for Redis: a list, and a stream."""

import os

import redis.asyncio
from taskiq_redis import ListQueueBroker, RedisStreamBroker

from snippets.jobs.experiments.engines.setting import (
    NAMESPACE,
    RECOVER_S,
    REDIS_URL,
    work,
)

STREAM = os.environ["BROKER"] == "stream"
GROUP = "taskiq"

broker = (
    RedisStreamBroker(
        url=REDIS_URL,
        queue_name=NAMESPACE,
        consumer_group_name=GROUP,
        idle_timeout=int(1000 * RECOVER_S),
    )
    if STREAM
    else ListQueueBroker(url=REDIS_URL, queue_name=NAMESPACE)
)


@broker.task
async def task(job: int) -> None:
    await work(job)


async def prepare() -> None:
    await broker.startup()


async def enqueue(count: int, first: int) -> None:
    for job in range(first, first + count):
        await task.kiq(job)


async def left() -> int:
    async with redis.asyncio.Redis.from_url(REDIS_URL) as client:
        if not STREAM:
            return int(await client.llen(NAMESPACE))
        [group] = await client.xinfo_groups(NAMESPACE)
        return int(group["pending"]) + int(group["lag"])


async def rescue() -> None:
    """Another job: what is pending is looked for after each batch."""
    await enqueue(1, 1_000_000)
