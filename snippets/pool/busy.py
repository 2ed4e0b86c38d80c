"""Who cannot have a connection in time is told when to come back.

Running it takes every connection of the pool, sends a request,
gives the connections back, and sends it again.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import httpx
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from sqlalchemy import text
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine

from snippets.pool.engine import POOL_SIZE, create_engine
from snippets.pool.retry_after import RETRY_S, retry_after


# --8<-- [start:app]
def create_app(engine: AsyncEngine) -> FastAPI:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        await engine.dispose()

    app = FastAPI(lifespan=lifespan)

    @app.exception_handler(PoolTimeout)
    async def busy(request: Request, error: Exception) -> JSONResponse:
        return JSONResponse(
            {"detail": "the database is busy"},
            status_code=503,
            headers=retry_after(),
        )

    @app.get("/answer")
    async def answer() -> int:
        async with engine.connect() as connection:
            number: int = await connection.scalar(text("SELECT 42"))
        return number

    return app


# --8<-- [end:app]


async def demonstrate(dsn: str) -> None:
    engine = create_engine(dsn)
    app = create_app(engine)
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport) as client,
    ):
        async with AsyncExitStack() as taken:
            for _ in range(POOL_SIZE):
                await taken.enter_async_context(engine.connect())
            print("pool empty:", await get(client))
        print("pool free:", await get(client))


async def get(client: httpx.AsyncClient) -> str:
    response = await client.get("http://app/answer")
    said = response.headers.get("Retry-After")
    spread = f"{RETRY_S.start} to {RETRY_S.stop - 1} s"
    told = spread if said and int(said) in RETRY_S else said
    return f"{response.status_code}, Retry-After: {told}"


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn))


if __name__ == "__main__":
    main()
