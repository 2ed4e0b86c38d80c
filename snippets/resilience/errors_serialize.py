"""Somebody else changed the row after this transaction had begun.

Running it changes a row under a REPEATABLE READ transaction that is
about to write it, without and with a retry.
"""

import asyncio
from collections.abc import Awaitable, Callable

import asyncpg
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from tenacity import retry, retry_if_exception, stop_after_attempt
from tenacity import wait_random_exponential as jitter

STOCK = "CREATE TABLE stock AS SELECT 1 AS id, 10 AS pieces"
SELL = "BEGIN; UPDATE stock SET pieces = pieces - 1"
WAITING = """SELECT count(*) FROM pg_locks
WHERE NOT granted AND transactionid = pg_current_xact_id()::xid"""
READ = text("SELECT pieces FROM stock WHERE id = 1")
WRITE = text("UPDATE stock SET pieces = :pieces WHERE id = 1")


# --8<-- [start:raises]
async def sell(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:  # REPEATABLE READ
        pieces = await connection.scalar(READ)
        await connection.execute(WRITE, {"pieces": pieces - 1})


# --8<-- [end:raises]


# --8<-- [start:fix]
def not_serializable(error: BaseException) -> bool:
    orig = error.orig if isinstance(error, DBAPIError) else None
    return getattr(orig, "sqlstate", None) == "40001"


@retry(
    retry=retry_if_exception(not_serializable),
    wait=jitter(multiplier=0.02, max=0.5),
    stop=stop_after_attempt(10),
    reraise=True,
)
async def sell_retried(engine: AsyncEngine) -> None:
    await sell(engine)  # from its first read on, in a new transaction


# --8<-- [end:fix]


async def under_change(
    dsn: str, sell: Callable[[AsyncEngine], Awaitable[None]]
) -> int:
    """The pieces that are left after two sales at once."""
    url = make_url(dsn).set(drivername="postgresql+asyncpg")
    engine = create_async_engine(url, isolation_level="REPEATABLE READ")
    other = await asyncpg.connect(dsn)
    await other.execute(STOCK)
    await other.execute(SELL)
    selling = asyncio.ensure_future(sell(engine))
    while not await other.fetchval(WAITING):
        pass
    await other.execute("COMMIT")
    try:
        await selling
        pieces: int = await other.fetchval(READ.text)
        return pieces
    finally:
        await other.execute("DROP TABLE stock")
        await other.close()
        await engine.dispose()


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        for call in (sell, sell_retried):
            try:
                print("left:", asyncio.run(under_change(dsn, call)))
            except DBAPIError as error:
                print(error.args[0].rpartition("Error) ")[2])


if __name__ == "__main__":
    main()
