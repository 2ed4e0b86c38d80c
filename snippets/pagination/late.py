"""A row that commits late is never seen behind a cursor on its id.

Running it polls a feed while one writer is slow to commit, and after
that, and prints what two cursors have read.
"""

import asyncio

import asyncpg

# --8<-- [start:feed]
FEED = """
CREATE TABLE feed (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  what text NOT NULL,
  written xid8 NOT NULL DEFAULT pg_current_xact_id()
);
CREATE INDEX by_transaction ON feed (written, id)
"""
# --8<-- [end:feed]
# --8<-- [start:naive]
BY_ID = """
SELECT what, written, id FROM feed
WHERE id > $2 OR $1::xid8 IS NULL ORDER BY id LIMIT 100
"""
# --8<-- [end:naive]
# --8<-- [start:settled]
SETTLED = """
SELECT what, written, id FROM feed
WHERE (written, id) > ($1::xid8, $2)
  AND written < pg_snapshot_xmin(pg_current_snapshot())
ORDER BY written, id LIMIT 100
"""
# --8<-- [end:settled]


async def poll(
    connection: asyncpg.Connection,
    query: str,
    read: list[asyncpg.Record],
) -> None:
    """Read what comes after the last row that was read."""
    written, last = read[-1][1:] if read else (0, 0)
    read += await connection.fetch(query, written, last)


async def demonstrate(dsn: str) -> None:
    async with (
        asyncpg.create_pool(dsn, min_size=2, max_size=2) as pool,
        pool.acquire() as slow,
        pool.acquire() as reader,
    ):
        await reader.execute(FEED)
        insert = "INSERT INTO feed (what) VALUES ($1)"
        by_id: list[asyncpg.Record] = []
        settled: list[asyncpg.Record] = []
        async with slow.transaction():
            await slow.execute(insert, "slow")
            await reader.execute(insert, "fast")
            await poll(reader, BY_ID, by_id)
            await poll(reader, SETTLED, settled)
            show("while the slow one is open", by_id, settled)
        await poll(reader, BY_ID, by_id)
        while len(settled) < 2:  # other databases have writers, too
            await poll(reader, SETTLED, settled)
        show("after its commit", by_id, settled)


def show(
    when: str,
    by_id: list[asyncpg.Record],
    settled: list[asyncpg.Record],
) -> None:
    print(f"{when}:")
    for name, read in (("id", by_id), ("written, id", settled)):
        print(f"  {name:12}", *(row["what"] for row in read))


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn))


if __name__ == "__main__":
    main()
