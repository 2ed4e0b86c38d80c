"""A statement per row waits for each row.

Running it changes 200 prices, deletes them, and prints what is
left and the round trips.
"""

import asyncio

from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncSession

from snippets.batches.changes import demonstrate
from snippets.batches.prices import Price, Row


# --8<-- [start:changes]
async def reprice(session: AsyncSession, batch: list[Row]) -> None:
    for new in batch:
        query = update(Price).where(Price.sku == new["sku"])
        pair = {"cents": new["cents"], "currency": new["currency"]}
        await session.execute(query.values(pair))  # [!]
    await session.commit()


async def retire(session: AsyncSession, batch: list[Row]) -> None:
    for old in batch:
        query = delete(Price).where(Price.sku == old["sku"])
        await session.execute(query)  # [!]
    await session.commit()


# --8<-- [end:changes]


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn, reprice, retire))


if __name__ == "__main__":
    main()
