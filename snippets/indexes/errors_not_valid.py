"""A constraint wants an index that was built to the end.

Running it makes a constraint of an index whose build failed, repairs
the index, and makes it again.
"""

import asyncio

import asyncpg

from snippets.indexes.plans import quiet

TABLE = """
CREATE TABLE users (id int PRIMARY KEY, email text NOT NULL);
INSERT INTO users VALUES (1, 'ada@example.com'), (2, 'ada@example.com')
"""
BUILD = """
CREATE UNIQUE INDEX CONCURRENTLY users_email ON users (email)
"""
REMOVE = "DELETE FROM users WHERE id = 2"
# --8<-- [start:raises]
CONSTRAINT = """
ALTER TABLE users ADD CONSTRAINT users_email_once
UNIQUE USING INDEX users_email
"""
# --8<-- [end:raises]
# --8<-- [start:fix]
REPAIR = "REINDEX INDEX CONCURRENTLY users_email"
# --8<-- [end:fix]


async def attempt(
    connection: asyncpg.Connection, statement: str
) -> None:
    try:
        print(await connection.execute(statement))
    except asyncpg.PostgresError as error:
        print(error.message)


async def demonstrate(dsn: str) -> None:
    async with quiet(dsn, TABLE) as connection:
        for statement in (
            BUILD,
            REMOVE,
            CONSTRAINT,
            REPAIR,
            CONSTRAINT,
        ):
            await attempt(connection, statement)


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn))


if __name__ == "__main__":
    main()
