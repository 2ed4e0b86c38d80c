"""Two tasks use one connection at the same time.

Running it counts two tables at once, through one connection and
through a pool.
"""

import asyncio
from collections.abc import Awaitable, Callable

import asyncpg

TABLES = "CREATE TABLE orders (); CREATE TABLE payments ()"
ORDERS = "SELECT count(*) FROM orders"
PAYMENTS = "SELECT count(*) FROM payments"


# --8<-- [start:raises]
async def count(dsn: str) -> list[int]:
    connection = await asyncpg.connect(dsn)
    try:
        orders = connection.fetchval(ORDERS)
        payments = connection.fetchval(PAYMENTS)
        return list(await asyncio.gather(orders, payments))
    finally:
        await connection.close()


# --8<-- [end:raises]


# --8<-- [start:fix]
async def count_pooled(dsn: str) -> list[int]:
    async with asyncpg.create_pool(dsn, min_size=2) as pool:
        orders, payments = (
            pool.fetchval(ORDERS),
            pool.fetchval(PAYMENTS),
        )
        return list(await asyncio.gather(orders, payments))


# --8<-- [end:fix]


async def demonstrate(
    dsn: str, count: Callable[[str], Awaitable[list[int]]]
) -> None:
    try:
        print("orders and payments:", await count(dsn))
    except asyncpg.InterfaceError as error:
        print(f"{type(error).__name__}: {error}")


async def both(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute(TABLES)
    await connection.close()
    await demonstrate(dsn, count)
    await demonstrate(dsn, count_pooled)


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(both(dsn))


if __name__ == "__main__":
    main()
