"""One upsert may not touch a row twice.

Running it stores a price list in which one product stands twice.
"""

import asyncio

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from snippets.batches.prices import Price, Row
from snippets.batches.upsert import demonstrate


# --8<-- [start:store]
async def store(session: AsyncSession, batch: list[Row]) -> None:
    upsert = insert(Price).values(batch)  # [!]
    await session.execute(
        upsert.on_conflict_do_update(
            index_elements=["sku"],
            set_={"cents": upsert.excluded.cents},
        )
    )
    await session.commit()


# --8<-- [end:store]


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn, store))


if __name__ == "__main__":
    main()
