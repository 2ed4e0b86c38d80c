"""The planner knows columns one by one.

Running it asks for the newest orders of a customer who has ordered
nothing of late, then counts what two dependent columns leave, before
and after PostgreSQL is told of both.
"""

import asyncio

import asyncpg

from snippets.indexes.plans import explain, quiet

TABLE = """
CREATE TABLE orders (
    id int PRIMARY KEY, customer_id int NOT NULL,
    city int NOT NULL, region int NOT NULL,
    at timestamptz NOT NULL, doc jsonb NOT NULL, note text
) WITH (autovacuum_enabled = off);
INSERT INTO orders
SELECT n, CASE WHEN n <= 500 THEN 7 ELSE 100 + n % 20 END,
       n % 200, n % 200 / 10,
       timestamptz '2026-01-01' + n * interval '1 minute',
       jsonb_build_object('channel', n % 3), repeat('x', 450)
FROM generate_series(1, 20_000) AS n;
CREATE INDEX orders_at ON orders (at);
CREATE INDEX orders_customer ON orders (customer_id)
"""
# --8<-- [start:estimates]
NEWEST = """
SELECT id FROM orders WHERE customer_id = 7
ORDER BY at DESC LIMIT 10
"""
BOTH = "CREATE INDEX orders_both ON orders (customer_id, at)"
WHERE = "SELECT id FROM orders WHERE "
DEPENDENT = ("city = 77 AND region = 7", "doc->>'channel' = '1'")
TOLD = """
CREATE STATISTICS orders_places ON city, region FROM orders;
CREATE STATISTICS orders_channel ON (doc->>'channel') FROM orders;
ANALYZE orders
"""
# --8<-- [end:estimates]
VACUUM = "VACUUM (FREEZE, ANALYZE) orders"


async def show(connection: asyncpg.Connection) -> None:
    for predicate in DEPENDENT:
        plan = await explain(connection, WHERE + predicate)
        print(f"{predicate}: {plan.estimated:,} of {plan.rows:,}")


async def demonstrate(dsn: str) -> None:
    async with quiet(dsn, TABLE, VACUUM) as connection:
        print(await explain(connection, NEWEST))
        await connection.execute(BOTH)
        print(await explain(connection, NEWEST))
        print("rows expected, of rows found:")
        await show(connection)
        await connection.execute(TOLD)
        print("with CREATE STATISTICS:")
        await show(connection)


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn))


if __name__ == "__main__":
    main()
