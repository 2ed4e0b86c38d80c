"""How often jobs are run, by workers that ask at the same moment."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable

import asyncpg

from snippets.jobs.table import TABLES, Job, enqueue

Handle = Callable[[Job], Awaitable[None]]
RunNext = Callable[[asyncpg.Connection, Handle], Awaitable[bool]]

WORKERS = 8
JOBS = 40  # a multiple of the workers: each round has a job for each


# --8<-- [start:count]
async def count(dsn: str, run_next: RunNext) -> Counter[int]:
    """How often each job was run until none is left."""
    runs: Counter[int] = Counter()
    all_have_one = asyncio.Barrier(WORKERS)

    async def handle(job: Job) -> None:
        runs[job.id] += 1
        await all_have_one.wait()

    async def worker() -> None:
        connection = await asyncpg.connect(dsn)
        while await run_next(connection, handle):
            pass
        await connection.close()

    connection = await asyncpg.connect(dsn)
    await connection.execute(TABLES)
    for number in range(JOBS):
        await enqueue(connection, {"order": number})
    await connection.close()
    await asyncio.gather(*(worker() for _ in range(WORKERS)))
    return runs


# --8<-- [end:count]


def demonstrate(run_next: RunNext) -> None:
    import lab

    with lab.postgres() as dsn:
        runs = asyncio.run(count(dsn, run_next))
    print(f"{len(runs)} jobs, 8 workers: {runs.total()} executions")
