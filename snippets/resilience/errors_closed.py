"""The server closed the connection while it worked on a statement.

Running it terminates the server process of a running read, without
and with a retry.
"""

import asyncio
from collections.abc import Awaitable, Callable

import asyncpg
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from snippets.resilience.retrying import retry_transaction

BLOCK = "BEGIN; LOCK orders IN ACCESS EXCLUSIVE MODE"
WAITING = """SELECT pid FROM pg_locks
WHERE relation = 'orders'::regclass AND NOT granted"""


# --8<-- [start:raises]
async def count(engine: AsyncEngine) -> int:
    async with engine.connect() as connection:
        query = text("SELECT count(*) FROM orders")
        return await connection.scalar(query) or 0


# --8<-- [end:raises]


# --8<-- [start:fix]
REQUEST_S = 8.0  # as long as the client waits


async def count_retried(engine: AsyncEngine) -> int:
    async def read() -> int:  # doing it twice is harmless
        return await count(engine)

    return await retry_transaction(read, REQUEST_S)


# --8<-- [end:fix]


async def terminated(
    dsn: str, read: Callable[[AsyncEngine], Awaitable[int]]
) -> int:
    """The result of a read whose connection ends while it runs."""
    url = make_url(dsn).set(drivername="postgresql+asyncpg")
    engine = create_async_engine(url, pool_pre_ping=True)
    admin = await asyncpg.connect(dsn)
    await admin.execute("CREATE TABLE orders ()")
    await admin.execute(BLOCK)
    reading = asyncio.ensure_future(read(engine))
    pid = None
    while pid is None:
        pid = await admin.fetchval(WAITING)
    await admin.execute(f"SELECT pg_terminate_backend({pid}, 5000)")
    await admin.execute("COMMIT")
    try:
        return await reading
    finally:
        await admin.execute("DROP TABLE orders")
        await admin.close()
        await engine.dispose()


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        for read in (count, count_retried):
            try:
                print("orders:", asyncio.run(terminated(dsn, read)))
            except DBAPIError as error:
                print(error.args[0].rpartition("Error) ")[2])


if __name__ == "__main__":
    main()
