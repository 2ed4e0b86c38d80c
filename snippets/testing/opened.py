"""The application as a client sees it, without a socket.

The lifespan is entered, which the transport does not do, and what the
application raises is a 500, as it is behind a server.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from uuid import uuid4

import httpx
from fastapi import FastAPI

Create = Callable[..., FastAPI]
"""Makes the application; takes options of its connection pool."""


# --8<-- [start:opened]
@asynccontextmanager
async def opened(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=transport, base_url="http://test"
        ) as client,
    ):
        yield client


async def stocked(client: httpx.AsyncClient, stock: int) -> str:
    """A product with so many in stock; where its sales are."""
    new = {"name": f"tea {uuid4()}", "stock": stock}
    product = (await client.post("/products", json=new)).json()
    return f"/products/{product['id']}/sales"


# --8<-- [end:opened]
