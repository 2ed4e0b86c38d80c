"""dramatiq on Redis, which acknowledges after a task."""

import dramatiq
from dramatiq.brokers.redis import RedisBroker

from snippets.jobs.experiments.engines.blocking import work_blocking
from snippets.jobs.experiments.engines.setting import (
    NAMESPACE,
    RECOVER_S,
    REDIS_URL,
)

broker = RedisBroker(
    url=REDIS_URL,
    namespace=NAMESPACE,
    heartbeat_timeout=int(1000 * RECOVER_S),
    # Dead workers are looked for with each command, and not with one
    # of a thousand.
    maintenance_chance=1_000_000,
)
dramatiq.set_broker(broker)


@dramatiq.actor
def task(job: int) -> None:
    work_blocking(job)


async def prepare() -> None: ...


async def enqueue(count: int, first: int) -> None:
    for job in range(first, first + count):
        task.send(job)


async def left() -> int:
    return int(broker.client.hlen(f"{NAMESPACE}:default.msgs"))
