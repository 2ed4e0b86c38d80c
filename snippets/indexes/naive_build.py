"""IF NOT EXISTS takes what a failed build left for an index.

Running it builds a unique index on 2,000 users, fails on a duplicate,
removes that, and builds again.
"""

import asyncio
from collections.abc import Awaitable, Callable

import asyncpg

from snippets.indexes.plans import explain, quiet

TABLE = """
CREATE TABLE users (
    id int PRIMARY KEY, email text NOT NULL, about text NOT NULL
) WITH (autovacuum_enabled = off);
INSERT INTO users SELECT n, 'u' || n % 1_999, repeat('x', 500)
FROM generate_series(1, 2_000) AS n
"""
VALID = """
SELECT indisvalid FROM pg_index
WHERE indexrelid = 'users_email'::regclass
"""
REMOVE = "DELETE FROM users WHERE id = 2_000"  # the duplicate
FIND = "SELECT id FROM users WHERE email = 'u47'"
COPY = "INSERT INTO users VALUES (2_001, 'u47', '')"
Build = Callable[[asyncpg.Connection], Awaitable[None]]


# --8<-- [start:build]
CREATE = """
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS users_email
ON users (email)
"""


async def build(connection: asyncpg.Connection) -> None:
    await connection.execute(CREATE)


# --8<-- [end:build]


async def attempt(connection: asyncpg.Connection, build: Build) -> None:
    try:
        await build(connection)
        print("built")
    except asyncpg.UniqueViolationError as error:
        print(error.message)


async def demonstrate(dsn: str, build: Build) -> None:
    async with quiet(dsn, TABLE) as connection:
        for before in ("ANALYZE users", REMOVE):
            await connection.execute(before)
            await attempt(connection, build)
        print("valid:", await connection.fetchval(VALID))
        await connection.execute("VACUUM (FREEZE, ANALYZE) users")
        print(await explain(connection, FIND))
        try:
            print(await connection.execute(COPY))
        except asyncpg.UniqueViolationError as error:
            print(error.message)


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn, build))


if __name__ == "__main__":
    main()
