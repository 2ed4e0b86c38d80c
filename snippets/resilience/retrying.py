"""Retry the whole transaction, after the few errors that allow it.

Running it makes a transaction fail in five ways and prints how often
each was tried.
"""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, TypeVar

from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from tenacity import (
    AsyncRetrying,
    retry_if_exception,
    stop_before_delay,
    wait_random_exponential,
)

from snippets.resilience.deadline import within
from snippets.resilience.transient import may_retry

Answer = TypeVar("Answer")
Transaction = Callable[[], Coroutine[Any, Any, Answer]]


# --8<-- [start:retrying]
async def retry_transaction(
    transaction: Transaction[Answer], deadline_s: float
) -> Answer:
    retrying = AsyncRetrying(
        retry=retry_if_exception(may_retry),
        wait=wait_random_exponential(multiplier=0.02, max=0.5),
        stop=stop_before_delay(deadline_s),  # raises the last error
        reraise=True,
    )

    async def attempt() -> Answer:  # so that it may be a lambda
        return await transaction()

    return await within(deadline_s, retrying(attempt))  # [!]


# --8<-- [end:retrying]

FAILURES = {
    "serialization failure": "40001",
    "deadlock": "40P01",
    "too many connections": "53300",
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
        await retry_transaction(transaction, deadline_s=10.0)
    return ran


async def demonstrate(dsn: str) -> None:
    url = make_url(dsn).set(drivername="postgresql+asyncpg")
    engine = create_async_engine(url)
    for name, sqlstate in FAILURES.items():
        print(f"{name}: {await attempts(engine, sqlstate)} × tried")
    await engine.dispose()


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn))


if __name__ == "__main__":
    main()
