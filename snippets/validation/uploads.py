"""An order by a click, whose endpoint reads no body."""

from collections.abc import AsyncIterator

import httpx
from fastapi import FastAPI

LIMIT = 1_000
LARGE = b"x" * 2_000


# --8<-- [start:app]
def add_orders(app: FastAPI) -> list[str]:
    """The orders that the application places."""
    placed: list[str] = []

    @app.post("/orders", status_code=201)
    async def place_order() -> None:
        placed.append("A-1")

    return placed


# --8<-- [end:app]


async def in_chunks() -> AsyncIterator[bytes]:
    yield LARGE


async def tell(app: FastAPI, placed: list[str]) -> None:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://test"
    ) as client:
        for name, body in (("whole", LARGE), ("chunks", in_chunks())):
            placed.clear()
            told = await client.post("/orders", content=body)
            print(f"{name}: {told.status_code}, {len(placed)} orders")
