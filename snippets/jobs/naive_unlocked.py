"""A queue in a table from which workers read without a lock.

Running it lets eight workers run 40 jobs, and prints how often.
"""

from collections.abc import Awaitable, Callable

import asyncpg

from snippets.jobs.executions import demonstrate
from snippets.jobs.table import Job, job_of

# --8<-- [start:loop]
NEXT = """
SELECT id, payload, attempts FROM jobs
WHERE status = 'waiting' AND due <= now()
ORDER BY due, id LIMIT 1
"""


# --8<-- [end:loop]
async def run_next(
    connection: asyncpg.Connection,
    handle: Callable[[Job], Awaitable[None]],
) -> bool:
    """Run one job, if there is one; say whether there was."""
    async with connection.transaction():
        row = await connection.fetchrow(NEXT)
        if row is None:
            return False
        await handle(job_of(row))
        await connection.execute(
            "DELETE FROM jobs WHERE id = $1", row["id"]
        )
    return True


def main() -> None:
    demonstrate(run_next)


if __name__ == "__main__":
    main()
