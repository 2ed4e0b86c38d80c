"""Release the connection before you wait for somebody else.

Running it keeps 15 payments waiting for a slow gateway, as many as
the default pool has connections, starts one more, and prints what
becomes of it.
"""

import asyncio

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from snippets.pool.payments import (
    PAID,
    Charge,
    DeclinedError,
    NotPayableError,
    release,
    rush,
)

# --8<-- [start:checkout]
GATEWAY_S = 20.0
CLAIM_S = 3 * GATEWAY_S  # then whoever claimed it has given up
CLAIM = text("""
    UPDATE orders SET claimed_at = now()
    WHERE id = :id AND receipt IS NULL AND (claimed_at IS NULL
        OR claimed_at < now() - make_interval(secs => :claim_s))
    RETURNING cents, attempt, format('%s-%s', id, attempt) AS key""")


async def checkout(
    engine: AsyncEngine, charge: Charge, order_id: int
) -> None:
    order = {"id": order_id, "claim_s": CLAIM_S}
    async with engine.begin() as connection:
        claim = (await connection.execute(CLAIM, order)).one_or_none()
    if claim is None:
        raise NotPayableError(order_id)

    try:
        async with asyncio.timeout(GATEWAY_S):
            receipt = await charge(claim.cents, claim.key)  # [!]
    except DeclinedError:  # another card is another attempt
        await release(engine, order_id, claim.attempt)
        raise

    async with engine.begin() as connection:
        paid = {"id": order_id, "receipt": receipt}
        await connection.execute(PAID, paid)


# --8<-- [end:checkout]


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(rush(dsn, checkout))


if __name__ == "__main__":
    main()
