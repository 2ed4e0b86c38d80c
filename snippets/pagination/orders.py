"""An order, its index, and the condition that begins after a row.

Running it reads the page after the post in the middle in several
orders, and prints the scan, what it threw away and its buffers.
"""

import asyncio

from snippets.pagination.plans import explain
from snippets.pagination.posts import posts

INDEXES = """
ALTER TABLE posts ADD score int, ADD rating numeric NOT NULL DEFAULT 1;
UPDATE posts SET score = nullif(id % 10, 0), rating = id % 40 / 4.0;
CREATE INDEX mixed ON posts (created_at DESC, id);
CREATE INDEX by_score ON posts (score, id);
CREATE INDEX nulls_last ON posts (score DESC NULLS LAST, id DESC);
CREATE INDEX by_known ON posts (coalesce(score, -1), id);
CREATE INDEX by_rating ON posts (rating, id)"""
AT = "timestamptz '2026-01-01 00:12:30Z'"
# --8<-- [start:orders]
NEWEST = "created_at DESC, id DESC"
MIXED = "created_at DESC, id"
ORDERS = {
    "a < x OR a = x AND id < y": (
        f"created_at < {AT} OR created_at = {AT} AND id < 15000",
        NEWEST,
    ),
    "(a, id) < (x, y)": (f"(created_at, id) < ({AT}, 15000)", NEWEST),
    "mixed, OR": (
        f"created_at < {AT} OR created_at = {AT} AND id > 15000",
        MIXED,
    ),
    "mixed, a <= x AND …": (
        f"created_at <= {AT} AND (created_at < {AT} OR id > 15000)",
        MIXED,
    ),
}
# --8<-- [end:orders]


async def demonstrate(dsn: str) -> None:
    async with posts(dsn) as connection:
        await connection.execute(INDEXES)
        await connection.execute("VACUUM (FREEZE, ANALYZE) posts")
        for name, (where, order) in ORDERS.items():
            plan = await explain(
                connection,
                f"SELECT * FROM posts WHERE {where}"
                f" ORDER BY {order} LIMIT 20",
            )
            print(f"{name:26} {plan.removed:6,} {plan.buffers:4} {plan.scan}")


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn))


if __name__ == "__main__":
    main()
