"""UUIDs of version 7 as a key of one column."""

import asyncpg

from snippets.pagination.uuids import TABLES


async def test_pages_by_the_key_alone_follow_the_inserts(connection: asyncpg.Connection) -> None:
    await connection.execute(TABLES.replace("20000", "500"))
    page = await connection.fetch("SELECT id, n FROM ordered ORDER BY id DESC LIMIT 20")
    read: list[int] = []
    while page:
        read += [row["n"] for row in page]
        page = await connection.fetch(
            "SELECT id, n FROM ordered WHERE id < $1 ORDER BY id DESC LIMIT 20", page[-1]["id"]
        )
    assert read == [*range(500, 0, -1)]


async def test_random_keys_do_not(connection: asyncpg.Connection) -> None:
    await connection.execute(TABLES.replace("20000", "500"))
    rows = await connection.fetch("SELECT n FROM scattered ORDER BY id DESC")
    assert [row["n"] for row in rows] != [*range(500, 0, -1)]
