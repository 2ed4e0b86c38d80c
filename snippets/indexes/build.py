"""A build removes what a failed one left, and looks at what it made.

Running it builds a unique index on 2,000 users, fails on a duplicate,
removes that, and builds again.
"""

import asyncio

import asyncpg

from snippets.indexes.naive_build import demonstrate

# --8<-- [start:build]
# Two builds at once on one table can deadlock.
ALONE = """
SELECT pg_try_advisory_lock(hashtext('indexes of users'))
  AND NOT EXISTS (SELECT FROM pg_stat_progress_create_index
                  WHERE relid = 'users'::regclass)"""
# A canceled build leaves an index that is not valid.
UNLIMITED = """
SELECT set_config(name, '0', false) FROM pg_settings
WHERE name ~ '^(statement|lock|transaction)_timeout$'"""
VALID = """
SELECT indisvalid FROM pg_index WHERE indrelid = 'users'::regclass
  AND indisunique AND indexrelid = to_regclass('users_email')"""
CREATE = """
CREATE UNIQUE INDEX CONCURRENTLY users_email ON users (email)"""


async def build(connection: asyncpg.Connection) -> None:
    """On a connection of its own, not through a pooler."""
    if not await connection.fetchval(ALONE):
        raise RuntimeError("an index of users is being built")
    await connection.execute(UNLIMITED)
    valid = await connection.fetchval(VALID)
    if valid is False:
        await connection.execute("DROP INDEX CONCURRENTLY users_email")
    if not valid:
        await connection.execute(CREATE)  # [!]
    if not await connection.fetchval(VALID):
        raise RuntimeError("users_email is not valid")


# --8<-- [end:build]


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn, build))


if __name__ == "__main__":
    main()
