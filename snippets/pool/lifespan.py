"""One pool for the life of the process, opened in the lifespan.

Running it serves 100 requests, ten at a time, and prints how many
server processes PostgreSQL started to answer them.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import asyncpg
import httpx
from fastapi import Depends, FastAPI, HTTPException, Request

from snippets.pool.retry_after import retry_after

# --8<-- [start:acquire]
POOL_SIZE = 10
ACQUIRE_TIMEOUT_S = 2.0  # in line, connecting, giving back
COMMAND_TIMEOUT_S = 2.0  # each statement; all below the deadline


async def acquire(request: Request) -> AsyncIterator[Any]:
    pool: asyncpg.Pool = request.app.state.pool
    try:
        connection = await pool.acquire(timeout=ACQUIRE_TIMEOUT_S)
    except TimeoutError:
        raise HTTPException(503, headers=retry_after()) from None
    try:
        yield connection
    finally:
        await pool.release(connection)


# In its default scope it would end after the response was sent: a
# long stream goes out as fast, or as slowly, as the client reads it.
Connection = Annotated[
    asyncpg.Connection, Depends(acquire, scope="function")  # [!]
]
# --8<-- [end:acquire]


# --8<-- [start:app]
def create_app(dsn: str) -> FastAPI:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with asyncpg.create_pool(
            dsn,
            min_size=POOL_SIZE,
            max_size=POOL_SIZE,
            command_timeout=COMMAND_TIMEOUT_S,
        ) as app.state.pool:
            yield

    app = FastAPI(lifespan=lifespan)

    @app.get("/backend")
    async def backend(connection: Connection) -> int:
        pid: int = await connection.fetchval("SELECT pg_backend_pid()")
        return pid

    return app


# --8<-- [end:app]


async def backends(app: FastAPI, waves: int, at_once: int) -> set[int]:
    """Send waves of requests: which server processes answered?"""
    pids = set[int]()
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://app"
        ) as client,
    ):
        for _ in range(waves):
            wave = (client.get("/backend") for _ in range(at_once))
            for response in await asyncio.gather(*wave):
                pids.add(response.raise_for_status().json())
    return pids


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        pids = asyncio.run(backends(create_app(dsn), 10, 10))
    print(f"100 requests, {len(pids)} server processes")


if __name__ == "__main__":
    main()
