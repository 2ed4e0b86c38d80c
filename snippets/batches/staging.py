"""COPY into a staging table, then MERGE what differs.

Running it imports a feed of a thousand products twice; ten have
changed, five are new, and ten stand twice.
"""

import asyncio
from collections import Counter

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from snippets.batches import once
from snippets.batches.prices import COLUMNS, Row, prices, row

# --8<-- [start:merge]
STAGE = text("""
CREATE TEMP TABLE staged (
  line int GENERATED ALWAYS AS IDENTITY,
  sku text, cents int, currency text
) ON COMMIT DROP
""")
MERGE = text("""
MERGE INTO prices USING (
  SELECT DISTINCT ON (sku) sku, cents, currency
  FROM staged ORDER BY sku, line DESC
) AS new ON prices.sku = new.sku
WHEN MATCHED AND (prices.cents, prices.currency)
    IS DISTINCT FROM (new.cents, new.currency) THEN
  UPDATE SET cents = new.cents, currency = new.currency
WHEN NOT MATCHED THEN
  INSERT (sku, cents, currency)
  VALUES (new.sku, new.cents, new.currency)
RETURNING merge_action()
""")


# --8<-- [end:merge]
# --8<-- [start:store]
async def store(
    session: AsyncSession, batch: list[Row]
) -> Counter[str]:
    """How many rows were inserted, and how many updated."""
    await session.execute(STAGE)  # it also begins the transaction
    connection = await session.connection()
    raw = await connection.get_raw_connection()
    assert raw.driver_connection
    await raw.driver_connection.copy_records_to_table(
        "staged",
        columns=COLUMNS,
        records=[
            [values[name] for name in COLUMNS] for values in batch
        ],
    )
    written = Counter(await session.scalars(MERGE))
    await session.commit()
    return written


# --8<-- [end:store]


async def demonstrate(dsn: str) -> None:
    old = [row(number) for number in range(995)]
    changed = [values | {"currency": "USD"} for values in old[:10]]
    feed = [*old, *changed, *(row(n) for n in range(995, 1000))]
    async with prices(dsn) as engine, AsyncSession(engine) as session:
        await once.store(session, old)
        for _ in range(2):
            written = await store(session, feed)
            print(dict(sorted(written.items())))


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn))


if __name__ == "__main__":
    main()
