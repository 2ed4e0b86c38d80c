"""With a retry, a restart under load costs time and no request.

Running it kills the server while eight requests are inside their
transactions, starts it, and accounts for every write.
"""

import asyncio
from collections.abc import Awaitable, Callable

import asyncpg
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from snippets.resilience.retrying import retry_transaction

Place = Callable[[AsyncEngine, str], Awaitable[None]]

ORDERS = "CREATE TABLE orders (idempotency_key text PRIMARY KEY)"
FOUND = "SELECT idempotency_key FROM orders"
WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted"

# --8<-- [start:place]
INSERT = text(
    "INSERT INTO orders (idempotency_key) VALUES (:key)"
    " ON CONFLICT (idempotency_key) DO NOTHING"
)
REQUEST_S = 8.0  # as long as the client waits


async def place(engine: AsyncEngine, idempotency_key: str) -> None:
    async def transaction() -> None:
        async with engine.begin() as connection:
            await connection.execute(INSERT, {"key": idempotency_key})

    await retry_transaction(transaction, REQUEST_S)  # [!]


# --8<-- [end:place]


async def restart_under_load(
    dsn: str, restart: Callable[[], None], place: Place
) -> None:
    url = make_url(dsn).set(drivername="postgresql+asyncpg")
    engine = create_async_engine(url, pool_pre_ping=True)
    admin = await asyncpg.connect(dsn)
    await admin.execute(ORDERS)
    keys = [f"order {number}" for number in range(16)]
    answers: list[BaseException | None] = await asyncio.gather(
        *(place(engine, key) for key in keys[:8])
    )
    # Inserts wait for this lock, so that all are inside when it ends.
    await admin.execute("BEGIN; LOCK orders IN SHARE MODE")
    inside = [
        asyncio.ensure_future(place(engine, key)) for key in keys[8:]
    ]
    while await admin.fetchval(WAITING) < len(inside):
        pass
    await asyncio.to_thread(restart)
    answers += await asyncio.gather(*inside, return_exceptions=True)
    await engine.dispose()

    reader = await asyncpg.connect(dsn)
    found = {key for (key,) in await reader.fetch(FOUND)}
    await reader.close()
    answered = dict(zip(keys, answers, strict=True))
    acknowledged = {key for key in keys if answered[key] is None}
    count, lost = len(acknowledged), len(acknowledged - found)
    print(f"16 requests, {16 - count} failed")
    print(f"{count} writes acknowledged, {lost} of them lost")


def demonstrate(place: Place) -> None:
    import lab

    with lab.postgres_server() as server:

        def restart() -> None:
            server.kill()
            server.start()

        asyncio.run(restart_under_load(server.dsn, restart, place))


def main() -> None:
    demonstrate(place)


if __name__ == "__main__":
    main()
