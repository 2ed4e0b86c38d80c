"""Requests to count: orders, and two of which a part comes late.

That is the mail, after the answer, and the rest of the export, after
its first byte. It is held until somebody has looked what is counted.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable

import httpx
from fastapi import BackgroundTasks, FastAPI
from fastapi.responses import StreamingResponse

PATHS = 20
LATE = ("/mail", "/export")


class Held:
    """A part that has begun, and ends when it may."""

    def __init__(self) -> None:
        self.begun, self.looked = asyncio.Event(), asyncio.Event()

    async def part(self) -> None:
        self.begun.set()
        await self.looked.wait()


# --8<-- [start:routes]
def add_routes(app: FastAPI, held: Held) -> None:
    @app.get("/orders/{number}")
    async def order(number: int) -> int:
        return number

    @app.get("/mail")
    async def mail(tasks: BackgroundTasks) -> None:
        tasks.add_task(held.part)

    @app.get("/export")
    async def export() -> StreamingResponse:
        async def rows() -> AsyncIterator[bytes]:
            yield b"first"
            await held.part()
            yield b"last"

        return StreamingResponse(rows())

    @app.get("/failing")
    async def failing() -> None:
        raise LookupError("a row that must be there")


# --8<-- [end:routes]


# --8<-- [start:ask]
async def ask(
    client: httpx.AsyncClient,
    held: Held,
    counted: Callable[[], Iterable[str]],
) -> set[str]:
    """The routes whose duration has the late part in it, too."""
    for number in range(PATHS):
        await client.get(f"/orders/{number}")
        await client.get(f"/unknown/{number}")
    within = set()
    for path in LATE:
        asked = asyncio.create_task(client.get(path))
        await held.begun.wait()
        if path not in counted():  # it ends later than that begins
            within.add(path)
        held.looked.set()
        await asked
        held.begun.clear()
        held.looked.clear()
    await client.get("/failing")
    return within


# --8<-- [end:ask]
