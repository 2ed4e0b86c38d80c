"""One upsert may not touch a row twice, nor set half a price.

Running it stores a price list in which one product stands twice, the
same list again, and a price in another currency.
"""

import asyncio

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from snippets.batches.prices import Price, Row
from snippets.batches.upsert import demonstrate


# --8<-- [start:store]
async def store(session: AsyncSession, batch: list[Row]) -> list[int]:
    upsert = insert(Price).values(batch)
    ids = await session.scalars(
        upsert.on_conflict_do_update(
            index_elements=["sku"],
            set_={"cents": upsert.excluded.cents},  # [!]
        ).returning(Price.id)
    )
    written = list(ids)
    await session.commit()
    return written


# --8<-- [end:store]


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn, store))


if __name__ == "__main__":
    main()
