"""What a transport does unlike a socket, with both clients that have one."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx
import httpx2
import pytest
from fastapi import FastAPI, Request

from snippets.testing.questions import ANSWER_S, app
from snippets.testing.socketed import socketed
from snippets.testing.started import started
from snippets.testing.transport import QUESTIONS, TIMEOUT_S, told

NEAR = {
    "/pool": "AttributeError",  # no lifespan
    "/fails": "LookupError",  # the exception itself
    "/late": "RuntimeError",  # of the commit, after a 201
    "/stream": "200 first, last",  # when all of it is there
    "/slow": "200 null",  # when it is ready
}
FAR = {
    "/pool": '200 "a pool"',
    "/fails": "500 Internal Server Error",
    "/late": '201 "stored"',
    "/stream": "200 first",
    "/slow": "ReadTimeout",
}


def test_each_question_is_asked_of_both() -> None:
    assert set(NEAR) == set(FAR) == {path for _, path in QUESTIONS}
    assert TIMEOUT_S < ANSWER_S


@pytest.mark.parametrize("library", [httpx, httpx2])
async def test_what_a_test_is_told_over_a_transport(library: Any) -> None:
    transport = library.ASGITransport(app=app)
    async with library.AsyncClient(transport=transport, base_url="http://test") as client:
        assert {path: await told(client, path) for path in NEAR} == NEAR


async def test_what_it_is_told_over_a_socket() -> None:
    async with socketed(app) as client:
        assert {path: await told(client, path) for path in FAR} == FAR


async def test_inside_of_the_lifespan_a_transport_has_its_state_and_a_status() -> None:
    """And still neither a time-out, nor an answer in parts."""
    async with started(app) as client:
        found = {path: await told(client, path) for path in NEAR}
    assert found == NEAR | {path: FAR[path] for path in ("/pool", "/fails", "/late")}


async def test_entering_the_lifespan_alone_does_not_give_a_request_its_state() -> None:
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(app.router.lifespan_context(app))
        transport = httpx.ASGITransport(app=app)
        client = httpx.AsyncClient(transport=transport, base_url="http://test")
        await stack.enter_async_context(client)
        assert await told(client, "/pool") == NEAR["/pool"]


async def test_one_request_does_not_change_the_state_of_the_next() -> None:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, int]]:
        yield {"count": 0}

    counting = FastAPI(lifespan=lifespan)

    @counting.get("/")
    async def count(request: Request) -> int:
        request.state.count += 1
        return int(request.state.count)

    for open_client in (started, socketed):
        async with open_client(counting) as client:
            assert [await told(client, "/") for _ in range(2)] == ["200 1", "200 1"]


async def test_an_application_without_state_is_started_too() -> None:
    bare = FastAPI()

    @bare.get("/")
    async def read() -> str:
        return "tea"

    async with started(bare) as client:
        assert await told(client, "/") == '200 "tea"'


async def test_an_answer_without_a_body_is_its_status() -> None:
    bare = FastAPI()

    @bare.get("/", status_code=204)
    async def drop() -> None: ...

    async with started(bare) as client:
        assert await told(client, "/") == "204"


async def test_an_application_that_does_not_start_says_so() -> None:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        raise ConnectionRefusedError
        yield

    broken = FastAPI(lifespan=lifespan)
    with pytest.raises(RuntimeError, match="did not start"):
        async with socketed(broken):
            pass
    with pytest.raises(ConnectionRefusedError):
        async with started(broken):
            pass
