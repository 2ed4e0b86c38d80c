"""A prepared statement may be answered by that of another process.

Running it asks for 42 twice while the server connection changes
behind the client, as a pooler does it, and prints the answers.
"""

import asyncio
from collections.abc import Awaitable, Callable

import asyncpg
from sqlalchemy import URL
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

# --8<-- [start:pooler]
FRESH = "DEALLOCATE ALL"  # a server connection without statements
USED = """DO $$ BEGIN FOR n IN 1..99 LOOP EXECUTE format(
    'PREPARE __asyncpg_stmt_%s__ AS SELECT 7', to_hex(n)
); END LOOP; END $$"""  # by another process, which counts from 1, too
# --8<-- [end:pooler]


# --8<-- [start:raises]
async def connect(dsn: str) -> asyncpg.Connection:
    return await asyncpg.connect(dsn)


async def ask(connection: asyncpg.Connection) -> int:
    return int(await connection.fetchval("SELECT 42"))  # [!]


# --8<-- [end:raises]


# --8<-- [start:fix]
async def connect_to_pooler(dsn: str) -> asyncpg.Connection:
    return await asyncpg.connect(dsn, statement_cache_size=0)


def asyncpg_engine(url: URL) -> AsyncEngine:
    return create_async_engine(
        url.set(drivername="postgresql+asyncpg"),
        connect_args={"statement_cache_size": 0},  # and no names
    )


def psycopg_engine(url: URL) -> AsyncEngine:
    return create_async_engine(
        url.set(drivername="postgresql+psycopg"),
        connect_args={"prepare_threshold": None},
    )


# --8<-- [end:fix]

Connect = Callable[[str], Awaitable[asyncpg.Connection]]
SITUATIONS = {  # the server connection at the first, at the second
    "then a used one": (FRESH, f"{FRESH}; {USED}"),
    "then a fresh one": (FRESH, FRESH),
    "a used one": (USED, FRESH),
}


async def answers(dsn: str, connect: Connect, name: str) -> list[int]:
    connection = await connect(dsn)
    try:
        given = []
        for change in SITUATIONS[name]:
            await connection.execute(change)
            given.append(await ask(connection))
        return given
    finally:
        await connection.close()


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        for one in (connect, connect_to_pooler):
            for name in SITUATIONS:
                try:
                    said = str(asyncio.run(answers(dsn, one, name)))
                except asyncpg.PostgresError as error:
                    said = str(error).splitlines()[0]
                print(f"{one.__name__}, {name}: {said}")


if __name__ == "__main__":
    main()
