"""What one more index costs each write.

Running it changes the time stamp of 2,000 rows that have room on
their page, beside different indexes, and inserts 1,000 more. It
prints how many updates were heap-only, and what was logged for each
row. The server adds a few records of its own, of hints and catalogs,
so hundredths of a record say nothing.
"""

import asyncio
import json

import asyncpg

from snippets.indexes.plans import quiet

# --8<-- [start:price]
TABLE = """
DROP TABLE IF EXISTS users;
CREATE TABLE users (
    id int PRIMARY KEY, team int, seen_at timestamptz, about text
) WITH (fillfactor = 50, autovacuum_enabled = off);
INSERT INTO users
SELECT n, n % 100, '2026-01-01', repeat('x', 200)
FROM generate_series(1, 2_000) AS n
"""
INDEXES = {
    "none": "",
    "(team)": "CREATE INDEX ON users (team)",
    "(seen_at)": "CREATE INDEX ON users (seen_at)",
    "INCLUDE (seen_at)": "CREATE INDEX ON users (team)"
    " INCLUDE (seen_at)",
    "WHERE seen_at …": "CREATE INDEX ON users (team)"
    " WHERE seen_at IS NOT NULL",
    "brin (seen_at)": "CREATE INDEX ON users USING brin (seen_at)",
}
UPDATE = "UPDATE users SET seen_at = '2026-01-02'"
INSERT = """
INSERT INTO users
SELECT n, n % 100, '2026-01-03', repeat('x', 200)
FROM generate_series(2_001, 3_000) AS n
"""
# --8<-- [end:price]
VACUUM = "VACUUM (FREEZE, ANALYZE) users"
HOT = """
SELECT pg_stat_get_xact_tuples_hot_updated('users'::regclass)
"""
ANALYZE = "EXPLAIN (ANALYZE, WAL, FORMAT JSON)"


async def logged(connection: asyncpg.Connection, write: str) -> int:
    """Records of the write-ahead log."""
    text = await connection.fetchval(f"{ANALYZE} {write}")
    return int(json.loads(text)[0]["Plan"]["WAL Records"])


async def price(
    connection: asyncpg.Connection, index: str
) -> tuple[int, int, int]:
    """Heap-only updates, and records of the updates and inserts."""
    for statement in (TABLE + ";" + index, VACUUM):
        await connection.execute(statement)
    async with connection.transaction():
        updates = await logged(connection, UPDATE)
        hot = await connection.fetchval(HOT)
    return hot, updates, await logged(connection, INSERT)


async def demonstrate(dsn: str) -> None:
    async with quiet(dsn) as connection:
        print(f"{'':<24}{'log records a row':>18}")
        print(f"{'index':<18}{'HOT':>6}{'update':>9}{'insert':>9}")
        for label, index in INDEXES.items():
            hot, updates, inserts = await price(connection, index)
            records = f"{updates / 2_000:>9.1f}{inserts / 1_000:>9.1f}"
            print(f"{label:<18}{hot:>6,}{records}")


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn))


if __name__ == "__main__":
    main()
