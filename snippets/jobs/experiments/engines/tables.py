"""Our own loops: four tasks in one process, each with a connection."""

import asyncio
import os

import asyncpg

from snippets.jobs import loop, naive_marked
from snippets.jobs.experiments.engines.setting import (
    DATABASE_URL,
    RUNNING,
    work,
)
from snippets.jobs.table import TABLES, Job
from snippets.jobs.table import enqueue as insert

WAYS = {"locked": loop.run_next, "marked": naive_marked.run_next}
RUN_NEXT = WAYS[os.environ["WAY"]]
POLL_S = 0.1


async def prepare() -> None:
    connection = await asyncpg.connect(DATABASE_URL)
    await connection.execute(TABLES)
    await connection.close()


async def enqueue(count: int, first: int) -> None:
    connection = await asyncpg.connect(DATABASE_URL)
    async with connection.transaction():
        for job in range(first, first + count):
            await insert(connection, {"job": job})
    await connection.close()


async def left() -> int:
    connection = await asyncpg.connect(DATABASE_URL)
    rows = await connection.fetchval("SELECT count(*) FROM jobs")
    await connection.close()
    return int(rows)


async def rescue() -> None:
    """For rows that no worker has, as only a person can know."""
    connection = await asyncpg.connect(DATABASE_URL)
    await connection.execute("UPDATE jobs SET status = 'waiting'")
    await connection.close()


async def run() -> None:
    async def handle(job: Job) -> None:
        await work(int(str(job.payload["job"])))

    async def poll() -> None:
        connection = await asyncpg.connect(DATABASE_URL)
        while True:
            if not await RUN_NEXT(connection, handle):
                await asyncio.sleep(POLL_S)

    await asyncio.gather(*(poll() for _ in range(RUNNING)))
