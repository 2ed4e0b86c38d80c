"""Decide which duplicate wins, sort, and leave what is the same.

Running it stores a price list in which one product stands twice, the
same list again, and a price in another currency.
"""

import asyncio

from sqlalchemy import select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from snippets.batches import once
from snippets.batches.prices import Price, Row, Store, prices


# --8<-- [start:store]
async def store(session: AsyncSession, batch: list[Row]) -> list[int]:
    """The keys of the rows that were new or have changed."""
    latest = {values["sku"]: values for values in batch}
    if not latest:  # SQLAlchemy would insert a row of defaults
        return []
    # In one order everywhere, or two upserts wait for each other.
    ordered = [latest[sku] for sku in sorted(latest)]
    upsert = insert(Price)
    new = upsert.excluded
    ids = await session.scalars(
        upsert.on_conflict_do_update(
            index_elements=["sku"],
            # An amount without its currency is half a price.
            set_={"cents": new.cents, "currency": new.currency},  # [!]
            where=tuple_(Price.cents, Price.currency).is_distinct_from(
                tuple_(new.cents, new.currency)
            ),
        ).returning(Price.id),
        ordered,
    )
    written = list(ids)
    await session.commit()
    return written


# --8<-- [end:store]

TEA = {"sku": "tea", "cents": 300, "currency": "EUR"}
FEED = [
    TEA,
    {"sku": "mug", "cents": 900, "currency": "EUR"},
    TEA | {"cents": 280},
]
ABROAD = [TEA | {"cents": 310, "currency": "USD"}]


async def demonstrate(dsn: str, store: Store) -> None:
    async with prices(dsn) as engine, AsyncSession(engine) as session:
        await once.store(session, [TEA])
        for name, batch in (
            ("the list", FEED),
            ("the list again", FEED),
            ("tea at 310 USD", ABROAD),
        ):
            try:
                written = await store(session, batch)
                print(f"{name}: {len(written)} written")
            except DBAPIError as error:
                print(f"{name}: {error.orig}")
                await session.rollback()
        query = select(Price.sku, Price.cents, Price.currency)
        for price in await session.execute(query.order_by(Price.sku)):
            print(*price)


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn, store))


if __name__ == "__main__":
    main()
