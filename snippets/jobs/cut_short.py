"""A worker whose connection ends in the middle of a job."""

import asyncio

import asyncpg

from snippets.jobs.executions import RunNext
from snippets.jobs.table import TABLES, Job, enqueue

# Waits until the server has seen the end of that connection.
GONE = "SELECT pg_terminate_backend($1, 5000)"


# --8<-- [start:cut]
async def cut_short(dsn: str, run_next: RunNext) -> bool:
    """Whether another worker is given the job afterwards."""
    first = await asyncpg.connect(dsn)
    await first.execute(TABLES)
    await enqueue(first, {"order": 1})

    pid = first.get_server_pid()

    async def end(_: Job) -> None:
        first.terminate()  # as the kernel does for a killed process

    try:
        await run_next(first, end)
    except asyncpg.InterfaceError:
        second = await asyncpg.connect(dsn)
        await second.execute(GONE, pid)
        found = await run_next(second, done)
        await second.close()
    return found


# --8<-- [end:cut]


async def done(_: Job) -> None: ...


def demonstrate(run_next: RunNext) -> None:
    import lab

    with lab.postgres() as dsn:
        found = asyncio.run(cut_short(dsn, run_next))
    print("the job is", "run again" if found else "never taken again")
