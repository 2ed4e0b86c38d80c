"""What a trace says while a request waits for the pool, and how much of its time has a name."""

from typing import Any

import pytest
from opentelemetry.instrumentation.asyncpg import AsyncPGInstrumentor
from opentelemetry.instrumentation.sqlalchemy import SQLAlchemyInstrumentor

from snippets.seeing import crowded, naive_tracers, tracers
from snippets.seeing.served import served
from snippets.seeing.waiting import CreateApp, open_while_waiting


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


def test_an_instrumentor_of_a_service_that_has_ended_is_gone() -> None:
    asyncpg = AsyncPGInstrumentor()
    assert not asyncpg.is_instrumented_by_opentelemetry
