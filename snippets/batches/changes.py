"""Arrays change or delete any number of rows in one statement.

Running it changes 200 prices, deletes them, and prints what is
left and the round trips.
"""

import asyncio

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from snippets.batches import once
from snippets.batches.prices import (
    COLUMNS,
    Price,
    Row,
    Store,
    prices,
    row,
)
from snippets.batches.wire import wire

# --8<-- [start:changes]
REPRICE = text("""
UPDATE prices SET cents = new.cents, currency = new.currency
FROM unnest(
  CAST(:sku AS text[]), CAST(:cents AS int[]), CAST(:currency AS text[])
) AS new (sku, cents, currency)
WHERE prices.sku = new.sku
""")
RETIRE = text("""
DELETE FROM prices WHERE sku = ANY (CAST(:skus AS text[]))
""")


async def reprice(session: AsyncSession, batch: list[Row]) -> None:
    latest = {new["sku"]: new for new in batch}  # else one is guessed
    columns = {
        name: [new[name] for new in latest.values()] for name in COLUMNS
    }
    await session.execute(REPRICE, columns)
    await session.commit()


async def retire(session: AsyncSession, batch: list[Row]) -> None:
    skus = [old["sku"] for old in batch]
    await session.execute(RETIRE, {"skus": skus})
    await session.commit()


# --8<-- [end:changes]


async def demonstrate(dsn: str, reprice: Store, retire: Store) -> None:
    batch = [row(number) | {"cents": 500} for number in range(200)]
    query = select(func.count(), func.sum(Price.cents))
    async with (
        wire(dsn) as counted,
        prices(counted.dsn) as engine,
        AsyncSession(engine) as session,
    ):
        await once.store(session, [row(n) for n in range(200)])
        for change in (reprice, retire):
            await change(session, [row(-1)])  # prepares the statement
            counted.trips = 0
            await change(session, batch)
            trips = counted.trips
            rows, cents = (await session.execute(query)).one()
            await session.rollback()
            print(f"{change.__name__}: {trips} round trips,", end=" ")
            print(f"{rows} rows, {cents or 0:,} cents")


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn, reprice, retire))


if __name__ == "__main__":
    main()
