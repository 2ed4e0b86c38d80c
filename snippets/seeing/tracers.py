"""A span around the wait for a connection.

Running it prints the innermost span that is open while a request
waits.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, FastAPI
from opentelemetry.trace import Tracer
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from snippets.seeing.waiting import Traced, open_while_waiting


# --8<-- [start:acquire]
async def acquire(session: AsyncSession, tracer: Tracer) -> None:
    """Wait for a connection now, under a name of its own."""
    with tracer.start_as_current_span("db.pool.wait"):
        await session.connection()


# --8<-- [end:acquire]


# --8<-- [start:app]
def create_app(traced: Traced) -> FastAPI:
    app = FastAPI(telemetry={"tracer_provider": traced.provider})
    sessions = async_sessionmaker(traced.engine)
    tracer = traced.provider.get_tracer(__name__)

    async def session() -> AsyncIterator[AsyncSession]:
        traced.arrived.set()
        async with sessions() as session:
            await acquire(session, tracer)  # [!]
            yield session

    @app.get("/balance")
    async def balance(
        session: Annotated[AsyncSession, Depends(session)],
    ) -> int:
        result = await session.scalars(text("SELECT 42"))
        return int(result.one())

    return app


# --8<-- [end:app]


def told(seen: str) -> str:
    return f"a span of ours: {seen}"


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        print(told(asyncio.run(open_while_waiting(dsn, create_app))))


if __name__ == "__main__":
    main()
