"""A connection held across an outbound call is a connection lost.

Running it keeps 15 payments waiting for a slow gateway, as many as
the default pool has connections, starts one more, and prints what
becomes of it.
"""

import asyncio

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from snippets.pool.payments import PAID, Charge, NotPayableError, rush

# --8<-- [start:checkout]
LOCK = text("""
    SELECT cents FROM orders
    WHERE id = :id AND receipt IS NULL FOR UPDATE""")


async def checkout(
    engine: AsyncEngine, charge: Charge, order_id: int
) -> None:
    async with engine.begin() as connection:
        cents = await connection.scalar(LOCK, {"id": order_id})
        if cents is None:
            raise NotPayableError(order_id)

        receipt = await charge(cents, f"order-{order_id}")  # [!]

        paid = {"id": order_id, "receipt": receipt}
        await connection.execute(PAID, paid)


# --8<-- [end:checkout]


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(rush(dsn, checkout))


if __name__ == "__main__":
    main()
