"""An order, its index, and the condition that begins after a row.

Running it reads the page after the row in the middle in several
orders, and prints the rows that were read and thrown away, and the
buffers.
"""

import asyncio
from dataclasses import dataclass

from snippets.pagination.plans import explain
from snippets.pagination.posts import posts

RANKED = """
CREATE TABLE ranked WITH (autovacuum_enabled = off) AS
SELECT *, nullif(id % 10, 0) AS score, id % 40 / 4.0 AS rating
FROM posts;
CREATE INDEX ON ranked (created_at, id);
CREATE INDEX ON ranked (score, id);
CREATE INDEX ON ranked ((coalesce(score, -1)), id);
CREATE INDEX ON ranked (rating, id)"""
AT = "'2026-01-01 00:12:30Z'"


@dataclass(frozen=True)
class Order:
    where: str
    by: str


# --8<-- [start:orders]
NEWEST = "created_at DESC, id DESC"
MIXED = "created_at DESC, id"
LOW = "coalesce(score, -1)"  # its index has the same expression
ORDERS = {
    "newest, OR": Order(
        f"created_at < {AT} OR created_at = {AT} AND id < 15000", NEWEST
    ),
    "newest, row": Order(f"(created_at, id) < ({AT}, 15000)", NEWEST),
    "mixed, OR": Order(
        f"created_at < {AT} OR created_at = {AT} AND id > 15000", MIXED
    ),
    "mixed, bounded OR": Order(
        f"created_at <= {AT} AND (created_at < {AT} OR id > 15000)",
        MIXED,
    ),
    "NULLS LAST": Order(
        "(score, id) < (5, 15000)", "score DESC NULLS LAST, id DESC"
    ),
    "coalesce": Order(
        f"({LOW}, id) < (5, 15000)", f"{LOW} DESC, id DESC"
    ),
    "numeric": Order(
        "(rating, id) < (5, 15000)", "rating DESC, id DESC"
    ),
    "numeric, float sent": Order(
        "(rating, id) < (5::float, 15000)", "rating DESC, id DESC"
    ),
}
# --8<-- [end:orders]


async def demonstrate(dsn: str) -> None:
    async with posts(dsn) as connection:
        await connection.execute(RANKED)
        await connection.execute("VACUUM (FREEZE, ANALYZE) ranked")
        print(f"{'':19} removed buffers")
        for name, order in ORDERS.items():
            plan = await explain(
                connection,
                f"SELECT * FROM ranked WHERE {order.where}"
                f" ORDER BY {order.by} LIMIT 20",
            )
            print(f"{name:19} {plan.removed:7,} {plan.buffers:7,}")


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn))


if __name__ == "__main__":
    main()
