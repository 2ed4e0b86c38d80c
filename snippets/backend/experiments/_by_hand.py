"""The statements of an order as a driver sends them, without a mapper.

They do what those of the service do, in its order, with `BEGIN` and
`COMMIT`; the job's is pgqueuer's own. A test compares what is stored.
"""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import asyncpg
from pgqueuer.adapters.persistence.qb import QueryQueueBuilder
from sqlalchemy.ext.asyncio import AsyncEngine

from snippets.backend.services.products import TAKE

PRICES = "SELECT id, price_cents FROM product WHERE id = ANY($1)"
ORDER = """
INSERT INTO orders (account_id, key, fingerprint, total_cents)
VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING
RETURNING id, state, total_cents, created_at
"""
LINE = """
INSERT INTO order_line (order_id, product_id, quantity, price_cents)
VALUES ($1, $2, $3, $4)
"""
JOB = QueryQueueBuilder().build_enqueue_query("raise")
STOCK = (
    str(TAKE).replace(":products", "$1").replace(":quantities", "$2")
)

Ask = Callable[..., Awaitable[list[Any]]]


async def place(ask: Ask, account: int, key: str, product: int) -> None:
    """Inside of a transaction: one of a product."""
    [(number, cents)] = await ask(PRICES, [product])
    fingerprint = hashlib.sha256(key.encode()).digest()
    [order] = await ask(ORDER, account, key, fingerprint, cents)
    await ask(LINE, order[0], number, 1, cents)
    job = str(order[0])
    what = [0], ["charge"], [job.encode()]
    await ask(JOB, *what, [timedelta()], [f"charge {job}"], [None])
    await ask(STOCK, [product], [1])


@asynccontextmanager
async def with_asyncpg(
    connection: asyncpg.Connection,
) -> AsyncIterator[Ask]:
    async with connection.transaction():
        yield connection.fetch


@asynccontextmanager
async def with_sqlalchemy(engine: AsyncEngine) -> AsyncIterator[Ask]:
    """Its pool, its connection and its results; the text is given."""
    async with engine.begin() as connection:

        async def ask(statement: str, *given: object) -> list[Any]:
            found = await connection.exec_driver_sql(statement, given)
            return list(found.all()) if found.returns_rows else []

        yield ask
