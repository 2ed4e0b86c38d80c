"""How long a client that does not read keeps a connection, over a socket and in uvicorn."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

import asyncpg
import httpx
import pytest
import uvicorn
from fastapi import Depends, FastAPI, Request, Response
from fastapi.exceptions import FastAPIError
from fastapi.responses import FileResponse, StreamingResponse
from starlette.background import BackgroundTask
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint

from snippets.pool.lifespan import POOL_SIZE, Connection, acquire, create_app

BODY = 64 * 1024 * b"x"
MANY = 512  # 32 MiB, more than any buffer between uvicorn and a client
DefaultScope = Annotated[asyncpg.Connection, Depends(acquire)]


KEPT = pytest.mark.parametrize(
    ("connection", "kept"), [(DefaultScope, True), (Connection, False)], ids=["default", "function"]
)


async def pass_on(request: Request, call_next: RequestResponseEndpoint) -> Response:
    return await call_next(request)


def whole() -> Response:
    return Response(MANY * BODY)


def stream() -> Response:
    async def body() -> AsyncIterator[bytes]:
        for _ in range(MANY):
            yield BODY

    return StreamingResponse(body())


def app_that_answers(dsn: str, answer: Callable[[], Response], connection: Any) -> FastAPI:
    app = create_app(dsn)

    async def report(connection: connection) -> Response:
        return answer()

    app.add_api_route("/report", report, response_model=None)
    return app


@asynccontextmanager
async def served(app: FastAPI) -> AsyncIterator[int]:
    """The port of a uvicorn that serves the app."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            while not server.started:  # noqa: ASYNC110, uvicorn has no event for it
                await asyncio.sleep(0.001)
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            await serving


@asynccontextmanager
async def slow_reader(port: int) -> AsyncIterator[None]:
    """A client that has read the first byte of its answer, and stops."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
    writer.write(b"GET /report HTTP/1.1\r\nHost: app\r\n\r\n")
    assert await reader.readexactly(1)
    try:
        yield
    finally:
        writer.transport.abort()


async def held(app: FastAPI) -> bool:
    """Whether the connection is out once the answer is on its way to a client that stopped."""
    async with served(app) as port, slow_reader(port):
        for _ in range(100):
            if app.state.pool.get_idle_size() == POOL_SIZE:
                return False
            await asyncio.sleep(0.005)
        return True


@pytest.mark.parametrize("connection", [DefaultScope, Connection], ids=["default", "function"])
async def test_an_ordinary_body_is_handed_to_uvicorn_whole_and_the_connection_comes_back(
    dsn: str, connection: object
) -> None:
    assert not await held(app_that_answers(dsn, whole, connection))


@pytest.mark.parametrize("answer", [whole, stream])
async def test_behind_a_base_http_middleware_default_scope_waits_for_the_client(
    dsn: str, answer: Callable[[], Response]
) -> None:
    app = app_that_answers(dsn, answer, DefaultScope)
    app.add_middleware(BaseHTTPMiddleware, dispatch=pass_on)
    assert await held(app)


async def test_a_stream_keeps_the_connection_in_default_scope(dsn: str) -> None:
    assert await held(app_that_answers(dsn, stream, DefaultScope))


@pytest.mark.parametrize("middleware", [False, True])
async def test_what_fits_the_buffers_is_sent_whether_the_client_reads_or_not(
    dsn: str, middleware: bool
) -> None:
    async def body() -> AsyncIterator[bytes]:
        yield BODY

    app = app_that_answers(dsn, lambda: StreamingResponse(body()), DefaultScope)
    if middleware:
        app.add_middleware(BaseHTTPMiddleware, dispatch=pass_on)
    assert not await held(app)


@KEPT
async def test_a_file_keeps_the_connection_in_default_scope(
    dsn: str, tmp_path: Path, connection: object, kept: bool
) -> None:
    path = tmp_path / "report"
    path.write_bytes(MANY * BODY)
    app = app_that_answers(dsn, lambda: FileResponse(path), connection)
    assert await held(app) == kept


@KEPT
async def test_a_background_task_keeps_the_connection_in_default_scope(
    dsn: str, connection: object, kept: bool
) -> None:
    """However fast the client reads: the dependency ends after the task."""
    ends = asyncio.Event()
    app = app_that_answers(
        dsn, lambda: Response(b"done", background=BackgroundTask(ends.wait)), connection
    )
    async with served(app) as port, slow_reader(port):
        free = asyncio.create_task(is_free(app))
        done, _ = await asyncio.wait([free], timeout=0.5 if kept else 20)
        assert bool(done) != kept
        ends.set()
        await free


async def is_free(app: FastAPI) -> None:
    while app.state.pool.get_idle_size() < POOL_SIZE:  # noqa: ASYNC110, the pool has no event
        await asyncio.sleep(0.005)


@KEPT
async def test_a_stream_that_reads_needs_a_connection_that_outlives_the_endpoint(
    dsn: str, connection: Any, kept: bool
) -> None:
    app = create_app(dsn)

    async def report(connection: connection) -> Response:
        async def body() -> AsyncIterator[str]:
            yield str(await connection.fetchval("SELECT 42"))

        return StreamingResponse(body())

    app.add_api_route("/report", report, response_model=None)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://app") as client:
            if kept:
                assert (await client.get("/report")).text == "42"
            else:
                with pytest.raises(asyncpg.InterfaceError, match="released back to the pool"):
                    await client.get("/report")


@KEPT
async def test_a_background_task_that_asks_needs_a_connection_that_outlives_the_endpoint(
    dsn: str, connection: Any, kept: bool
) -> None:
    app = create_app(dsn)
    heard: list[str] = []

    async def report(connection: connection) -> Response:
        async def ask() -> None:
            try:
                heard.append(str(await connection.fetchval("SELECT 42")))
            except asyncpg.InterfaceError:
                heard.append("released")

        return Response(background=BackgroundTask(ask))

    app.add_api_route("/report", report, response_model=None)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://app") as client:
            await client.get("/report")
    assert heard == ["42" if kept else "released"]


def test_a_dependency_with_yield_that_takes_it_must_say_the_scope_too(dsn: str) -> None:
    async def repository(connection: Connection) -> AsyncIterator[object]:
        yield connection

    async def report(repository: object) -> None: ...

    app = create_app(dsn)
    report.__annotations__["repository"] = Annotated[object, Depends(repository)]
    with pytest.raises(FastAPIError, match='cannot depend on dependencies with scope "function"'):
        app.get("/report")(report)
    report.__annotations__["repository"] = Annotated[object, Depends(repository, scope="function")]
    app.get("/report")(report)


@pytest.mark.parametrize("answer", [whole, stream])
@pytest.mark.parametrize("middleware", [False, True])
async def test_in_function_scope_no_client_keeps_a_connection(
    dsn: str, answer: Callable[[], Response], middleware: bool
) -> None:
    app = app_that_answers(dsn, answer, Connection)
    if middleware:
        app.add_middleware(BaseHTTPMiddleware, dispatch=pass_on)
    assert not await held(app)
