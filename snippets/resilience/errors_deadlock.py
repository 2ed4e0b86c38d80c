"""Two transactions lock the same two rows in opposite order.

Running it transfers money from one account to another and back at
once, in the order of the arguments and in the order of the ids.
"""

import asyncio
from collections.abc import Awaitable, Callable

import asyncpg
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

Transfer = Callable[[AsyncEngine, int, int], Awaitable[None]]

ACCOUNTS = """CREATE TABLE accounts AS
SELECT id, 100 AS cents FROM generate_series(1, 2) id;
CREATE FUNCTION pause() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM pg_advisory_xact_lock_shared(1); RETURN NULL; END $$;
CREATE TRIGGER pause AFTER UPDATE ON accounts
FOR EACH ROW EXECUTE FUNCTION pause()"""
WAITING = """SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock'"""
ADD = text("UPDATE accounts SET cents = cents + :cents WHERE id = :id")


# --8<-- [start:raises]
async def transfer(engine: AsyncEngine, source: int, to: int) -> None:
    async with engine.begin() as connection:
        await connection.execute(ADD, {"id": source, "cents": -1})
        await connection.execute(ADD, {"id": to, "cents": 1})


# --8<-- [end:raises]


# --8<-- [start:fix]
async def in_order(engine: AsyncEngine, source: int, to: int) -> None:
    changes = [(source, -1), (to, 1)]
    async with engine.begin() as connection:
        for account, cents in sorted(changes):  # [!]
            await connection.execute(
                ADD, {"id": account, "cents": cents}
            )


# --8<-- [end:fix]


async def there_and_back(dsn: str, transfer: Transfer) -> list[str]:
    """What each of two transfers raises, if it does."""
    url = make_url(dsn).set(drivername="postgresql+asyncpg")
    engine = create_async_engine(url)
    admin = await asyncpg.connect(dsn)
    await admin.execute(ACCOUNTS)
    # Nobody goes on to the second row before both are at the first.
    await admin.execute("SELECT pg_advisory_lock(1)")
    calls = [
        asyncio.ensure_future(transfer(engine, *accounts))
        for accounts in ((1, 2), (2, 1))
    ]
    while await admin.fetchval(WAITING) < 2:
        pass
    await admin.execute("SELECT pg_advisory_unlock(1)")
    raised = await asyncio.gather(*calls, return_exceptions=True)
    await admin.execute("DROP TABLE accounts; DROP FUNCTION pause")
    await admin.close()
    await engine.dispose()
    return [
        error.args[0].rpartition("Error) ")[2].partition("\n")[0]
        for error in raised
        if isinstance(error, DBAPIError)
    ]


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        for call in (transfer, in_order):
            raised = asyncio.run(there_and_back(dsn, call))
            print(f"{call.__name__}: {', '.join(raised) or 'no error'}")


if __name__ == "__main__":
    main()
