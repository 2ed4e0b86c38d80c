"""A body that does not say it is JSON is a string for FastAPI.

Running it posts one order in five ways, and prints what is answered.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
from fastapi import FastAPI
from pydantic import BaseModel

Post = Callable[[httpx.AsyncClient], Awaitable[httpx.Response]]


# --8<-- [start:endpoint]
class Order(BaseModel):
    number: str


def create_app() -> FastAPI:
    app = FastAPI()

    @app.post("/orders")
    async def place_order(order: Order) -> str:
        return order.number

    return app


# --8<-- [end:endpoint]
# --8<-- [start:raises]
ORDER = {"number": "A-1"}
TEXT = '{"number": "A-1"}'


async def untyped(client: httpx.AsyncClient) -> httpx.Response:
    return await client.post("/orders", content=TEXT)  # no header


async def twice(client: httpx.AsyncClient) -> httpx.Response:
    return await client.post("/orders", json=TEXT)  # a string  # [!]


async def form(client: httpx.AsyncClient) -> httpx.Response:
    return await client.post("/orders", data=ORDER)


async def several(client: httpx.AsyncClient) -> httpx.Response:
    return await client.post("/orders", json=[ORDER])


# --8<-- [end:raises]


# --8<-- [start:fix]
async def one_object(client: httpx.AsyncClient) -> httpx.Response:
    return await client.post("/orders", json=ORDER)


# --8<-- [end:fix]


async def ask(app: FastAPI, post: Post) -> tuple[int, Any]:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://test"
    ) as client:
        answer = await post(client)
    return answer.status_code, answer.json()


def main() -> None:
    app = create_app()
    for post in (untyped, twice, form, several, one_object):
        status, told = asyncio.run(ask(app, post))
        if status != httpx.codes.OK:
            told = f"input: {told['detail'][0]['input']!r}"
        print(f"{post.__name__}: {status}, {told}")


if __name__ == "__main__":
    main()
