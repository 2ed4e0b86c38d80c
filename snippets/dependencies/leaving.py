"""Endpoints that leave something to be done after they return."""

from collections.abc import AsyncIterator
from typing import Any

from fastapi import BackgroundTasks, FastAPI
from fastapi.responses import StreamingResponse
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from snippets.dependencies.orders import Order, refused

COUNT = select(func.count()).select_from(Order)


# --8<-- [start:leaving]
def add_leaving(app: FastAPI, session_of: Any) -> None:
    @app.post("/commit-fails", status_code=201)
    async def commit_fails(session: AsyncSession = session_of) -> None:
        session.add_all([Order("A-1"), Order("A-1")])

    @app.post("/mail-fails", status_code=201)
    async def mail_fails(
        tasks: BackgroundTasks, session: AsyncSession = session_of
    ) -> None:
        session.add(Order("A-1"))
        tasks.add_task(refused, "A-1")

    @app.post("/task-writes", status_code=201)
    async def task_writes(
        tasks: BackgroundTasks, session: AsyncSession = session_of
    ) -> None:
        async def write() -> None:
            session.add(Order("A-1"))
            await session.flush()

        tasks.add_task(write)

    @app.post("/stream-reads", status_code=201)
    async def reads(
        session: AsyncSession = session_of,
    ) -> StreamingResponse:
        async def lines() -> AsyncIterator[str]:
            yield f"{await session.scalar(COUNT)} orders\n"

        return StreamingResponse(lines(), status_code=201)


# --8<-- [end:leaving]
