"""Which statement is the dearest, by all of its calls together.

Running it makes a report, which reads a table once, and a page that
asks for each of its orders, and prints what the query says.
"""

import asyncio

import asyncpg

# --8<-- [start:dearest]
DEAREST = """
SELECT query, calls, shared_blks_hit + shared_blks_read AS buffers
FROM pg_stat_statements
WHERE dbid = (SELECT oid FROM pg_database
              WHERE datname = current_database())
ORDER BY buffers DESC LIMIT 2  -- or total_exec_time
"""
# --8<-- [end:dearest]
ORDERS = """CREATE TABLE orders AS
SELECT id, id % 1000 AS customer FROM generate_series(1, 20000) AS id"""
EXTENSION = "CREATE EXTENSION IF NOT EXISTS pg_stat_statements"
REPORT = "SELECT count(*) FROM orders"
ORDER = "SELECT customer FROM orders WHERE id = $1"


async def dearest(dsn: str) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(dsn)
    await connection.execute(EXTENSION)
    await connection.execute(ORDERS)
    await connection.execute("CREATE INDEX ON orders (id)")
    await connection.execute("SELECT pg_stat_statements_reset()")
    await connection.fetchval(REPORT)
    for order in range(1, 101):
        await connection.fetchval(ORDER, order)
    found: list[asyncpg.Record] = await connection.fetch(DEAREST)
    await connection.close()
    return found


def main() -> None:
    import lab
    from lab.inside.statements import SETTINGS

    with lab.postgres_server(SETTINGS) as server:
        for found in asyncio.run(dearest(server.dsn)):
            print(f"{found['buffers']} pages, {found['calls']} calls:")
            print(f"    {found['query']}")


if __name__ == "__main__":
    main()
