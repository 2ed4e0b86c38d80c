"""A job that fails is tried again later, and at last put aside.

Running it has one job that is sent, one whose second attempt is, and
one that never is.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable

import asyncpg

from snippets.jobs.failing import demonstrate
from snippets.jobs.loop import NEXT
from snippets.jobs.table import Job, job_of

# --8<-- [start:statements]
ATTEMPTS = 5
JOB_TIMEOUT_S = 60.0  # or a job that hangs keeps its lock
DELAY_S = 2.0  # doubled with each attempt: 2, 4, 8, 16 s

DELETE = "DELETE FROM jobs WHERE id = $1"
LATER = """
UPDATE jobs SET attempts = attempts + 1, error = $2,
    due = now() + make_interval(secs => $3)
WHERE id = $1
"""
BURY = """
WITH dead AS (DELETE FROM jobs WHERE id = $1 RETURNING *)
INSERT INTO dead_jobs (id, payload, status, attempts, due, error)
SELECT id, payload, 'dead', attempts + 1, due, $2 FROM dead
"""
# Of a dead job, by its id, a new one.
REVIVE = """
WITH alive AS (DELETE FROM dead_jobs WHERE id = $1 RETURNING payload)
INSERT INTO jobs (payload) SELECT payload FROM alive
"""
# --8<-- [end:statements]


# --8<-- [start:retry]
async def run_next(
    connection: asyncpg.Connection,
    handle: Callable[[Job], Awaitable[None]],
) -> bool:
    """Run one job, if there is one; say whether there was."""
    async with connection.transaction():
        row = await connection.fetchrow(NEXT)
        if row is None:
            return False
        job = job_of(row)
        try:
            async with asyncio.timeout(JOB_TIMEOUT_S):
                await handle(job)
        except Exception as error:
            if job.attempts + 1 >= ATTEMPTS:
                await connection.execute(BURY, job.id, repr(error))
            else:
                wait_s = (
                    DELAY_S * 2**job.attempts * random.uniform(0.5, 1)
                )
                await connection.execute(
                    LATER, job.id, repr(error), wait_s
                )
        else:
            await connection.execute(DELETE, job.id)
    return True


# --8<-- [end:retry]


def main() -> None:
    demonstrate(run_next, ATTEMPTS)


if __name__ == "__main__":
    main()
