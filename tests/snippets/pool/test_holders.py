"""Who holds the connections of a database."""

import asyncio
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import QueuePool

from snippets.pool import naive_exhaustion
from snippets.pool.payments import ORDERS

PATH = "snippets/pool/holders.sql"
HOLDERS = (Path(__file__).parents[3] / PATH).read_text()
pytestmark = pytest.mark.verifies(PATH)


async def connect(dsn: str, application_name: str) -> asyncpg.Connection:
    return await asyncpg.connect(dsn, server_settings={"application_name": application_name})


async def holders(dsn: str) -> list[tuple[object, ...]]:
    connection = await connect(dsn, "the one that asks")
    try:
        rows = await connection.fetch(HOLDERS)
    finally:
        await connection.close()
    return [tuple(row) for row in rows if row["application_name"] != "the one that asks"]


async def test_connections_are_counted_by_application_and_state(dsn: str) -> None:
    web = [await connect(dsn, "web") for _ in range(3)]
    worker = await connect(dsn, "worker")
    await web[0].execute("BEGIN")
    asleep = asyncio.create_task(worker.execute("SELECT pg_sleep(60)"))
    try:
        while (found := await holders(dsn))[-1] != ("worker", 1, 1, 0, 0, 0):
            pass
        assert found == [("web", 3, 0, 0, 2, 1), ("worker", 1, 1, 0, 0, 0)]
    finally:
        asleep.cancel()
        await asyncio.wait([asleep])
        for connection in (*web, worker):
            await connection.close()


async def test_who_waits_for_a_lock_is_active_and_blocked(dsn: str) -> None:
    """With idle cores: nobody but the one that holds the lock could do something about it."""
    names = ["holder", "web", "web"]
    holder, *web = [await connect(dsn, name) for name in names]
    await holder.execute("CREATE TABLE stock AS SELECT 1 AS pieces")
    await holder.execute("BEGIN; UPDATE stock SET pieces = 2")
    update = "UPDATE stock SET pieces = 3"
    waiting = [asyncio.create_task(connection.execute(update)) for connection in web]
    try:
        while (found := await holders(dsn))[0] != ("web", 2, 2, 2, 0, 0):
            pass
        assert found == [("web", 2, 2, 2, 0, 0), ("holder", 1, 0, 0, 0, 1)]
        await holder.execute("COMMIT")
        await asyncio.gather(*waiting)
    finally:
        for connection in (holder, *web):
            connection.terminate()


async def test_a_connection_whose_transaction_failed_is_held_too(dsn: str) -> None:
    web = await connect(dsn, "web")
    await web.execute("BEGIN")
    with pytest.raises(asyncpg.PostgresSyntaxError):
        await web.execute("SELEC 1")
    assert await holders(dsn) == [("web", 1, 0, 0, 0, 1)]
    await web.close()


async def test_a_payment_pending_inside_a_transaction_is_seen_holding(dsn: str) -> None:
    url = make_url(dsn).set(drivername="postgresql+asyncpg")
    settings = {"server_settings": {"application_name": "shop"}}
    engine = create_async_engine(url, connect_args=settings)
    async with engine.begin() as connection:
        await connection.execute(text(ORDERS))
    seen: list[tuple[object, ...]] = []

    async def charge(cents: int, key: str) -> str:
        seen.extend(await holders(dsn))
        return "paid"

    await naive_exhaustion.checkout(engine, charge, 1)
    await engine.dispose()
    assert seen == [("shop", 1, 0, 0, 0, 1)]


async def test_a_connection_held_without_a_transaction_looks_idle(dsn: str) -> None:
    """After a commit, or straight from asyncpg's pool: only the pool knows that it is out."""
    url = make_url(dsn).set(drivername="postgresql+asyncpg")
    settings = {"server_settings": {"application_name": "shop"}}
    engine = create_async_engine(url, connect_args=settings)
    async with engine.connect() as connection:
        await connection.execute(text("SELECT 1"))
        await connection.commit()
        assert isinstance(engine.pool, QueuePool)
        assert engine.pool.checkedout() == 1
        assert await holders(dsn) == [("shop", 1, 0, 0, 1, 0)]
    await engine.dispose()
    async with (
        asyncpg.create_pool(dsn, min_size=1, max_size=1, **settings) as pool,
        pool.acquire() as held,
    ):
        await held.execute("SELECT 1")
        assert pool.get_idle_size() == 0
        assert await holders(dsn) == [("shop", 1, 0, 0, 1, 0)]


async def test_a_role_that_may_not_see_others_sees_only_itself(dsn: str) -> None:
    web = await connect(dsn, "web")
    await web.execute("BEGIN")
    url = make_url(dsn)
    role = f"{url.database}_asks"
    admin = await connect(dsn, "admin")
    await admin.execute(f"CREATE ROLE {role} LOGIN PASSWORD '{role}'")
    asks = url.set(username=role, password=role).render_as_string(hide_password=False)
    try:
        assert await holders(asks) == []
        await admin.execute(f"GRANT pg_read_all_stats TO {role}")
        assert ("web", 1, 0, 0, 0, 1) in await holders(asks)
    finally:
        await admin.execute(f"DROP ROLE {role}")
        await admin.close()
        await web.close()


async def test_a_parallel_worker_is_no_connection(dsn: str) -> None:
    web, admin = await connect(dsn, "web"), await connect(dsn, "admin")
    await web.execute("SET debug_parallel_query = on")
    asleep = asyncio.create_task(web.fetch("SELECT pg_sleep(60)"))
    workers = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'parallel worker'"
    try:
        while not await admin.fetchval(f"{workers} AND datname = current_database()"):
            pass
        assert ("web", 1, 1, 0, 0, 0) in await holders(dsn)
    finally:
        asleep.cancel()
        await asyncio.wait([asleep])
        await web.close()
        await admin.close()


async def test_other_databases_are_not_counted(dsn: str, worker_dsn: str) -> None:
    elsewhere = await connect(worker_dsn, "elsewhere")
    try:
        assert await holders(dsn) == []
    finally:
        await elsewhere.close()
