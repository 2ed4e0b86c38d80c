"""What a unit of work leaves to do gets a session of its own.

It replaces four of the endpoints that go wrong in either scope.
"""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import (
    BackgroundTasks,
    Depends,
    FastAPI,
    HTTPException,
    Request,
)
from fastapi.responses import StreamingResponse
from sqlalchemy.ext.asyncio import AsyncSession

from snippets.dependencies.leaving import COUNT
from snippets.dependencies.orders import Order
from snippets.dependencies.unit import Work


# --8<-- [start:reading]
async def read_only(request: Request) -> AsyncIterator[AsyncSession]:
    async with request.app.state.sessions() as session:
        await session.connection(
            execution_options={"postgresql_readonly": True}
        )
        yield session  # nothing commits, whatever the response does


Reading = Annotated[AsyncSession, Depends(read_only)]
# --8<-- [end:reading]


async def check_late(work: Work) -> AsyncIterator[None]:
    yield  # what depends on the work ends before it
    raise HTTPException(409, "too late")


LATE = Depends(check_late, scope="function")


# --8<-- [start:endpoints]
def add_work(app: FastAPI) -> None:
    @app.post("/task-writes", status_code=201)
    async def task_writes(
        request: Request, tasks: BackgroundTasks
    ) -> None:
        async def write() -> None:
            async with request.app.state.sessions.begin() as session:
                session.add(Order("A-1"))

        tasks.add_task(write)

    @app.post("/stream-reads", status_code=201)
    async def stream_reads(session: Reading) -> StreamingResponse:
        async def lines() -> AsyncIterator[str]:
            yield f"{await session.scalar(COUNT)} orders\n"

        return StreamingResponse(lines(), status_code=201)

    @app.post("/returns-a-409", status_code=201)
    async def returns_a_409(work: Work) -> None:
        work.add(Order("A-1"))
        raise HTTPException(409, "taken")

    @app.post(
        "/409-after-the-yield", status_code=201, dependencies=[LATE]
    )
    async def after_the_yield(work: Work) -> None:
        work.add(Order("A-1"))


# --8<-- [end:endpoints]
