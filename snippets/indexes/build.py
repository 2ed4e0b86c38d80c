"""A build looks for what a failed one left, and for what it made.

Running it builds a unique index on 2,000 users, fails on a duplicate,
removes that, and builds again.
"""

import asyncio

import asyncpg

from snippets.indexes.naive_build import CREATE, demonstrate

# --8<-- [start:build]
BROKEN = """
SELECT NOT indisvalid FROM pg_index
WHERE indexrelid = to_regclass('users_email')
"""
# Two builds at once on one table wait for each other.
ALONE = "SELECT pg_try_advisory_lock(hashtext('users_email'))"


async def build(connection: asyncpg.Connection) -> None:
    """On a connection of its own, not through a pooler."""
    if not await connection.fetchval(ALONE):
        raise RuntimeError("another deploy builds users_email")
    # A canceled build leaves an invalid index behind.
    await connection.execute("SET statement_timeout = 0")
    if await connection.fetchval(BROKEN):
        await connection.execute("DROP INDEX CONCURRENTLY users_email")
    await connection.execute(CREATE)  # [!]
    if await connection.fetchval(BROKEN):
        raise RuntimeError("users_email is not valid")


# --8<-- [end:build]


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn, build))


if __name__ == "__main__":
    main()
