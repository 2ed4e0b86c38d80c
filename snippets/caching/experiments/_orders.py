"""A million orders, five answers over them, and two ways to each."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg
from redis.asyncio import Redis

from lab.experiment import Setting

ORDERS = """CREATE TABLE {table} AS
SELECT id, id % 1000 AS customer, id % 9973 AS cents,
now() - id * interval '1 minute' AS placed
FROM generate_series(1, {rows}) id"""
LATEST = """SELECT id, customer, cents FROM {table}
WHERE customer = $1 ORDER BY placed DESC LIMIT 20"""
QUERIES = {
    "primary-key": """SELECT id, customer, cents FROM orders
WHERE id = $1""",
    "list": LATEST.format(table="orders"),
    "list-unindexed": LATEST.format(table="unindexed"),
    "thousand": """SELECT id, customer, cents FROM orders
WHERE id > $1 ORDER BY id LIMIT 1000""",
    "ten-thousand": """SELECT id, customer, cents FROM orders
WHERE id > $1 ORDER BY id LIMIT 10000""",
    "aggregate": """SELECT customer % 10 AS region, sum(cents) AS cents
FROM orders WHERE id <> $1 GROUP BY 1 ORDER BY 1""",
}
NUMBER = 7  # the id or the customer that is asked for

Call = Callable[[], Awaitable[Any]]


async def prepare(setting: Setting) -> None:
    """`unindexed` finds a customer's rows, but not by their age."""
    connection = await asyncpg.connect(setting.dsn)
    for table in ("orders", "unindexed"):
        make = ORDERS.format(
            table=table, rows=setting.conditions["rows"]
        )
        await connection.execute(make)
        await connection.execute(
            f"ALTER TABLE {table} ADD PRIMARY KEY (id)"
        )
    await connection.execute(
        "CREATE INDEX ON orders (customer, placed DESC)"
    )
    await connection.execute("CREATE INDEX ON unindexed (customer)")
    await connection.execute("VACUUM ANALYZE orders, unindexed")
    await connection.close()


async def keep(connection: Any) -> None:
    """In place of asyncpg's reset: nothing is sent."""


@dataclass(frozen=True)
class Ways:
    """The ways to one answer, and the clients that they use."""

    hit: Call
    query: Call  # one round trip, like the hit
    reset: Call  # and asyncpg's reset, as a pool does by itself
    redis: Redis
    key: str


@asynccontextmanager
async def ways(
    query: str,
    setting: Setting,
    connections: int = 1,
    redis_url: str | None = None,
    postgres: dict[str, Any] | None = None,
) -> AsyncIterator[Ways]:
    """All of them through pools of as many connections."""
    key, sql = f"{setting.redis_prefix}{query}", QUERIES[query]
    size = {"min_size": connections, "max_size": connections}
    size |= postgres or {}
    async with AsyncExitStack() as stack:
        redis = await stack.enter_async_context(
            Redis.from_url(redis_url or setting.redis_url)
        )
        plain, usual = [
            await stack.enter_async_context(
                asyncpg.create_pool(setting.dsn, reset=reset, **size)
            )
            for reset in (keep, None)
        ]

        def ask(pool: Any) -> Call:
            async def load() -> Any:
                rows = await pool.fetch(sql, NUMBER)
                return [dict(row) for row in rows]

            return load

        async def hit() -> Any:
            return json.loads(await redis.get(key) or "")

        load = ask(plain)
        await redis.set(key, json.dumps(await load()), ex=600)
        assert await hit() == await load()
        yield Ways(hit, load, ask(usual), redis, key)
