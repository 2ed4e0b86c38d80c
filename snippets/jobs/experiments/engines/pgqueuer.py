"""pgqueuer: a queue in PostgreSQL, on asyncpg."""

from datetime import timedelta

import asyncpg
from pgqueuer import PgQueuer
from pgqueuer.db import AsyncpgDriver
from pgqueuer.models import Job
from pgqueuer.queries import Queries

from snippets.jobs.experiments.engines.setting import (
    DATABASE_URL,
    RECOVER_S,
    RUNNING,
    work,
)


async def prepare() -> None:
    connection = await asyncpg.connect(DATABASE_URL)
    await Queries(AsyncpgDriver(connection)).install()
    await connection.close()


async def enqueue(count: int, first: int) -> None:
    connection = await asyncpg.connect(DATABASE_URL)
    jobs = range(first, first + count)
    await Queries(AsyncpgDriver(connection)).enqueue(
        ["work"] * count, [b"%d" % job for job in jobs], [0] * count
    )
    await connection.close()


async def left() -> int:
    connection = await asyncpg.connect(DATABASE_URL)
    rows = await connection.fetchval("SELECT count(*) FROM pgqueuer")
    await connection.close()
    return int(rows)


async def run() -> None:
    connection = await asyncpg.connect(DATABASE_URL)
    queue = PgQueuer(AsyncpgDriver(connection))

    @queue.entrypoint("work")
    async def entrypoint(job: Job) -> None:
        assert job.payload
        await work(int(job.payload))

    await queue.run(
        batch_size=RUNNING // 2,
        max_concurrent_tasks=RUNNING,
        dequeue_timeout=timedelta(seconds=RECOVER_S),
        heartbeat_timeout=timedelta(seconds=RECOVER_S),
    )
