"""How many statements a connection has prepared."""

from collections.abc import Awaitable, Callable

import httpx
from fastapi import Depends, FastAPI, Request
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

REQUESTS = 100
PREPARED = """SELECT statement FROM pg_prepared_statements
WHERE statement LIKE 'SELECT 42%'"""

Remember = Callable[[Request], Awaitable[None]]


# --8<-- [start:prepared]
async def prepared_after(
    dsn: str,
    remember: Remember,
    add_comments: Callable[[AsyncEngine], None],
    requests: int = REQUESTS,
) -> list[str]:
    """What the only connection has prepared after the requests."""
    engine = create_async_engine(
        make_url(dsn).set(drivername="postgresql+asyncpg"),
        pool_size=1,
        max_overflow=0,
    )
    add_comments(engine)
    app = FastAPI(dependencies=[Depends(remember)])

    @app.get("/orders/{number}")
    async def order(number: int) -> None:
        async with engine.connect() as connection:
            await connection.execute(text("SELECT 42"))

    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://app"
    ) as client:
        for number in range(requests):
            await client.get(f"/orders/{number}")
    async with engine.connect() as connection:
        prepared = list(await connection.scalars(text(PREPARED)))
    await engine.dispose()
    return prepared


# --8<-- [end:prepared]
