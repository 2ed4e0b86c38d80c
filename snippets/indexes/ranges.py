"""BRIN knows pages by their extremes, and one row stretches those.

Running it counts six hours of a log by BRIN and by a B-tree, then
deletes a tenth of the rows, vacuums, lets new rows into the holes,
and counts again.
"""

import asyncio

from snippets.indexes.plans import explain, quiet

# --8<-- [start:ranges]
TABLE = """
CREATE TABLE log (id bigint, at timestamptz, line text)
WITH (autovacuum_enabled = off)
"""
ROWS = """
INSERT INTO log
SELECT n, timestamptz '2026-01-01' + n * interval '1 minute',
       repeat('x', 300)
FROM generate_series({first}, {last}) AS n
"""
BRIN = """
CREATE INDEX log_brin ON log
USING brin (at) WITH (pages_per_range = 16)
"""
# Keeps several ranges of each, with the gaps between them.
GAPS = """
CREATE INDEX log_gaps ON log USING brin
(at timestamptz_minmax_multi_ops) WITH (pages_per_range = 16)
"""
BTREE = "CREATE INDEX log_btree ON log (at)"
HOURS = """
SELECT count(line) FROM log
WHERE at >= '2026-01-10' AND at < '2026-01-10 06:00'
"""
DELETE = "DELETE FROM log WHERE id % 10 = 0"
# --8<-- [end:ranges]
VACUUM = "VACUUM (FREEZE, ANALYZE) log"
SIZE = "SELECT pg_relation_size($1::text::regclass)"


async def demonstrate(dsn: str) -> None:
    fill = ROWS.format(first=1, last=30_000)
    refill = ROWS.format(first=30_001, last=33_000)
    async with quiet(dsn, TABLE, fill, BTREE, VACUUM) as connection:
        print(await explain(connection, HOURS))
        btree = await connection.fetchval(SIZE, "log_btree")
        await connection.execute("DROP INDEX log_btree")
        await connection.execute(BRIN)
        brin = await connection.fetchval(SIZE, "log_brin")
        print(await explain(connection, HOURS))
        for statement in (DELETE, VACUUM, refill, VACUUM):
            await connection.execute(statement)
        print("after deleting a tenth, and new rows:")
        print(await explain(connection, HOURS))
        print(f"{btree // 1024} kB by B-tree, {brin // 1024} by BRIN")


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn))


if __name__ == "__main__":
    main()
