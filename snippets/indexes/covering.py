"""An index-only scan reads the table again where rows have changed.

Running it adds up the totals of ten customers by a plain and by a
covering index, changes another column of those rows, and vacuums.
"""

import asyncio

import asyncpg

from snippets.indexes.plans import explain, quiet

TABLE = """
CREATE TABLE orders (
    id bigint PRIMARY KEY,
    customer_id int NOT NULL,
    cents int NOT NULL,
    note text NOT NULL
) WITH (autovacuum_enabled = off);
INSERT INTO orders
SELECT n, n * 7919::bigint % 1_000, n % 977, repeat('x', 300)
FROM generate_series(1, 30_000) AS n
"""
# --8<-- [start:covering]
TOTAL = """
SELECT sum(cents) FROM orders WHERE customer_id BETWEEN 10 AND 19
"""
PLAIN = "CREATE INDEX orders_plain ON orders (customer_id)"
COVERING = """
CREATE INDEX orders_covering ON orders (customer_id) INCLUDE (cents)
"""
CHANGE = """
UPDATE orders SET note = 'seen' WHERE customer_id BETWEEN 10 AND 19
"""
VACUUM = "VACUUM (ANALYZE) orders"
# --8<-- [end:covering]
PAGES = "SELECT pg_relation_size($1::text::regclass) / 8192"


async def show(connection: asyncpg.Connection, label: str) -> None:
    plan = await explain(connection, TOTAL)
    (node,) = plan.nodes
    scan = node.rpartition(" ")[0]
    print(f"{label:<16}{plan.buffers:>4} buffers, {scan}")


async def demonstrate(dsn: str) -> None:
    async with quiet(dsn, TABLE, PLAIN, VACUUM) as connection:
        await show(connection, "(customer_id)")
        await connection.execute(COVERING)
        await show(connection, "INCLUDE (cents)")
        await connection.execute(CHANGE)
        await show(connection, "rows changed")
        await connection.execute(VACUUM)
        await show(connection, "vacuumed")
        for index in ("orders_plain", "orders_covering"):
            pages = await connection.fetchval(PAGES, index)
            print(f"{index}: {pages} pages")


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn))


if __name__ == "__main__":
    main()
