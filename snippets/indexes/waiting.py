"""An idle transaction holds up every concurrent build.

Running it builds an index while another connection has read another
table and not yet committed, and prints what the build waits for.
"""

import asyncio

import asyncpg

from snippets.indexes.plans import quiet

TABLES = """
CREATE TABLE users (id int PRIMARY KEY, email text NOT NULL);
CREATE TABLE settings (id int PRIMARY KEY)
"""
BUILD = "CREATE INDEX CONCURRENTLY users_email ON users (email)"
# --8<-- [start:waiting]
WAITING = """
SELECT build.phase, holder.state, holder.query
FROM pg_stat_progress_create_index AS build
JOIN pg_stat_activity AS holder ON holder.pid = current_locker_pid
WHERE build.datname = current_database()
  AND holder.pid <> pg_backend_pid()
"""


async def hold(connection: asyncpg.Connection) -> None:
    """As a request that reads, and then waits for something else."""
    await connection.fetch("SELECT id FROM settings")


# --8<-- [end:waiting]


async def what_it_waits_for(
    connection: asyncpg.Connection, built: asyncio.Task[str]
) -> asyncpg.Record | None:
    """The row of WAITING, or None for a build that ended."""
    while not built.done():
        if row := await connection.fetchrow(WAITING):
            return row
        await asyncio.sleep(0.01)
    return None


async def demonstrate(dsn: str) -> None:
    async with (
        quiet(dsn, TABLES) as builder,
        quiet(dsn) as other,
        quiet(dsn) as watcher,
    ):
        transaction = other.transaction()
        await transaction.start()
        await hold(other)
        built = asyncio.create_task(builder.execute(BUILD))
        row = await what_it_waits_for(watcher, built)
        print(*(row or ("nothing",)), sep="\n")
        await transaction.rollback()
        print("rolled back:", await built)


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn))


if __name__ == "__main__":
    main()
