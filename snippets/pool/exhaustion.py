"""Release the connection before you wait for somebody else.

Running it keeps 15 payments waiting for a slow gateway, as many as
the default pool has connections, starts one more, and prints what
becomes of it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from sqlalchemy import make_url, text
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import QueuePool

Charge = Callable[[int], Awaitable[str]]
Checkout = Callable[
    [AsyncEngine, Charge, int], Coroutine[Any, Any, None]
]

ORDERS = """CREATE TABLE orders AS
SELECT id, 4200 AS cents, NULL AS receipt FROM generate_series(1, 16) id
"""
CENTS = text("SELECT cents FROM orders WHERE id = :id")
PAID = text("UPDATE orders SET receipt = :receipt WHERE id = :id")


# --8<-- [start:checkout]
async def checkout(
    engine: AsyncEngine, charge: Charge, order_id: int
) -> None:
    async with engine.begin() as connection:
        cents = await connection.scalar(CENTS, {"id": order_id})

    receipt = await charge(cents)  # [!]

    async with engine.begin() as connection:
        paid = {"id": order_id, "receipt": receipt}
        await connection.execute(PAID, paid)


# --8<-- [end:checkout]


async def rush(dsn: str, checkout: Checkout) -> None:
    url = make_url(dsn).set(drivername="postgresql+asyncpg")
    engine = create_async_engine(url, pool_timeout=0.5)
    assert isinstance(engine.pool, QueuePool)
    async with engine.begin() as connection:
        await connection.execute(text(ORDERS))
    asked = asyncio.Semaphore(0)
    answer = asyncio.Event()

    async def charge(cents: int) -> str:
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


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(rush(dsn, checkout))


if __name__ == "__main__":
    main()
