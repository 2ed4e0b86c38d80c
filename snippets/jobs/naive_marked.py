"""A queue in a table: a job is marked while it runs, then deleted.

Running it ends a worker in the middle of a job, and asks for the next.
"""

from collections.abc import Awaitable, Callable

import asyncpg

from snippets.jobs.cut_short import demonstrate
from snippets.jobs.table import Job, job_of

# --8<-- [start:loop]
NEXT = """
UPDATE jobs SET status = 'running' WHERE id = (
    SELECT id FROM jobs
    WHERE status = 'waiting' AND due <= now()
    ORDER BY due, id LIMIT 1
    FOR UPDATE SKIP LOCKED
)
RETURNING id, payload, attempts
"""


async def run_next(
    connection: asyncpg.Connection,
    handle: Callable[[Job], Awaitable[None]],
) -> bool:
    """Run one job, if there is one; say whether there was."""
    row = await connection.fetchrow(NEXT)  # [!]
    if row is None:
        return False
    await handle(job_of(row))
    await connection.execute(
        "DELETE FROM jobs WHERE id = $1", row["id"]
    )
    return True


# --8<-- [end:loop]


def main() -> None:
    demonstrate(run_next)


if __name__ == "__main__":
    main()
