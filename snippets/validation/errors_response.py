"""What an endpoint returns is checked, too, and a failure is a 500.

Running it asks for three orders that no client should have to know
about, and for one that is fixed, and prints what is raised.
"""

import asyncio
from collections.abc import Callable
from textwrap import fill
from typing import Any

import httpx
from fastapi import FastAPI, HTTPException
from fastapi.exceptions import ResponseValidationError
from pydantic import BaseModel

WIDTH = 72  # columns


# --8<-- [start:raises]
class Order(BaseModel):
    number: str
    note: str


ORDERS = {"A-1": {"number": "A-1", "note": None}}


async def find(number: str) -> dict[str, Any] | None:
    return ORDERS.get(number)


async def unchecked(number: str) -> Any:
    return await find(number)  # None, if there is no such order  # [!]


async def forgotten(number: str) -> Any:
    return find(number)  # no await


# --8<-- [end:raises]


# --8<-- [start:fix]
class OrderOut(BaseModel):
    number: str
    note: str | None  # the column may be empty


async def checked(number: str) -> Any:
    order = await find(number)
    if order is None:
        raise HTTPException(404, "There is no such order")
    return order


# --8<-- [end:fix]


async def ask(
    endpoint: Callable[..., Any], model: Any, number: str = ""
) -> str:
    app = FastAPI()
    app.get("/order", response_model=model)(endpoint)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://test"
    ) as client:
        try:
            answer = await client.get("/order?number=" + number)
        except ResponseValidationError as error:
            return str(error).partition("\n\n")[0]
    return f"{answer.status_code} {answer.text}"


def main() -> None:
    for endpoint, model, number in (
        (unchecked, Order, "A-2"),
        (unchecked, Order, "A-1"),
        (checked, OrderOut, "A-2"),
        (checked, OrderOut, "A-1"),
    ):
        said = asyncio.run(ask(endpoint, model, number))
        name = f"{endpoint.__name__} {number}"
        print(fill(f"{name}: {said}", WIDTH))


if __name__ == "__main__":
    main()
