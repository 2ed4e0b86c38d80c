"""What both ways to pay share: orders, errors and a slow gateway.

A charge takes an amount in cents and an idempotency key: a second
charge with the same key gets the first answer and takes nothing.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from sqlalchemy import make_url, text
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import QueuePool

# --8<-- [start:orders]
Charge = Callable[[int, str], Awaitable[str]]
Checkout = Callable[
    [AsyncEngine, Charge, int], Coroutine[Any, Any, None]
]

ORDERS = """CREATE TABLE orders AS
SELECT id, 4200 AS cents, NULL::timestamptz AS claimed_at,
       1 AS attempt, NULL AS receipt
FROM generate_series(1, 16) AS id
"""
PAID = text("UPDATE orders SET receipt = :receipt WHERE id = :id")
RELEASE = text("""
    UPDATE orders SET claimed_at = NULL, attempt = attempt + 1
    WHERE id = :id AND attempt = :attempt""")


async def release(
    engine: AsyncEngine, order_id: int, attempt: int
) -> None:
    order = {"id": order_id, "attempt": attempt}
    async with engine.begin() as connection:
        await connection.execute(RELEASE, order)


class DeclinedError(Exception):
    """The gateway said no, and says so again for the same key."""


class NotPayableError(Exception):
    """Paid, being paid, or no such order: say 409."""


# --8<-- [end:orders]


async def rush(dsn: str, checkout: Checkout) -> None:
    """Keep 15 payments waiting for the gateway, and start one more."""
    url = make_url(dsn).set(drivername="postgresql+asyncpg")
    engine = create_async_engine(url, pool_timeout=0.5)
    assert isinstance(engine.pool, QueuePool)
    async with engine.begin() as connection:
        await connection.execute(text(ORDERS))
    asked = asyncio.Semaphore(0)
    answer = asyncio.Event()

    async def charge(cents: int, idempotency_key: str) -> str:
        asked.release()
        await answer.wait()
        return f"{cents} cents received"

    def pay(order_id: int) -> asyncio.Task[None]:
        return asyncio.create_task(checkout(engine, charge, order_id))

    first = [pay(order_id) for order_id in range(1, 16)]
    for _ in first:
        await asked.acquire()
    taken = engine.pool.checkedout()
    print(f"15 payments pending, {taken} connections taken")
    last = pay(16)
    asks = asyncio.create_task(asked.acquire())
    await asyncio.wait((last, asks), return_when="FIRST_COMPLETED")
    answer.set()
    try:
        await last
        print("the 16th is paid")
    except PoolTimeout as error:
        print(f"the 16th fails\n{error.args[0]}")
    await asyncio.gather(*first)
    await engine.dispose()
