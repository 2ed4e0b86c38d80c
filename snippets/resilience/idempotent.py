"""A retry is safe when the write carries a key.

Running it loses the answer to a COMMIT that the server has carried
out, and prints how many rows one order left.
"""

import asyncio
from collections.abc import Awaitable, Callable

from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from snippets.resilience.retrying import retrying
from snippets.resilience.wire import Wire, through

Place = Callable[[AsyncEngine, str], Awaitable[None]]

# --8<-- [start:place]
ORDERS = """CREATE TABLE orders (
    id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    idempotency_key text NOT NULL UNIQUE
)"""
INSERT = text(
    "INSERT INTO orders (idempotency_key) VALUES (:key)"
    " ON CONFLICT (idempotency_key) DO NOTHING"  # [!]
)


async def place(engine: AsyncEngine, idempotency_key: str) -> None:
    async for attempt in retrying():
        with attempt:
            async with engine.begin() as connection:
                key = {"key": idempotency_key}
                await connection.execute(INSERT, key)


# --8<-- [end:place]


async def rows_of_one_order(dsn: str, orders: str, place: Place) -> int:
    """The answer to the first COMMIT is lost: how many rows?"""
    wire = Wire()
    async with through(dsn, wire) as address:
        url = make_url(address).set(drivername="postgresql+asyncpg")
        engine = create_async_engine(url)
        async with engine.begin() as connection:
            await connection.execute(text(orders))
        wire.hang_up_after = b"COMMIT"
        await place(engine, "order 1")
        assert b"COMMIT" in wire.dropped
        async with engine.connect() as connection:
            query = text("SELECT count(*) FROM orders")
            rows: int = await connection.scalar(query)
        await engine.dispose()
    return rows


def demonstrate(orders: str, place: Place) -> None:
    import lab

    with lab.postgres() as dsn:
        rows = asyncio.run(rows_of_one_order(dsn, orders, place))
    print(f"1 order, 1 answer to COMMIT lost, rows: {rows}")


def main() -> None:
    demonstrate(ORDERS, place)


if __name__ == "__main__":
    main()
