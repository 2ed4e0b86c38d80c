"""What keeps the partial index from the sixth execution on.

Running it asks for the ten newest failed jobs in several ways, each
over a connection of its own, and prints the pages that the fifth and
the sixth execution read.
"""

import asyncio

import asyncpg

from snippets.indexes import naive_newest, newest
from snippets.indexes.jobs import Pages, count, jobs
from snippets.indexes.naive_newest import NEWEST, Newest
from snippets.indexes.plans import QUIET


# --8<-- [start:ways]
async def limited(connection: asyncpg.Connection) -> list[int]:
    """The limit is a parameter, too: planned as 10% of the rows."""
    statement = NEWEST.replace("LIMIT 10", "LIMIT $2")
    found = await connection.fetch(statement, "failed", 10)
    return [row["id"] for row in found]


CUSTOM = {"plan_cache_mode": "force_custom_plan"}
WAYS: dict[str, tuple[Newest, dict[str, str]]] = {
    "$1": (naive_newest.newest_failed, {}),
    "'failed'": (newest.newest_failed, {}),
    "LIMIT $2": (limited, {}),
    "force_custom_plan": (naive_newest.newest_failed, CUSTOM),
}
CHANGES = {
    "ANALYZE": "ANALYZE jobs",
    "(status, created_at)": "DROP INDEX jobs_failed;"
    " CREATE INDEX jobs_both ON jobs (status, created_at)",
    "no (created_at)": "DROP INDEX jobs_created",
}


# --8<-- [end:ways]
async def buffers(
    dsn: str, way: Newest, settings: dict[str, str], cache: int = 100
) -> list[Pages]:
    connection = await asyncpg.connect(
        dsn,
        server_settings=QUIET | settings,
        statement_cache_size=cache,
    )
    try:
        async with connection.transaction():
            return await count(
                connection.fetch, lambda: way(connection), 6
            )
    finally:
        await connection.close()


def show(label: str, counted: list[Pages]) -> None:
    fifth, sixth = (sum(pages.values()) for pages in counted[4:6])
    print(f"{label:<22}{fifth:>6,}{sixth:>7,}")


async def demonstrate(dsn: str) -> None:
    naive = naive_newest.newest_failed
    async with jobs(dsn) as connection:
        print(f"{'execution':<22}{'5th':>6}{'6th':>7}")
        for label, (way, settings) in WAYS.items():
            show(label, await buffers(dsn, way, settings))
        uncached = await buffers(dsn, naive, {}, cache=0)
        show("no statement cache", uncached)
        for label, change in CHANGES.items():
            await connection.execute(change)
            show(label, await buffers(dsn, naive, {}))


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn))


if __name__ == "__main__":
    main()
