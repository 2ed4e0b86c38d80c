"""A status as a parameter loses its partial index.

Running it asks for the ten newest failed jobs eight times over one
connection, and prints the pages that each execution read.
"""

import asyncio
from collections.abc import Awaitable, Callable
from itertools import groupby

import asyncpg

from snippets.indexes.jobs import Pages, count, jobs

Newest = Callable[[asyncpg.Connection], Awaitable[list[int]]]


# --8<-- [start:newest]
NEWEST = """
SELECT id FROM jobs WHERE status = $1
ORDER BY created_at DESC LIMIT 10
"""


async def newest_failed(connection: asyncpg.Connection) -> list[int]:
    found = await connection.fetch(NEWEST, "failed")  # [!]
    return [row["id"] for row in found]


# --8<-- [end:newest]


def summarize(counted: list[Pages]) -> list[str]:
    """Executions that read the same pages, on one line."""
    lines: list[str] = []
    numbered = enumerate(counted, start=1)
    for pages, group in groupby(numbered, key=lambda pair: pair[1]):
        numbers = [number for number, _ in group]
        used = [k for k, n in pages.items() if n and k != "jobs"]
        lines.append(
            f"executions {numbers[0]} to {numbers[-1]}:"
            f" {sum(pages.values()):,} buffers, {', '.join(used)}"
        )
    return lines


async def demonstrate(dsn: str, newest: Newest) -> None:
    async with jobs(dsn) as connection, connection.transaction():
        counted = await count(
            connection.fetch, lambda: newest(connection), 8
        )
    print(*summarize(counted), sep="\n")


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn, newest_failed))


if __name__ == "__main__":
    main()
