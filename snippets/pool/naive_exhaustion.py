"""A connection held across an outbound call is a connection lost.

Running it keeps 15 payments waiting for a slow gateway, as many as
the default pool has connections, starts one more, and prints what
becomes of it.
"""

import asyncio

from sqlalchemy.ext.asyncio import AsyncEngine

from snippets.pool.exhaustion import CENTS, PAID, Charge, rush


# --8<-- [start:checkout]
async def checkout(
    engine: AsyncEngine, charge: Charge, order_id: int
) -> None:
    async with engine.begin() as connection:
        cents = await connection.scalar(CENTS, {"id": order_id})

        receipt = await charge(cents)  # [!]

        paid = {"id": order_id, "receipt": receipt}
        await connection.execute(PAID, paid)


# --8<-- [end:checkout]


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(rush(dsn, checkout))


if __name__ == "__main__":
    main()
