"""Celery on Redis, acknowledging before a task or after it."""

import os

import redis
from celery import Celery

from snippets.jobs.experiments.engines.blocking import work_blocking
from snippets.jobs.experiments.engines.setting import (
    NAMESPACE,
    RECOVER_S,
    REDIS_URL,
)

app = Celery("engines", broker=REDIS_URL)
app.conf.update(
    task_acks_late="LATE" in os.environ,
    task_reject_on_worker_lost="REJECT" in os.environ,
    broker_connection_retry_on_startup=True,
    broker_transport_options={
        "global_keyprefix": NAMESPACE,
        "visibility_timeout": RECOVER_S,
        # Looked for every second, and not every hundred.
        "unacked_restore_interval": 1,
        "unacked_restore_throttle": 1,
    },
)


@app.task(name="work")
def task(job: int) -> None:
    work_blocking(job)


async def prepare() -> None: ...


async def enqueue(count: int, first: int) -> None:
    for job in range(first, first + count):
        task.delay(job)


async def left() -> int:
    with redis.Redis.from_url(REDIS_URL) as client:
        waiting = client.llen(f"{NAMESPACE}celery")
        return int(waiting + client.hlen(f"{NAMESPACE}unacked"))
