"""A worker whose connection ends in the middle of a job."""

import asyncio

import asyncpg

from snippets.jobs.executions import RunNext
from snippets.jobs.table import TABLES, Job, enqueue


# --8<-- [start:cut]
async def cut_short(dsn: str, run_next: RunNext) -> bool:
    """Whether another worker is given the job afterwards."""
    first = await asyncpg.connect(dsn)
    await first.execute(TABLES)
    await enqueue(first, {"order": 1})

    async def end(_: Job) -> None:
        first.terminate()  # as the kernel does for a killed process

    try:
        await run_next(first, end)
    except asyncpg.InterfaceError:
        second = await asyncpg.connect(dsn)
        found = await asyncio.wait_for(again(second, run_next), 10)
        await second.close()
    return found


# --8<-- [end:cut]


async def again(connection: asyncpg.Connection, run_next: RunNext) -> bool:
    async def handle(_: Job) -> None: ...

    # The server has not yet seen the end of the first connection.
    await connection.execute("SELECT pg_sleep(0.2)")
    return await run_next(connection, handle)


def demonstrate(run_next: RunNext) -> None:
    import lab

    with lab.postgres() as dsn:
        found = asyncio.run(cut_short(dsn, run_next))
    print("the job is", "run again" if found else "never taken again")
