"""What stands in a line of the log, when it is written, and what a statement may carry."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import NoReturn
from uuid import UUID

import asyncpg
import httpx
import pytest
from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import PlainTextResponse, StreamingResponse
from opentelemetry.instrumentation.sqlalchemy import SQLAlchemyInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import format_trace_id, get_current_span
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from starlette.types import Message, Receive, Scope, Send

import lab
from lab.inside.statements import SETTINGS
from snippets.seeing import (
    comments,
    dearest,
    layers,
    lines,
    naive_comments,
    naive_layers,
    naive_lines,
)
from snippets.seeing.begun import tasks_begun
from snippets.seeing.noted import ends, fields, note
from snippets.seeing.prepared import REQUESTS, prepared_after
from snippets.seeing.printed import Lines, printed
from snippets.seeing.served import served

HTTP: Scope = {
    "type": "http",
    "method": "GET",
    "path": "/",
    "root_path": "",
    "query_string": b"",
    "headers": [],
}


async def nothing(*_: object) -> NoReturn:
    """Nothing is to be received or sent."""
    raise AssertionError


@pytest.mark.naive("snippets/seeing/naive_lines.py")
async def test_a_middleware_of_tasks_does_not_see_what_the_endpoint_found_out() -> None:
    kept = [json.loads(line) for line in (await printed(naive_lines.create_app)).splitlines()]
    assert [line["account"] for line in kept if line["event"] != "mail"] == ["unknown"] * 2
    assert [line["account"] for line in kept if line["event"] == "mail"] == ["ada"]


async def test_a_line_has_what_endpoint_and_thread_found_out_and_comes_before_the_mail() -> None:
    kept = [json.loads(line) for line in (await printed(lines.create_app)).splitlines()]
    assert kept == [
        {"event": "/orders", "request": "orders", "account": "ada", "status": 200},
        {"event": "mail", "request": "orders", "account": "ada", "status": 200},
        {"event": "/threaded", "request": "threaded", "account": "ada", "status": 200},
    ]


@pytest.mark.parametrize("sent", ["a" * 65, "line\tbreak", "", "{}"])
async def test_a_name_that_may_not_stand_in_a_log_is_replaced(sent: str) -> None:
    kept = Lines()
    async with served(lines.create_app(kept)) as client:
        await client.get("/threaded", headers={"x-request-id": sent})
    (line,) = map(json.loads, kept.kept)
    assert len(line["request"]) == 32


async def test_a_failure_has_one_line_too_and_an_unknown_path() -> None:
    kept = Lines()
    app = lines.create_app(kept)

    @app.get("/failing")
    async def failing() -> None:
        raise LookupError

    @app.exception_handler(Exception)
    async def tell(_: Request, error: Exception) -> PlainTextResponse:
        return PlainTextResponse(type(error).__name__, 500)

    async with served(app) as client:
        answer = await client.get("/failing")
        await client.get("/nothing")
    assert answer.text == "LookupError"  # the middleware lets it through
    failed, unknown = map(json.loads, kept.kept)
    assert (failed["event"], failed.get("status"), failed["error"]) == (
        "/failing",
        None,
        "LookupError",
    )
    assert (unknown["event"], unknown["status"], unknown.get("error")) == ("/nothing", 404, None)


async def test_an_answer_that_is_cut_off_has_one_line_that_says_so() -> None:
    told = asyncio.Event()

    class Telling(Lines):
        def write(self, event: str, /, **fields: object) -> None:
            super().write(event, **fields)
            told.set()

    kept = Telling()
    app = lines.create_app(kept)

    @app.get("/left")
    async def left() -> StreamingResponse:
        async def rows() -> AsyncIterator[bytes]:
            while True:
                yield b"row"
                await asyncio.sleep(0.01)

        return StreamingResponse(rows())

    @app.get("/broken")
    async def broken() -> StreamingResponse:
        async def rows() -> AsyncIterator[bytes]:
            yield b"row"
            raise LookupError

        return StreamingResponse(rows())

    async with served(app) as client:
        async with client.stream("GET", "/left") as answer:
            await anext(answer.aiter_raw())
        await told.wait()
        with pytest.raises(httpx.RemoteProtocolError):
            await client.get("/broken")
    found = [(line["event"], line["status"], line["error"]) for line in map(json.loads, kept.kept)]
    assert found == [("/left", 200, "cut off"), ("/broken", 200, "LookupError")]


async def test_an_answer_whose_last_byte_is_not_sent_has_an_error_in_its_line() -> None:
    """A server may say at the last byte that the client is gone: ASGI lets it raise."""
    kept = Lines()

    async def send(message: Message) -> None:
        if ends(message):
            raise ConnectionResetError

    async def receive() -> Message:
        return {"type": "http.request"}

    with pytest.raises(ConnectionResetError):
        await lines.create_app(kept)({**HTTP, "path": "/threaded"}, receive, send)
    (line,) = map(json.loads, kept.kept)
    assert (line["event"], line["status"], line["error"]) == (
        *("/threaded", 200),
        "ConnectionResetError",
    )


async def test_a_request_that_is_cancelled_has_a_line_that_says_so() -> None:
    kept = Lines()
    begun = asyncio.Event()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        begun.set()
        await asyncio.Event().wait()

    request = asyncio.create_task(lines.Logged(app, kept)(HTTP, nothing, nothing))
    await begun.wait()
    request.cancel()
    with pytest.raises(asyncio.CancelledError):
        await request
    (line,) = map(json.loads, kept.kept)
    assert line["error"] == "CancelledError"


async def test_a_file_that_the_server_sends_ends_an_answer() -> None:
    """As `FileResponse` asks a server that says it can: no body follows."""
    kept = Lines()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.pathsend", "path": "/export"})

    async def send(_: Message) -> None: ...

    await lines.Logged(app, kept)(HTTP, nothing, send)
    (line,) = map(json.loads, kept.kept)
    assert (line["status"], line.get("error")) == (200, None)


@pytest.mark.parametrize("scope", [{"type": "lifespan"}, {"type": "websocket", "path": "/news"}])
async def test_what_is_no_request_goes_through_and_has_no_line(scope: Scope) -> None:
    kept = Lines()
    went: list[Scope] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        went.append(scope)

    await lines.Logged(app, kept)({**scope, "headers": []}, nothing, nothing)
    assert [one["type"] for one in went] == [scope["type"]]
    assert kept.kept == []


async def test_an_endpoint_may_note_the_trace_that_it_is_in() -> None:
    kept = Lines()
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    app = FastAPI(telemetry={"tracer_provider": provider})
    app.add_middleware(lines.Logged, lines=kept)

    @app.get("/traced")
    async def traced() -> None:
        note(trace=format_trace_id(get_current_span().get_span_context().trace_id))

    async with served(app) as client:
        await client.get("/traced")
    (line,) = map(json.loads, kept.kept)
    traces = {format_trace_id(span.context.trace_id) for span in exporter.get_finished_spans()}
    assert traces == {line["trace"]}


async def test_an_endpoint_may_note_whatever_it_found_out() -> None:
    kept = Lines()
    app = lines.create_app(kept)

    @app.get("/noted")
    async def noted() -> None:
        note(event="mine", self="too", order=UUID(int=1))

    async with served(app) as client:
        (await client.get("/noted")).raise_for_status()
    (line,) = map(json.loads, kept.kept)
    assert (line["event"], line["self"], line["order"]) == ("mine", "too", str(UUID(int=1)))


def test_outside_of_a_request_a_note_is_lost_and_nothing_fails() -> None:
    note(account="ada")
    assert fields.get(None) is None


async def test_requests_at_once_do_not_share_a_line() -> None:
    kept = Lines()
    app = lines.create_app(kept)
    both = asyncio.Barrier(2)

    @app.get("/accounts/{name}")
    async def account(name: str) -> None:
        note(account=name)
        await both.wait()

    async with served(app) as client:
        await asyncio.gather(client.get("/accounts/ada"), client.get("/accounts/bob"))
    told = {line["event"]: line["account"] for line in map(json.loads, kept.kept)}
    assert told == {"/accounts/ada": "ada", "/accounts/bob": "bob"}


@pytest.mark.naive("snippets/seeing/naive_comments.py")
async def test_the_id_of_a_request_in_a_comment_prepares_each_statement_anew(dsn: str) -> None:
    naive = (naive_comments.remember, naive_comments.add_comments)
    assert len(await prepared_after(dsn, *naive)) == REQUESTS


async def test_statements_that_nobody_will_send_again_stay_prepared(dsn: str) -> None:
    """SQLAlchemy keeps 100 for a connection, and looks whether it has more at 150."""
    naive = (naive_comments.remember, naive_comments.add_comments)
    prepared = await prepared_after(dsn, *naive, requests=2 * REQUESTS)
    assert REQUESTS <= len(prepared) <= REQUESTS * 3 // 2


async def test_a_route_in_a_comment_prepares_it_once(dsn: str) -> None:
    (statement,) = await prepared_after(dsn, comments.remember, comments.add_comments)
    assert statement == "SELECT 42 /* route=/orders/{number} */"


async def test_a_statement_says_which_route_sent_it_and_a_route_cannot_end_the_comment(
    dsn: str,
) -> None:
    engine = create_async_engine(make_url(dsn).set(drivername="postgresql+asyncpg"))
    comments.add_comments(engine)
    app = FastAPI(dependencies=[Depends(comments.remember)])
    router = APIRouter()
    own = "SELECT query FROM pg_stat_activity WHERE pid = pg_backend_pid()"

    @router.get("/{number}")
    async def order(number: int) -> str:
        async with engine.connect() as connection:
            return str((await connection.scalars(text(own))).one())

    app.include_router(router, prefix="/orders")
    app.include_router(router, prefix="/o/*/*/; SELECT 1 -- :id %s")
    async with served(app) as client:
        sent = await asyncio.gather(*(client.get(f"/orders/{n}") for n in range(10)))
        odd = await client.get("/o/*/*/; SELECT 1 -- :id %25s/1")
    await engine.dispose()

    assert {answer.json() for answer in sent} == {f"{own} /* route=/orders/{{number}} */"}
    assert odd.json() == f"{own} /* route=/o/_/_/__SELECT_1_--__id__s/{{number}} */"


async def test_the_commenter_of_the_instrumentor_prepares_each_statement_anew(dsn: str) -> None:
    """Its `traceparent` does; without, it is one statement."""

    def add(values: bool) -> Callable[[AsyncEngine], None]:
        def add_comments(engine: AsyncEngine) -> None:
            SQLAlchemyInstrumentor().instrument(
                engine=engine.sync_engine,
                tracer_provider=TracerProvider(shutdown_on_exit=False),
                skip_dep_check=True,
                enable_commenter=True,
                commenter_options={"opentelemetry_values": values},
            )

        return add_comments

    for values, prepared in ((True, REQUESTS), (False, 1)):
        try:
            found = await prepared_after(dsn, comments.remember, add(values))
        finally:
            SQLAlchemyInstrumentor().uninstrument()
        assert len(found) == prepared
        assert all(("traceparent" in statement) == values for statement in found)


async def test_statistics_count_statements_without_their_comments() -> None:
    with lab.postgres_server(SETTINGS) as server:
        connection = await asyncpg.connect(server.dsn)
        await connection.execute(dearest.EXTENSION)
        for route in ("/first", "/second"):
            await connection.fetchval(f"SELECT 4242 /* route={route} */")
        found = await connection.fetch(
            "SELECT query, calls FROM pg_stat_statements WHERE query LIKE 'SELECT $1%'"
        )
        await connection.close()
    assert [tuple(row) for row in found] == [("SELECT $1 /* route=/first */", 2)]


@pytest.mark.naive("snippets/seeing/naive_layers.py")
async def test_each_layer_of_base_http_middleware_begins_a_task() -> None:
    assert await tasks_begun(naive_layers.create_app()) == naive_layers.LAYERS


async def test_a_layer_of_pure_asgi_begins_none() -> None:
    assert await tasks_begun(layers.create_app()) == 0
