"""What `Depends(…, max_concurrency=n)` limits, and what it does not."""

import asyncio
from collections.abc import AsyncIterator, MutableMapping
from typing import Annotated, Any

import httpx
import pytest
from fastapi import Depends, FastAPI

from snippets.concurrency import limited, naive_limited
from snippets.concurrency.inside import REQUESTS, Inside, most_inside


async def test_two_routes_share_the_limit_of_one_declaration() -> None:
    assert await most_inside(limited.create_app) == 3


async def test_a_place_is_free_again_before_the_response_is_read() -> None:
    app = limited.create_app(Inside())
    read = asyncio.Event()

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request"}

    async def send(message: MutableMapping[str, Any]) -> None:
        await read.wait()

    scope = {"type": "http", "method": "GET", "path": "/dashboard", "headers": []}
    slow = [
        asyncio.ensure_future(app({**scope, "query_string": b""}, receive, send)) for _ in range(3)
    ]
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app)) as client:
        answer = await asyncio.wait_for(client.get("http://app/dashboard"), timeout=30)
    read.set()
    await asyncio.gather(*slow)
    assert answer.status_code == 200


@pytest.mark.naive("snippets/concurrency/naive_limited.py")
async def test_a_dependency_without_yield_lets_every_request_in() -> None:
    assert await most_inside(naive_limited.create_app) == 2 * REQUESTS


async def test_two_declarations_of_the_same_dependency_are_two_limits() -> None:
    async def slot() -> AsyncIterator[None]:
        yield

    def create_app(inside: Inside) -> FastAPI:
        app = FastAPI()

        @app.get("/dashboard")
        async def dashboard(slot: Annotated[None, Depends(slot, max_concurrency=3)]) -> None:
            await inside.work()

        @app.get("/export")
        async def export(slot: Annotated[None, Depends(slot, max_concurrency=3)]) -> None:
            await inside.work()

        return app

    assert await most_inside(create_app) == 6
