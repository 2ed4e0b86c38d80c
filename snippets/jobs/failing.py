"""One job that is sent, one at its second attempt, and one never."""

import asyncio

import asyncpg

from snippets.jobs.executions import RunNext
from snippets.jobs.table import TABLES, Job, enqueue


# --8<-- [start:fate]
async def deliver(job: Job) -> None:
    if int(str(job.payload["refusals"])) > job.attempts:
        raise ConnectionError("mail server refused")


async def fate(dsn: str, run_next: RunNext, attempts: int) -> list[str]:
    connection = await asyncpg.connect(dsn)
    await connection.execute(TABLES)
    for refusals in (0, 1, attempts):
        await enqueue(connection, {"refusals": refusals})
    lines: list[str] = []
    while await connection.fetchval("SELECT count(*) FROM jobs"):
        await connection.execute("UPDATE jobs SET due = now()")
        tried = 0
        while await run_next(connection, deliver):
            tried += 1
        lines.append(f"round {len(lines) + 1}: {tried} tried")
    dead = await connection.fetchrow(
        "SELECT attempts, error FROM dead_jobs"
    )
    await connection.close()
    return [*lines, f"dead after {dead['attempts']}: {dead['error']}"]


# --8<-- [end:fate]


def demonstrate(run_next: RunNext, attempts: int) -> None:
    import lab

    with lab.postgres() as dsn:
        lines = asyncio.run(fate(dsn, run_next, attempts))
    print("\n".join(lines))
