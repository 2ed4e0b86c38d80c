"""A UUID of version 7 orders rows by the time of their insert.

Running it reads the newest twenty of 20,000 rows by their key, of
version 7 and random, and prints the buffers of each.
"""

import asyncio

import asyncpg

from snippets.pagination.plans import explain

# --8<-- [start:tables]
TABLES = """
CREATE TABLE ordered (
  id uuid PRIMARY KEY DEFAULT uuidv7(), n int NOT NULL
) WITH (autovacuum_enabled = off);
CREATE TABLE scattered (
  id uuid PRIMARY KEY, n int NOT NULL
) WITH (autovacuum_enabled = off);
INSERT INTO ordered (n) SELECT generate_series(1, 20000);
INSERT INTO scattered  -- as random as version 4, and repeatable
SELECT md5(n::text)::uuid, n FROM generate_series(1, 20000) n;
"""
PAGE = "SELECT n FROM {} ORDER BY id DESC LIMIT 20"
# --8<-- [end:tables]


async def demonstrate(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute(TABLES)
    await connection.execute("VACUUM (FREEZE, ANALYZE)")
    for table in ("ordered", "scattered"):
        query = PAGE.format(table)
        found = await connection.fetch(query)
        plan = await explain(connection, query)
        print(
            f"{table:9} {plan.buffers:2} buffers,",
            "newest first:",
            [row["n"] for row in found]
            == list(range(20000, 19980, -1)),
        )
    await connection.close()


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn))


if __name__ == "__main__":
    main()
