"""An index serves the expression it was built on, and no other.

Running it looks for orders by predicates that mean the same, and
prints the pages that each read, with and without the index.
"""

import asyncio

import asyncpg

from snippets.indexes.plans import explain, quiet

TABLE = """
CREATE TABLE orders (
    id int PRIMARY KEY, at timestamptz NOT NULL, doc jsonb NOT NULL
) WITH (autovacuum_enabled = off);
INSERT INTO orders
SELECT n, timestamptz '2026-01-01' + n * interval '1 minute',
       jsonb_build_object('sku', 'S' || n % 1_000, 'n', n,
                          'note', repeat('x', 200))
FROM generate_series(1, 20_000) AS n
"""
# --8<-- [start:expressions]
INDEXES = """
CREATE INDEX orders_at ON orders (at);
CREATE INDEX orders_doc ON orders USING gin (doc jsonb_path_ops)
"""
PREDICATES = (
    "id = 47",
    "id = 47::numeric",
    "id::text = '47'",
    "at >= '2026-01-05' AND at < '2026-01-06'",
    "at::date = '2026-01-05'",
    "at + interval '1 day' > '2026-01-15'",
    """doc @> '{"sku": "S47"}'""",
    """doc @? '$.sku ? (@ == "S47")'""",
    """doc @@ '$.sku == "S47"'""",
    "doc->>'sku' = 'S47'",
    """doc['sku'] = '"S47"'""",
    "JSON_VALUE(doc, '$.sku') = 'S47'",
    """jsonb_path_exists(doc, '$.sku ? (@ == "S47")')""",
)
# --8<-- [end:expressions]
VACUUM = "VACUUM (FREEZE, ANALYZE) orders"


async def show(connection: asyncpg.Connection, predicate: str) -> None:
    plan = await explain(
        connection, f"SELECT id, doc FROM orders WHERE {predicate}"
    )
    print(f"{plan.buffers:>7}  {predicate}")


async def demonstrate(dsn: str) -> None:
    async with quiet(dsn, TABLE, INDEXES, VACUUM) as connection:
        print("buffers  predicate")
        for predicate in PREDICATES:
            await show(connection, predicate)


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn))


if __name__ == "__main__":
    main()
