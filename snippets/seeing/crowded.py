"""A service whose pool is too small, and how much its traces explain.

It is asked for at /explained, as a share of the time of all requests.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Literal

from fastapi import Depends, FastAPI
from opentelemetry.instrumentation.asyncpg import AsyncPGInstrumentor
from opentelemetry.instrumentation.sqlalchemy import (
    SQLAlchemyInstrumentor,
)
from opentelemetry.sdk.trace import TracerProvider
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import (
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)

from snippets.seeing.explained import Explained
from snippets.seeing.tracers import acquire

Tracing = Literal["fastapi", "asyncpg", "sqlalchemy", "ours"]
CONNECTIONS = 2


def create_app(
    dsn: str, tracing: Tracing, statement_s: float
) -> FastAPI:
    explained = Explained()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(explained)
    tracer = provider.get_tracer(__name__)
    engine = create_async_engine(
        make_url(dsn).set(drivername="postgresql+asyncpg"),
        pool_size=CONNECTIONS,
        max_overflow=0,
    )
    asyncpg = AsyncPGInstrumentor()
    sqlalchemy = SQLAlchemyInstrumentor()
    if tracing in ("asyncpg", "ours"):
        asyncpg.instrument(tracer_provider=provider)
    if tracing == "sqlalchemy":
        sqlalchemy.instrument(
            engine=engine.sync_engine,
            tracer_provider=provider,
            skip_dep_check=True,
        )

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        await engine.dispose()
        for instrumentor in (asyncpg, sqlalchemy):
            if instrumentor.is_instrumented_by_opentelemetry:
                instrumentor.uninstrument()

    app = FastAPI(
        telemetry={"tracer_provider": provider}, lifespan=lifespan
    )
    sessions = async_sessionmaker(engine)

    # --8<-- [start:app]
    async def session() -> AsyncIterator[AsyncSession]:
        async with sessions() as session:
            if tracing == "ours":
                await acquire(session, tracer)
            yield session

    @app.get("/balance")
    async def balance(
        session: Annotated[AsyncSession, Depends(session)],
    ) -> None:
        sleep = text("SELECT pg_sleep(:s)")
        await session.execute(sleep, {"s": statement_s})

    @app.get("/explained")
    async def share() -> float:
        share = explained.database / explained.requests
        explained.requests = explained.database = 0
        return share

    # --8<-- [end:app]
    return app
