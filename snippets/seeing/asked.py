"""Requests to count: orders, background work, a stream, a failure.

The mail and the export take a quarter of a second after the answer,
or its first byte, has left.
"""

import asyncio
from collections.abc import AsyncIterator

import httpx
from fastapi import BackgroundTasks, FastAPI
from fastapi.responses import StreamingResponse

LATE_S = 0.25
PATHS = 20


# --8<-- [start:routes]
def add_routes(app: FastAPI) -> None:
    @app.get("/orders/{number}")
    async def order(number: int) -> int:
        return number

    @app.get("/mail")
    async def mail(tasks: BackgroundTasks) -> None:
        tasks.add_task(asyncio.sleep, LATE_S)

    @app.get("/export")
    async def export() -> StreamingResponse:
        async def rows() -> AsyncIterator[bytes]:
            yield b"first"
            await asyncio.sleep(LATE_S)
            yield b"last"

        return StreamingResponse(rows())

    @app.get("/failing")
    async def failing() -> None:
        raise LookupError("a row that must be there")


# --8<-- [end:routes]


async def ask(client: httpx.AsyncClient) -> None:
    for number in range(PATHS):
        await client.get(f"/orders/{number}")
        await client.get(f"/unknown/{number}")
    for path in ("/mail", "/export", "/failing"):
        await client.get(path)
