"""Two ways to lose no update: one statement, or a retry.

Running it lets 20 transactions add one to the same row at once, and
prints what the row holds.
"""

import asyncio
from collections.abc import Awaitable, Callable

import asyncpg
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from snippets.resilience.retrying import retry_transaction

Increment = Callable[[AsyncEngine], Awaitable[None]]

COUNTERS = """CREATE TABLE counters (id int PRIMARY KEY, value int);
INSERT INTO counters VALUES (1, 0)"""
WAITING = """SELECT count(*) FROM pg_locks JOIN pg_database d
ON d.oid = database WHERE datname = current_database() AND NOT granted
"""

# --8<-- [start:increment]
READ = text("SELECT value FROM counters WHERE id = 1")
WRITE = text("UPDATE counters SET value = :value WHERE id = 1")
ADD = text("UPDATE counters SET value = value + 1 WHERE id = 1")
REQUEST_S = 8.0  # as long as the client waits


async def in_one_statement(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.execute(ADD)


async def retried(engine: AsyncEngine) -> None:
    async def transaction() -> None:
        async with engine.begin() as connection:  # SERIALIZABLE
            value = await connection.scalar(READ)
            await connection.execute(WRITE, {"value": value + 1})

    await retry_transaction(transaction, REQUEST_S)


# --8<-- [end:increment]


async def at_once(dsn: str, isolation: str, add: Increment) -> str:
    """All 20 read before any of them may write."""
    engine = create_async_engine(
        make_url(dsn).set(drivername="postgresql+asyncpg"),
        isolation_level=isolation,
        pool_size=20,
    )
    admin = await asyncpg.connect(dsn)
    await admin.execute(COUNTERS)
    await admin.execute("BEGIN; LOCK counters IN SHARE MODE")
    calls = [asyncio.ensure_future(add(engine)) for _ in range(20)]
    while await admin.fetchval(WAITING) < len(calls):
        pass
    await admin.execute("COMMIT")
    results = await asyncio.gather(*calls, return_exceptions=True)
    value = await admin.fetchval(READ.text)
    await admin.execute("DROP TABLE counters")
    await admin.close()
    await engine.dispose()
    errors = sum(result is not None for result in results)
    return f"{isolation}: {errors} errors, value {value}"


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        for isolation, add in (
            ("READ COMMITTED", in_one_statement),
            ("SERIALIZABLE", retried),
        ):
            result = asyncio.run(at_once(dsn, isolation, add))
            print(f"{add.__name__}, {result}")


if __name__ == "__main__":
    main()
