"""What an upsert of rows that are the same still writes and locks.

Running it upserts a thousand prices, of which ten have changed, in
three ways, and prints what each wrote, locked and used up.
"""

import asyncio
from typing import Any

import asyncpg

FILL = """
DROP TABLE IF EXISTS prices;
CREATE TABLE prices (
  id serial PRIMARY KEY, sku text UNIQUE, cents int, currency text
);
INSERT INTO prices (sku, cents, currency)
SELECT 'sku-' || n, n, 'EUR' FROM generate_series(1, {}) n"""
# --8<-- [start:ways]
NEW = "unnest($1::text[], $2::int[], $3::text[])"
UPSERT = f"""
INSERT INTO prices (sku, cents, currency) SELECT * FROM {NEW}
ON CONFLICT (sku) DO UPDATE
SET cents = excluded.cents, currency = excluded.currency"""
GUARDED = f"""{UPSERT}
WHERE (prices.cents, prices.currency)
  IS DISTINCT FROM (excluded.cents, excluded.currency)"""
MERGE = f"""
MERGE INTO prices USING {NEW} AS new (sku, cents, currency)
ON prices.sku = new.sku
WHEN MATCHED AND (prices.cents, prices.currency)
    IS DISTINCT FROM (new.cents, new.currency) THEN
  UPDATE SET cents = new.cents, currency = new.currency
WHEN NOT MATCHED THEN
  INSERT VALUES (DEFAULT, new.sku, new.cents, new.currency)"""
# --8<-- [end:ways]
WAYS = {
    "DO UPDATE": UPSERT,
    "DO UPDATE … WHERE": GUARDED,
    "MERGE … AND": MERGE,
}
WRITTEN = """
SELECT n_tup_upd FROM pg_stat_xact_user_tables
WHERE relname = 'prices'"""
FREE = """
SELECT count(*) FROM (SELECT FROM prices FOR UPDATE SKIP LOCKED)"""
LAST_ID = "SELECT last_value FROM prices_id_seq"


def feed(rows: int, changed: int) -> list[list[Any]]:
    """The columns of the table, with the first prices changed."""
    numbers = range(1, rows + 1)
    cents = [n + (n <= changed) for n in numbers]
    return [[f"sku-{n}" for n in numbers], cents, ["EUR"] * rows]


async def effects(
    dsn: str, way: str, rows: int, changed: int
) -> tuple[int, int, int]:
    """Row versions written, rows locked, ids used up."""
    async with (
        asyncpg.create_pool(dsn, min_size=2, max_size=2) as pool,
        pool.acquire() as connection,
        pool.acquire() as other,
    ):
        await connection.execute(FILL.format(rows))
        async with connection.transaction():
            await connection.execute(WAYS[way], *feed(rows, changed))
            written = await connection.fetchval(WRITTEN)
            locked = rows - await other.fetchval(FREE)
        used = await connection.fetchval(LAST_ID) - rows
    return written, locked, used


async def demonstrate(dsn: str) -> None:
    print(f"{'':17} written locked ids used")
    for way in WAYS:
        counts = await effects(dsn, way, 1000, 10)
        print(f"{way:17} {'{:7,} {:6,} {:8,}'.format(*counts)}")


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn))


if __name__ == "__main__":
    main()
