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
NUMBERED = """
SELECT what, written, id FROM feed
WHERE id > $1
ORDER BY id LIMIT 100
"""
# --8<-- [end:naive]
# --8<-- [start:settled]
SETTLED = """
SELECT what, written, id FROM feed
WHERE (written, id) > ($1, $2)
  AND written < pg_snapshot_xmin(pg_current_snapshot())
ORDER BY written, id LIMIT 100
"""
# --8<-- [end:settled]

Rows = list[asyncpg.Record]


async def poll_numbered(reader: asyncpg.Connection, read: Rows) -> None:
    last = read[-1]["id"] if read else 0
    read += await reader.fetch(NUMBERED, last)


async def poll_settled(reader: asyncpg.Connection, read: Rows) -> None:
    written, last = read[-1][1:] if read else (0, 0)
    read += await reader.fetch(SETTLED, written, last)


async def demonstrate(dsn: str) -> None:
    async with (
        asyncpg.create_pool(dsn, min_size=2, max_size=2) as pool,
        pool.acquire() as slow,
        pool.acquire() as reader,
    ):
        await reader.execute(FEED)
        insert = "INSERT INTO feed (what) VALUES ($1)"
        numbered, settled = Rows(), Rows()
        async with slow.transaction():
            await slow.execute(insert, "slow")
            await reader.execute(insert, "fast")
            await poll_numbered(reader, numbered)
            await poll_settled(reader, settled)
            show("while it is open", numbered, settled)
        await poll_numbered(reader, numbered)
        while len(settled) < 2:  # other databases have writers, too
            await poll_settled(reader, settled)
        show("after its commit", numbered, settled)


def show(when: str, numbered: Rows, settled: Rows) -> None:
    print(f"{when}:")
    print("  by id:", *(row["what"] for row in numbered))
    print("  by transaction:", *(row["what"] for row in settled))


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn))


if __name__ == "__main__":
    main()
