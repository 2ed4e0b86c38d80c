"""Retry the whole transaction, after the few errors that allow it.

Running it makes a transaction fail in four ways and prints how often
each was tried.
"""

import asyncio
from contextlib import suppress

from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from tenacity import (
    AsyncRetrying,
    retry_if_exception,
    stop_before_delay,
    wait_random_exponential,
)

# --8<-- [start:retrying]
ROLLED_BACK = {"40001", "40P01"}  # serialization failure, deadlock
UNAVAILABLE = {"57P01", "57P02", "57P03"}  # stops, crashed, starts
RETRY_S = 8.0  # all attempts together, below the request's deadline


def may_retry(error: BaseException) -> bool:
    """The server rolled back, or the connection is gone."""
    if isinstance(error, DBAPIError):
        state = getattr(error.orig, "sqlstate", None)
        allowed = state in ROLLED_BACK | UNAVAILABLE
        return allowed or error.connection_invalidated
    # Nobody listens. Not OSError: TimeoutError is one of them.
    return isinstance(error, ConnectionError)


def retrying() -> AsyncRetrying:
    return AsyncRetrying(
        retry=retry_if_exception(may_retry),
        wait=wait_random_exponential(multiplier=0.02, max=0.5),
        stop=stop_before_delay(RETRY_S),
        reraise=True,
    )


# --8<-- [end:retrying]

FAILURES = {
    "serialization failure": "40001",
    "deadlock": "40P01",
    "unique violation": "23505",
    "statement timeout": "57014",
}
RAISE = "DO $$BEGIN RAISE EXCEPTION SQLSTATE '{}'; END$$"


async def attempts(engine: AsyncEngine, sqlstate: str) -> int:
    """Fail in the first two transactions only: how many ran?"""
    ran = 0

    async def transaction() -> None:
        nonlocal ran
        ran += 1
        async with engine.begin() as connection:
            if ran <= 2:
                await connection.execute(text(RAISE.format(sqlstate)))

    with suppress(DBAPIError):
        await retrying()(transaction)
    return ran


async def demonstrate(dsn: str) -> None:
    url = make_url(dsn).set(drivername="postgresql+asyncpg")
    engine = create_async_engine(url)
    for name, sqlstate in FAILURES.items():
        ran = await attempts(engine, sqlstate)
        print(f"{name}: {ran} × tried")
    await engine.dispose()


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn))


if __name__ == "__main__":
    main()
