"""Three tracers, and a request that waits for the pool.

Running it prints, for each, the innermost span that is open then.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, FastAPI
from opentelemetry.instrumentation.asyncpg import AsyncPGInstrumentor
from opentelemetry.instrumentation.sqlalchemy import (
    SQLAlchemyInstrumentor,
)
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from snippets.seeing.waiting import Traced, open_while_waiting

ASYNCPG = AsyncPGInstrumentor()
SQLALCHEMY = SQLAlchemyInstrumentor()


# --8<-- [start:app]
def create_app(traced: Traced) -> FastAPI:
    app = FastAPI(telemetry={"tracer_provider": traced.provider})
    sessions = async_sessionmaker(traced.engine)

    async def session() -> AsyncIterator[AsyncSession]:
        traced.arrived.set()
        async with sessions() as session:
            yield session

    @app.get("/balance")
    async def balance(
        session: Annotated[AsyncSession, Depends(session)],
    ) -> int:
        result = await session.scalars(text("SELECT 42"))  # [!]
        return int(result.one())

    return app


# --8<-- [end:app]


# --8<-- [start:tracers]
def with_asyncpg(traced: Traced) -> FastAPI:
    ASYNCPG.instrument(tracer_provider=traced.provider)
    return create_app(traced)


def with_sqlalchemy(traced: Traced) -> FastAPI:
    SQLALCHEMY.instrument(
        engine=traced.engine.sync_engine,
        tracer_provider=traced.provider,
        skip_dep_check=True,  # it names SQLAlchemy below 2.1
    )
    return create_app(traced)


# --8<-- [end:tracers]


async def compared(dsn: str) -> list[str]:
    lines = []
    for name, create, instrumentor in (
        ("FastAPI alone", create_app, None),
        ("and asyncpg", with_asyncpg, ASYNCPG),
        ("and SQLAlchemy", with_sqlalchemy, SQLALCHEMY),
    ):
        lines.append(f"{name}: {await open_while_waiting(dsn, create)}")
        if instrumentor:
            instrumentor.uninstrument()
    return lines


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        print("\n".join(asyncio.run(compared(dsn))))


if __name__ == "__main__":
    main()
