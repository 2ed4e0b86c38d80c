"""An endpoint that refuses work when too much of it waits.

Running it sends five reports to a queue that takes three, works one
off, and sends another.
"""

import asyncio
import math
import random

import asyncpg
import httpx
from fastapi import Depends, FastAPI, HTTPException, Request

from snippets.jobs.loop import run_next
from snippets.jobs.table import TABLES, Job, enqueue

# --8<-- [start:bound]
# Counts no further than it must, however long the queue is.
WAITING = "SELECT count(*) FROM (SELECT FROM jobs LIMIT $1) AS waiting"
JOBS_A_SECOND = 5.0  # of all workers, as measured


async def room(request: Request) -> None:
    """Refuse what would wait longer than anybody wants it to.

    Raises:
        HTTPException: 503, with the seconds until there is room.
    """
    bound: int = request.app.state.bound
    async with request.app.state.pool.acquire() as connection:
        waiting = await connection.fetchval(WAITING, bound)
    if waiting == bound:  # [!]
        drained_s = math.ceil(bound / JOBS_A_SECOND)
        wait_s = random.randint(1, 1 + drained_s)  # not all at once
        headers = {"Retry-After": str(wait_s)}
        raise HTTPException(503, "the queue is full", headers)


# --8<-- [end:bound]


def create_app(pool: asyncpg.Pool, bound: int) -> FastAPI:
    app = FastAPI()
    app.state.pool, app.state.bound = pool, bound

    @app.post("/reports", status_code=202, dependencies=[Depends(room)])
    async def order_report() -> None:
        async with pool.acquire() as connection:
            await enqueue(connection, {"report": "sales"})

    return app


async def told(dsn: str, bound: int, reports: int) -> list[int]:
    """What each client is told, and one more when a job is done."""
    async with asyncpg.create_pool(dsn, min_size=1) as pool:
        await pool.execute(TABLES)
        transport = httpx.ASGITransport(create_app(pool, bound))
        async with httpx.AsyncClient(
            transport=transport, base_url="http://test"
        ) as client:

            async def order() -> int:
                return (await client.post("/reports")).status_code

            statuses = [await order() for _ in range(reports)]
            async with pool.acquire() as connection:
                await run_next(connection, done)
            return [*statuses, await order()]


async def done(_: Job) -> None: ...


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        *first, last = asyncio.run(told(dsn, bound=3, reports=5))
    print(f"five reports: {first}\none job done: {last}")


if __name__ == "__main__":
    main()
