"""What a trace says while a request waits for the pool, and how much of its time has a name."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

import pytest
from fastapi import Depends, FastAPI
from opentelemetry.instrumentation.asyncpg import AsyncPGInstrumentor
from opentelemetry.instrumentation.sqlalchemy import SQLAlchemyInstrumentor
from opentelemetry.sdk.trace import ReadableSpan
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


def test_the_spans_of_sqlalchemy_are_refused_for_its_version(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """So that nobody needs `skip_dep_check` any longer once this fails."""
    SQLAlchemyInstrumentor().instrument()
    assert "nothing can be instrumented" in caplog.text
    assert not SQLAlchemyInstrumentor().is_instrumented_by_opentelemetry


@pytest.mark.parametrize("tracing", ["fastapi", "asyncpg", "sqlalchemy", "ours"])
async def test_what_is_explained_is_a_share_of_the_time_and_begins_anew(
    tracing: crowded.Tracing, dsn: str
) -> None:
    app = crowded.create_app(dsn, tracing, statement_s=0.05)
    async with served(app) as client:
        (await client.get("/balance")).raise_for_status()
        share = (await client.get("/explained")).json()
        rest = (await client.get("/explained")).json()

    if tracing == "fastapi":
        assert share == rest == 0
    else:
        assert share > 0.3
        assert rest != share  # that of the first question alone, and of the reset after the page


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


def test_an_instrumentor_of_a_service_that_has_ended_is_gone() -> None:
    asyncpg = AsyncPGInstrumentor()
    assert not asyncpg.is_instrumented_by_opentelemetry
