"""Decide which duplicate wins, and sort, before the upsert.

Running it stores a price list in which one product stands twice.
"""

import asyncio

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from snippets.batches.prices import Price, Row, Store, prices


# --8<-- [start:store]
async def store(session: AsyncSession, batch: list[Row]) -> list[int]:
    latest = {values["sku"]: values for values in batch}  # [!]
    # In one order everywhere, or two upserts wait for each other.
    ordered = [latest[sku] for sku in sorted(latest)]
    upsert = insert(Price)
    ids = await session.scalars(
        upsert.on_conflict_do_update(
            index_elements=["sku"],
            set_={"cents": upsert.excluded.cents},
        ).returning(Price.id),
        ordered,
    )
    found = list(ids)
    await session.commit()
    return found


# --8<-- [end:store]

FEED = [
    {"sku": "tea", "cents": 300, "currency": "EUR"},
    {"sku": "mug", "cents": 900, "currency": "EUR"},
    {"sku": "tea", "cents": 280, "currency": "EUR"},
]


async def demonstrate(dsn: str, store: Store) -> None:
    async with prices(dsn) as engine, AsyncSession(engine) as session:
        try:
            await store(session, FEED)
        except DBAPIError as error:
            print(error.orig)
            return
        query = select(Price.sku, Price.cents).order_by(Price.sku)
        for sku, cents in await session.execute(query):
            print(sku, cents)


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn, store))


if __name__ == "__main__":
    main()
