"""Applications that the listings serve in their own process."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import httpx
import pytest
from fastapi import FastAPI, Request

import snippets.dependencies.served
import snippets.jobs.served
import snippets.seeing.served
import snippets.tokens.served
from tests.nagle import held_back

Serve = Callable[[FastAPI], AbstractAsyncContextManager[httpx.AsyncClient]]
each = pytest.mark.parametrize(
    "served",
    [
        snippets.dependencies.served.served,
        snippets.jobs.served.served,
        snippets.seeing.served.served,
        snippets.tokens.served.served,
    ],
)


@each
async def test_an_application_that_does_not_start_is_not_waited_for(served: Serve) -> None:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        raise ConnectionRefusedError
        yield

    with pytest.raises(RuntimeError, match="did not start"):
        async with served(FastAPI(lifespan=lifespan)):
            raise AssertionError


@each
async def test_a_server_ends_with_whoever_fails_beside_it(served: Serve) -> None:
    ended = False

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        nonlocal ended
        yield
        ended = True

    with pytest.raises(ZeroDivisionError):
        async with served(FastAPI(lifespan=lifespan)):
            raise ZeroDivisionError
    assert ended
    assert len(asyncio.all_tasks()) == 1


@each
async def test_the_parts_of_an_answer_leave_at_once(served: Serve) -> None:
    app = FastAPI()

    @app.get("/")
    async def answer(request: Request) -> list[bool]:
        return held_back(request.scope["server"][1])

    async with served(app) as client:
        assert (await client.get("/")).json() == [False]
