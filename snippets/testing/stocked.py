"""What the tests of the shop begin with."""

from collections.abc import Callable
from uuid import uuid4

import httpx
from fastapi import FastAPI

Create = Callable[..., FastAPI]
"""Makes the application; takes options of its connection pool."""


# --8<-- [start:stocked]
async def stocked(client: httpx.AsyncClient, stock: int) -> str:
    """A product with so many in stock; where its sales are."""
    new = {"name": f"tea {uuid4()}", "stock": stock}
    product = (await client.post("/products", json=new)).json()
    return f"/products/{product['id']}/sales"


# --8<-- [end:stocked]
