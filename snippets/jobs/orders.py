"""An order and its event: both are stored, or neither.

Running it places two orders for the last item, and counts the rows.
"""

import asyncio

import asyncpg

from snippets.jobs.outbox import TABLE

# --8<-- [start:place]
ORDERS = """
CREATE TABLE stock (amount int NOT NULL CHECK (amount >= 0));
CREATE TABLE orders (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY
);
"""
PLACE = "INSERT INTO orders DEFAULT VALUES RETURNING id"
TELL = "INSERT INTO outbox (body) VALUES ($1)"
TAKE = "UPDATE stock SET amount = amount - 1"


async def place(connection: asyncpg.Connection) -> None:
    async with connection.transaction():  # [!]
        order = await connection.fetchval(PLACE)
        await connection.execute(TELL, f"order {order} is placed")
        await connection.execute(TAKE)


# --8<-- [end:place]


async def placed(dsn: str) -> tuple[int, int]:
    """How many orders and events there are, of two for one item."""
    connection = await asyncpg.connect(dsn)
    await connection.execute(f"{TABLE}; {ORDERS}")
    await connection.execute("INSERT INTO stock VALUES (1)")
    await place(connection)
    try:
        await place(connection)
    except asyncpg.CheckViolationError:
        orders = await connection.fetchval(
            "SELECT count(*) FROM orders"
        )
        events = await connection.fetchval(
            "SELECT count(*) FROM outbox"
        )
        await connection.close()
    return orders, events


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        orders, events = asyncio.run(placed(dsn))
    print(f"one item, two orders: {orders} stored, {events} event")


if __name__ == "__main__":
    main()
