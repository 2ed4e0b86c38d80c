"""Requests beyond the limit are refused before they cost anything."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from snippets.resilience.shedding import LoadShedding

LIMIT = 3


@pytest.fixture
def gate() -> asyncio.Event:
    return asyncio.Event()


@pytest.fixture
async def client(gate: asyncio.Event) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    app.add_middleware(LoadShedding, limit=LIMIT, exempt={"/health"})

    @app.get("/wait")
    async def wait() -> None:
        await gate.wait()

    @app.get("/fail")
    async def fail() -> None:
        raise RuntimeError("the endpoint failed")

    @app.get("/health")
    async def health() -> None: ...

    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://app") as client:
        yield client


async def test_the_limit_is_served_and_the_rest_told_to_come_back(
    client: httpx.AsyncClient, gate: asyncio.Event
) -> None:
    calls = [asyncio.create_task(client.get("/wait")) for _ in range(LIMIT + 2)]
    refused = [await call for call in calls[LIMIT:]]
    assert [answer.status_code for answer in refused] == [503, 503]
    assert refused[0].json() == {"detail": "too many requests in service"}
    assert (await client.get("/health")).status_code == 200
    gate.set()
    assert [(await call).status_code for call in calls[:LIMIT]] == [200] * LIMIT


async def test_the_refused_are_not_all_asked_to_come_back_at_once(
    client: httpx.AsyncClient, gate: asyncio.Event
) -> None:
    served = [asyncio.create_task(client.get("/wait")) for _ in range(LIMIT)]
    await asyncio.sleep(0)
    refused = [await client.get("/wait") for _ in range(100)]
    assert {answer.status_code for answer in refused} == {503}
    after_s = {int(answer.headers["Retry-After"]) for answer in refused}
    assert after_s == {1, 2, 3, 4, 5}  # one is missing once in a billion runs
    gate.set()
    await asyncio.gather(*served)


async def test_a_canceled_request_leaves_its_place(
    client: httpx.AsyncClient, gate: asyncio.Event
) -> None:
    for _ in range(LIMIT):
        call = asyncio.create_task(client.get("/wait"))
        await asyncio.sleep(0.01)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
    gate.set()
    assert (await client.get("/wait")).status_code == 200


async def test_a_request_that_fails_leaves_its_place(
    client: httpx.AsyncClient, gate: asyncio.Event
) -> None:
    gate.set()
    for _ in range(LIMIT + 1):
        with pytest.raises(RuntimeError, match="the endpoint failed"):
            await client.get("/fail")
    assert (await client.get("/wait")).status_code == 200


async def test_the_lifespan_is_not_a_request() -> None:
    seen: list[str] = []

    async def app(scope: object, receive: object, send: object) -> None:
        seen.append("passed on")

    shedding = LoadShedding(app, limit=0, exempt=set())
    await shedding({"type": "lifespan"}, None, None)  # type: ignore[arg-type]
    assert seen == ["passed on"]
