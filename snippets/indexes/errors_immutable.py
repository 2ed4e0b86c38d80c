"""An index wants an expression that no setting can change.

Running it creates an index on the day of a time, without and with a
time zone, and prints what comes of it.
"""

import asyncio

import asyncpg

from snippets.indexes.plans import explain, quiet

TABLE = """
CREATE TABLE orders (
    id int PRIMARY KEY, at timestamptz NOT NULL, note text
) WITH (autovacuum_enabled = off);
INSERT INTO orders
SELECT n, timestamptz '2026-01-01' + n * interval '1 hour',
       repeat('x', 200)
FROM generate_series(1, 5_000) AS n
"""
# --8<-- [start:raises]
DAY = "CREATE INDEX orders_day ON orders ((at::date))"
# --8<-- [end:raises]
# --8<-- [start:fix]
UTC_DAY = """
CREATE INDEX orders_day ON orders (((at AT TIME ZONE 'UTC')::date))
"""
ORDERS = """
SELECT id FROM orders
WHERE (at AT TIME ZONE 'UTC')::date = '2026-02-01'
"""
# --8<-- [end:fix]


async def create(connection: asyncpg.Connection, index: str) -> None:
    try:
        print(await connection.execute(index))
    except asyncpg.InvalidObjectDefinitionError as error:
        print(error.message)


async def demonstrate(dsn: str) -> None:
    async with quiet(dsn, TABLE) as connection:
        for index in (DAY, UTC_DAY):
            await create(connection, index)
        await connection.execute("VACUUM (FREEZE, ANALYZE) orders")
        print(await explain(connection, ORDERS))


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn))


if __name__ == "__main__":
    main()
