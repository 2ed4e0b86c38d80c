"""Load shedding: what is too much is refused at once, and nobody holds a place for ever."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.types import Message, Receive, Scope, Send

from snippets.backend.shedding import LARGEST_BODY, LoadShedding
from tests.snippets.backend.shop import Shop, is_problem


def client(app: LoadShedding) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://app")


async def test_more_than_the_limit_is_refused_and_places_come_back() -> None:
    go = asyncio.Event()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await go.wait()
        await httpx_answer(send)

    async with client(LoadShedding(app, 2, 60, frozenset({"/health"}))) as http:
        calls = [asyncio.create_task(http.get("/")) for _ in range(5)]
        refused = [await one for one in calls[2:]]
        assert all(is_problem(one, 503) for one in refused)
        assert {one.headers["Retry-After"] for one in refused} <= set("12345")
        go.set()
        assert (await http.get("/health")).status_code == 200
        assert [(await one).status_code for one in calls[:2]] == [200, 200]
        assert (await http.get("/")).status_code == 200


async def httpx_answer(send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})


async def test_a_place_comes_back_after_a_failure() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        raise ZeroDivisionError

    async with client(LoadShedding(app, 1, 60, frozenset())) as http:
        for _ in range(3):
            with pytest.raises(ZeroDivisionError):
                await http.get("/")


async def test_what_takes_too_long_is_ended() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.Event().wait()

    async with client(LoadShedding(app, 1, 0.01, frozenset())) as http:
        assert is_problem(await http.get("/"), 503)
        assert is_problem(await http.get("/"), 503)


@pytest.mark.parametrize("begun", [True, False])
async def test_a_timeout_of_the_application_is_its_own(begun: bool) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if begun:
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await asyncio.Event().wait()
        raise TimeoutError

    async with client(LoadShedding(app, 1, 0.01, frozenset())) as http:
        with pytest.raises(TimeoutError):
            await http.get("/")


async def test_a_body_without_end_is_refused(shop: Shop) -> None:
    read = Counter[str]()

    async def body() -> AsyncIterator[bytes]:
        while True:
            read["parts"] += 1
            yield b" " * 1024

    headers = {"Content-Type": "application/json"}
    assert is_problem(await shop.client.post("/tokens", content=body(), headers=headers), 413)
    assert read["parts"] == LARGEST_BODY // 1024 + 1


async def test_other_scopes_pass() -> None:
    passed: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        passed.append(scope["type"])

    async def receive() -> Message: ...  # type: ignore[empty-body]

    async def send(_: Message) -> None: ...

    await LoadShedding(app, 0, 60, frozenset())({"type": "lifespan"}, receive, send)
    assert passed == ["lifespan"]
