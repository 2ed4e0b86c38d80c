"""What a partial index is named by belongs into the statement's text.

Running it asks for the ten newest failed jobs eight times over one
connection, and prints the pages that each execution read.
"""

import asyncio

import asyncpg

from snippets.indexes.naive_newest import demonstrate

# --8<-- [start:newest]
NEWEST = """
SELECT id FROM jobs WHERE status = 'failed'
ORDER BY created_at DESC LIMIT 10
"""


async def newest_failed(connection: asyncpg.Connection) -> list[int]:
    found = await connection.fetch(NEWEST)  # [!]
    return [row["id"] for row in found]


# --8<-- [end:newest]


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn, newest_failed))


if __name__ == "__main__":
    main()
