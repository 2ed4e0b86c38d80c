"""Two servers, of which the second takes over from the first.

No data goes from one to the other here: it is about who takes writes.
"""

import asyncio
from collections.abc import Callable, Sequence

import asyncpg
from sqlalchemy import URL, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from snippets.resilience.retrying import retry_transaction

READ_ONLY = "default_transaction_read_only"
INSERT = text("INSERT INTO orders VALUES (1)")


def hosts(dsns: Sequence[str]) -> URL:
    """One address for all of the servers."""
    urls = [make_url(dsn) for dsn in dsns]
    return URL.create(
        "postgresql+asyncpg",
        username=urls[0].username,
        database=urls[0].database,
        query={"host": [f"{url.host}:{url.port}" for url in urls]},
    )


async def set_read_only(dsn: str, value: str) -> None:
    """`on`: the server refuses writes, as a standby does."""
    admin = await asyncpg.connect(dsn)
    await admin.execute(f"SET {READ_ONLY} = off")
    await admin.execute(f"ALTER SYSTEM SET {READ_ONLY} = {value}")
    await admin.execute("SELECT pg_reload_conf()")
    await admin.execute(f"RESET {READ_ONLY}")
    seen = None
    while seen != value:  # it reads its files by and by
        seen = await admin.fetchval(f"SHOW {READ_ONLY}")
    await admin.close()


async def failed_orders(engine: AsyncEngine) -> int:
    """How many of five fail, each tried again where that may help?"""
    failed = 0

    async def order() -> None:
        async with engine.begin() as connection:
            await connection.execute(INSERT)

    for _ in range(5):
        try:
            await retry_transaction(order, deadline_s=8.0)
        except DBAPIError:
            failed += 1
    return failed


# --8<-- [start:fail_over]
async def fail_over(
    dsns: Sequence[str], create_engine: Callable[[URL], AsyncEngine]
) -> tuple[int, int]:
    """Orders that fail, of five each, before and after."""
    for dsn in dsns:
        admin = await asyncpg.connect(dsn)
        await admin.execute("CREATE TABLE orders (id int)")
        await admin.close()
    await set_read_only(dsns[1], "on")
    engine = create_engine(hosts(dsns))
    before = await failed_orders(engine)
    await set_read_only(dsns[0], "on")
    await set_read_only(dsns[1], "off")
    after = await failed_orders(engine)
    await engine.dispose()
    return before, after


# --8<-- [end:fail_over]


def demonstrate(create_engine: Callable[[URL], AsyncEngine]) -> None:
    import lab

    with lab.postgres_server() as a, lab.postgres_server() as b:
        failed = asyncio.run(fail_over((a.dsn, b.dsn), create_engine))
    for when, orders in zip(("before", "after"), failed, strict=True):
        print(f"{when} the failover: {orders} of 5 orders failed")
