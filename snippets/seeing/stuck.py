"""A request that waits for the pool, and a look at the process."""

import asyncio
from collections.abc import Awaitable, Callable

from fastapi import FastAPI
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from snippets.seeing.served import served


# --8<-- [start:waiting]
async def while_one_waits(
    dsn: str, look: Callable[[], Awaitable[str]]
) -> str:
    """What is found while a request waits for the pool."""
    engine = create_async_engine(
        make_url(dsn).set(drivername="postgresql+asyncpg"),
        pool_size=1,
        max_overflow=0,
        pool_timeout=None,
    )
    app = FastAPI()
    arrived = asyncio.Event()

    @app.get("/balance")
    async def balance() -> int:
        arrived.set()
        async with AsyncSession(engine) as session:
            return int(await session.scalar(text("SELECT 42")))

    async with served(app) as client:
        async with engine.connect():  # the only connection
            asked = asyncio.create_task(client.get("/balance"))
            await arrived.wait()
            found = await look()
        (await asked).raise_for_status()
    await engine.dispose()
    return found


# --8<-- [end:waiting]
