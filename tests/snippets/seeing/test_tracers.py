"""What a trace says while a request waits for the pool, and how much of its time has a name."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Annotated, Any

import pytest
from fastapi import Depends, FastAPI
from opentelemetry.instrumentation.asyncpg import AsyncPGInstrumentor
from opentelemetry.instrumentation.sqlalchemy import SQLAlchemyInstrumentor
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import (
    BatchSpanProcessor,
    SimpleSpanProcessor,
    SpanExporter,
    SpanExportResult,
)
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from snippets.seeing import crowded, naive_tracers, tracers
from snippets.seeing.explained import Explained
from snippets.seeing.served import served
from snippets.seeing.waiting import CreateApp, Traced, open_while_waiting


@pytest.fixture(autouse=True)
def uninstrumented() -> Any:
    yield
    for instrumentor in (naive_tracers.ASYNCPG, naive_tracers.SQLALCHEMY):
        if instrumentor.is_instrumented_by_opentelemetry:
            instrumentor.uninstrument()


@pytest.mark.naive("snippets/seeing/naive_tracers.py")
@pytest.mark.parametrize(
    ("create", "seen"),
    [
        (naive_tracers.create_app, "fastapi.endpoint"),
        (naive_tracers.with_asyncpg, "fastapi.endpoint"),
        (naive_tracers.with_sqlalchemy, "connect"),
    ],
)
async def test_one_of_three_tracers_names_the_wait(create: CreateApp, seen: str, dsn: str) -> None:
    assert await open_while_waiting(dsn, create) == seen


async def test_a_span_around_the_wait_names_it(dsn: str) -> None:
    assert await open_while_waiting(dsn, tracers.create_app) == "db.pool.wait"


async def test_a_dependency_that_takes_a_connection_waits_in_the_span_of_all_dependencies(
    dsn: str,
) -> None:
    def create(traced: Traced) -> FastAPI:
        app = FastAPI(telemetry={"tracer_provider": traced.provider})

        async def connection() -> AsyncIterator[AsyncConnection]:
            traced.arrived.set()
            async with traced.engine.connect() as connection:
                yield connection

        @app.get("/balance")
        async def balance(
            connection: Annotated[AsyncConnection, Depends(connection)],
        ) -> int:
            return int((await connection.scalars(text("SELECT 42"))).one())

        return app

    assert await open_while_waiting(dsn, create) == "fastapi.dependencies"


@pytest.mark.parametrize(
    ("processor", "within"), [(SimpleSpanProcessor, True), (BatchSpanProcessor, False)]
)
async def test_a_simple_processor_sends_each_span_within_the_request(
    processor: Callable[[SpanExporter], SpanProcessor], within: bool
) -> None:
    class Sender(SpanExporter):
        def __init__(self) -> None:
            self.threads: set[threading.Thread] = set()

        def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
            self.threads.add(threading.current_thread())
            return SpanExportResult.SUCCESS

    sender = Sender()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(processor(sender))
    app = FastAPI(telemetry={"tracer_provider": provider})

    @app.get("/balance")
    async def balance() -> None: ...

    async with served(app) as client:
        await client.get("/balance")
    await asyncio.to_thread(provider.force_flush)
    provider.shutdown()
    assert (threading.current_thread() in sender.threads) == within
    assert sender.threads


def test_the_spans_of_sqlalchemy_are_refused_for_its_version(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """So that nobody needs `skip_dep_check` any longer once this fails."""
    SQLAlchemyInstrumentor().instrument()
    assert "nothing can be instrumented" in caplog.text
    assert not SQLAlchemyInstrumentor().is_instrumented_by_opentelemetry


@pytest.mark.parametrize("tracing", ["fastapi", "asyncpg", "sqlalchemy", "ours"])
async def test_what_is_explained_is_a_share_of_the_time(tracing: crowded.Tracing, dsn: str) -> None:
    app = crowded.create_app(dsn, tracing, statement_s=0.05)
    async with served(app) as client:
        (await client.get("/balance")).raise_for_status()
        share = (await client.get("/explained")).json()

    assert (share > 0.3) == (tracing != "fastapi")


@pytest.mark.parametrize(
    ("tracing", "named"),
    [
        ("fastapi", set()),
        ("asyncpg", {"SELECT"}),
        ("sqlalchemy", {"connect", "SELECT"}),
        ("ours", {"db.pool.wait", "SELECT"}),
    ],
)
async def test_what_explains_is_a_statement_and_a_wait_that_has_a_name(
    tracing: crowded.Tracing, named: set[str], dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    explaining = set()
    counted = Explained.on_end

    def on_end(self: Explained, span: ReadableSpan) -> None:
        before = self.database
        counted(self, span)
        if self.database > before:
            explaining.add(span.name.split()[0])

    monkeypatch.setattr(Explained, "on_end", on_end)
    async with served(crowded.create_app(dsn, tracing, statement_s=0.01)) as client:
        (await client.get("/balance")).raise_for_status()
    assert named <= explaining
    assert ("connect" in explaining, "db.pool.wait" in explaining) == (
        "connect" in named,
        "db.pool.wait" in named,
    )


async def test_what_was_asked_for_is_not_in_the_next_answer(
    dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    explained = Explained()
    monkeypatch.setattr(crowded, "Explained", lambda: explained)
    async with served(crowded.create_app(dsn, "fastapi", statement_s=0.01)) as client:
        explained.requests, explained.database = 2, 1
        assert (await client.get("/explained")).json() == 0.5
        assert explained.database == 0


@pytest.mark.parametrize(
    ("tracing", "instrumentor"),
    [("asyncpg", AsyncPGInstrumentor()), ("sqlalchemy", SQLAlchemyInstrumentor())],
)
async def test_an_instrumentor_ends_with_its_service(
    tracing: crowded.Tracing, instrumentor: Any, dsn: str
) -> None:
    async with served(crowded.create_app(dsn, tracing, statement_s=0.01)):
        assert instrumentor.is_instrumented_by_opentelemetry
    assert not instrumentor.is_instrumented_by_opentelemetry
