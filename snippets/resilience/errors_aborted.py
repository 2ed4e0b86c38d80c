"""A statement failed; PostgreSQL ignores the rest of its transaction.

Running it registers a name twice and counts, in three ways.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import asyncpg

TABLE = "CREATE TABLE users (name text PRIMARY KEY)"
INSERT = "INSERT INTO users VALUES ($1)"
INSERT_ADA = "INSERT INTO users VALUES ('ada')"
COUNT = "SELECT count(*) FROM users"


# --8<-- [start:raises]
async def register(connection: asyncpg.Connection, name: str) -> int:
    async with connection.transaction():
        with suppress(asyncpg.UniqueViolationError):
            await connection.execute(INSERT, name)  # there? go on
        return int(await connection.fetchval(COUNT))  # [!]


# --8<-- [end:raises]


# --8<-- [start:fix]
async def register_or_skip(
    connection: asyncpg.Connection, name: str
) -> int:
    async with connection.transaction():
        with suppress(asyncpg.UniqueViolationError):
            async with connection.transaction():  # a savepoint
                await connection.execute(INSERT, name)
        return int(await connection.fetchval(COUNT))


async def register_quietly(
    connection: asyncpg.Connection, name: str
) -> int:
    async with connection.transaction():
        query = f"{INSERT} ON CONFLICT DO NOTHING"
        await connection.execute(query, name)
        return int(await connection.fetchval(COUNT))


# --8<-- [end:fix]

Register = Callable[[asyncpg.Connection, str], Awaitable[int]]


async def demonstrate(dsn: str, register: Register) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(f"{TABLE}; {INSERT_ADA}")
        print(
            f"{register.__name__}:", await register(connection, "ada")
        )
    except asyncpg.InFailedSQLTransactionError as error:
        print(f"{register.__name__}: {error}")
    finally:
        await connection.execute("DROP TABLE users")
        await connection.close()


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        for register_one in (
            register,
            register_or_skip,
            register_quietly,
        ):
            asyncio.run(demonstrate(dsn, register_one))


if __name__ == "__main__":
    main()
