"""A table of jobs whose failed ones are the oldest, and a counter.

The counter is PostgreSQL's own, of the transaction so far, so it sees
what a driver really executed.
"""

from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Iterable,
    Mapping,
)
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from snippets.indexes.plans import quiet

# --8<-- [start:table]
TABLE = """
CREATE TABLE jobs (
    id bigint PRIMARY KEY,
    status text NOT NULL,
    created_at timestamptz NOT NULL,
    payload text NOT NULL
) WITH (autovacuum_enabled = off);
CREATE INDEX jobs_created ON jobs (created_at);
CREATE INDEX jobs_failed ON jobs (created_at)
    WHERE status = 'failed';
"""
ROWS = """
INSERT INTO jobs
SELECT n,
       CASE WHEN n <= {failed} THEN 'failed'
            ELSE (ARRAY['done', 'skipped', 'archived'])[1 + n % 3] END,
       timestamptz '2026-01-01' + n * interval '1 minute',
       repeat('x', {payload})
FROM generate_series(1, {rows}) AS n
"""
# --8<-- [end:table]
VACUUM = "VACUUM (FREEZE, ANALYZE) jobs"
SMALL = ROWS.format(rows=20_000, failed=100, payload=500)
COUNT = """
SELECT relname, pg_stat_get_xact_blocks_fetched(oid) AS buffers
FROM pg_class WHERE relname LIKE 'jobs%'
"""
Fetch = Callable[[str], Awaitable[Iterable[Any]]]
Run = Callable[[], Awaitable[Any]]
Pages = Mapping[str, int]


@asynccontextmanager
async def jobs(
    dsn: str, **settings: str
) -> AsyncIterator[asyncpg.Connection]:
    """A connection to a new table of 20,000 jobs."""
    async with quiet(
        dsn, TABLE, SMALL, VACUUM, **settings
    ) as connection:
        yield connection


async def create(dsn: str) -> None:
    async with jobs(dsn):
        pass


# --8<-- [start:count]
async def count(fetch: Fetch, run: Run, times: int) -> list[Pages]:
    """Pages of the table and of its indexes, for each execution.

    Both must be functions of one connection, in a transaction.
    """
    found: list[Pages] = []
    # Planning once reads the first page of each index: not counted.
    await fetch("EXPLAIN SELECT id FROM jobs")
    before = dict(await fetch(COUNT))
    for _ in range(times):
        await run()
        after = dict(await fetch(COUNT))
        found.append({k: after[k] - before[k] for k in after})
        before = after
    return found


# --8<-- [end:count]
