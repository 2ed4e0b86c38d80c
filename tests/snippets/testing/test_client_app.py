"""`unexpected keyword argument 'app'`: what httpx takes in its place."""

import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request

from snippets.testing.errors_client_app import app, shortcut, started, through_transport

GONE = r"^{}\.__init__\(\) got an unexpected keyword argument 'app'$"


def test_a_client_that_is_given_an_application_raises() -> None:
    with pytest.raises(TypeError, match=GONE.format("AsyncClient")):
        shortcut(app)


def test_so_does_the_client_that_is_not_async() -> None:
    sync: Any = httpx.Client
    with pytest.raises(TypeError, match=GONE.format("Client")):
        sync(app=app, base_url="http://test")


def test_so_does_httpx2() -> None:
    code = "import httpx2\nhttpx2.AsyncClient(app=print)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    last = "TypeError: AsyncClient.__init__() got an unexpected keyword argument 'app'"
    assert done.stderr.splitlines()[-1] == last


async def test_through_a_transport_it_is_asked_without_its_lifespan() -> None:
    async with through_transport(app) as client:
        answer = await client.get("/orders/7")
    assert (answer.status_code, answer.json()) == (200, None)


async def test_inside_of_the_lifespan_it_answers() -> None:
    async with started(app) as client:
        assert (await client.get("/orders/7")).json() == "tea"
        assert hasattr(app.state, "orders")
    del app.state.orders


def test_an_application_that_is_wsgi_has_a_transport_of_its_own() -> None:
    """As in baize's issue 73, which gave one to `httpx.Client`."""

    def respond(environ: Any, start: Any) -> list[bytes]:
        start("200 OK", [("Content-Type", "text/plain")])
        return [b"tea"]

    with httpx.Client(transport=httpx.WSGITransport(app=respond), base_url="http://test") as client:
        assert client.get("/").text == "tea"


def test_a_client_that_is_not_async_cannot_use_the_async_transport() -> None:
    transport: Any = httpx.ASGITransport(app=app)
    with (
        pytest.raises(
            AttributeError, match=r"^'ASGITransport' object has no attribute '__enter__'$"
        ),
        httpx.Client(transport=transport),
    ):
        pass


def test_the_application_is_no_argument_without_a_name() -> None:
    anything: Any = httpx.AsyncClient
    with pytest.raises(TypeError, match="takes 1 positional argument but 2 were given"):
        anything(app)


async def test_nor_is_it_a_transport_itself() -> None:
    application: Any = app
    client = httpx.AsyncClient(transport=application, base_url="http://test")
    with pytest.raises(AttributeError, match="no attribute 'handle_async_request'"):
        await client.get("/orders/7")


async def test_without_a_base_url_the_application_answers_and_the_client_raises() -> None:
    asked = []
    bare = FastAPI()

    @bare.get("/orders")
    async def read() -> None:
        asked.append(1)

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=bare)) as client:
        with pytest.raises(ValueError, match=r"^unknown url type: '/orders'$"):
            await client.get("/orders")
    assert asked == [1]


def test_a_transport_takes_no_lifespan() -> None:
    anything: Any = httpx.ASGITransport
    with pytest.raises(TypeError, match="unexpected keyword argument 'lifespan'"):
        anything(app=app, lifespan="on")


async def test_inside_of_the_lifespan_a_request_has_no_state_that_it_yields() -> None:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, str]]:
        yield {"pool": "a pool"}

    yielding = FastAPI(lifespan=lifespan)

    @yielding.get("/")
    async def read(request: Request) -> str:
        return str(request.state.pool)

    async with started(yielding) as client:
        with pytest.raises(AttributeError, match=r"^'State' object has no attribute 'pool'$"):
            await client.get("/")


@pytest.mark.parametrize("raises", [True, False])
async def test_an_exception_of_the_application_reaches_the_test_unless_it_is_told_not_to(
    raises: bool,
) -> None:
    broken = FastAPI()

    @broken.get("/")
    async def fail() -> None:
        raise LookupError("no tea")

    transport = httpx.ASGITransport(app=broken, raise_app_exceptions=raises)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        if raises:
            with pytest.raises(LookupError, match=r"^no tea$"):
                await client.get("/")
        else:
            assert (await client.get("/")).status_code == 500
