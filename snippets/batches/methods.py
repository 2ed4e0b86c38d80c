"""Five ways to 200 rows in one transaction.

Running it prints the round trips of each.
"""

import asyncio

from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncSession

from snippets.batches import copying, naive_values
from snippets.batches.prices import COLUMNS, Price, Row, trips

# --8<-- [start:methods]
UNNEST = text("""
INSERT INTO prices (sku, cents, currency)
SELECT * FROM unnest(
  CAST(:sku AS text[]), CAST(:cents AS int[]), CAST(:currency AS text[])
)
""")


async def row_by_row(session: AsyncSession, batch: list[Row]) -> None:
    for values in batch:
        await session.execute(insert(Price), values)
    await session.commit()


async def bulk(session: AsyncSession, batch: list[Row]) -> None:
    if batch:  # SQLAlchemy would insert a row of defaults
        await session.execute(insert(Price), batch)  # [!]
    await session.commit()


async def arrays(session: AsyncSession, batch: list[Row]) -> None:
    columns = {
        name: [values[name] for values in batch] for name in COLUMNS
    }
    await session.execute(UNNEST, columns)
    await session.commit()


# --8<-- [end:methods]

METHODS = {
    "row by row": row_by_row,
    "one VALUES list": naive_values.store,
    "executemany": bulk,
    "arrays": arrays,
    "COPY": copying.store,
}


def main() -> None:
    import lab

    for name, method in METHODS.items():
        with lab.postgres() as dsn:
            count = asyncio.run(trips(dsn, method, 200))
        print(f"{name:<15} {count:>3} round trips")


if __name__ == "__main__":
    main()
