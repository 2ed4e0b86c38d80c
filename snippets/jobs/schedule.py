"""A job for each hour, though every worker looks at the clock.

Running it lets four workers look ten times each within an hour.
"""

import asyncio
import json
from datetime import datetime, timedelta

import asyncpg

from snippets.jobs.table import TABLES

# --8<-- [start:schedule]
RUNS = """
CREATE TABLE scheduled (
    name text, due timestamptz, PRIMARY KEY (name, due)
)
"""
# Both in one statement: no run without its job, no job without its run.
TICK = """
WITH first AS (
    INSERT INTO scheduled
    SELECT $1, date_bin($2::interval, $3, TIMESTAMPTZ 'epoch')
    ON CONFLICT DO NOTHING RETURNING due
)
INSERT INTO jobs (payload, due) SELECT $4, due FROM first RETURNING id
"""


async def tick(connection: asyncpg.Connection, now: datetime) -> bool:
    """Whether this worker is the first to see the hour begin."""
    payload = json.dumps({"report": "hourly"})
    hour = timedelta(hours=1)
    added = await connection.fetchval(
        TICK, "report", hour, now, payload
    )
    return added is not None


# --8<-- [end:schedule]


async def jobs(dsn: str, workers: int, looks: int) -> int:
    connections = [await asyncpg.connect(dsn) for _ in range(workers)]
    await connections[0].execute(TABLES + RUNS)

    now = await connections[0].fetchval("SELECT now()")

    async def look(connection: asyncpg.Connection) -> int:
        return sum([await tick(connection, now) for _ in range(looks)])

    added = sum(await asyncio.gather(*map(look, connections)))
    for connection in connections:
        await connection.close()
    return added


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        print("jobs:", asyncio.run(jobs(dsn, workers=4, looks=10)))


if __name__ == "__main__":
    main()
