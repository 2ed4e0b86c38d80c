"""The shop of the article, as an application that can be served."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal

from fastapi import BackgroundTasks, Depends, FastAPI, HTTPException
from sqlalchemy import make_url, select
from sqlalchemy.ext.asyncio import (
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)

from snippets.dependencies.orders import Order, Placed
from snippets.dependencies.unit import unit_of_work

CONNECTIONS = 5


def create_app(
    dsn: str, scope: Literal["request", "function"], mail_s: float
) -> FastAPI:
    engine = create_async_engine(
        make_url(dsn).set(drivername="postgresql+asyncpg"),
        pool_size=CONNECTIONS,
        max_overflow=0,
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await engine.dispose()

    async def send_mail() -> None:
        await asyncio.sleep(mail_s)

    app = FastAPI(lifespan=lifespan)
    app.state.sessions = async_sessionmaker(engine)
    work_of = Depends(unit_of_work, scope=scope)

    # --8<-- [start:app]
    @app.post("/orders", status_code=201)
    async def place_order(
        tasks: BackgroundTasks, work: AsyncSession = work_of
    ) -> Placed:
        number = str(uuid.uuid4())
        work.add(Order(number))
        await work.flush()
        tasks.add_task(send_mail)
        return Placed(number=number)

    @app.get("/orders/{number}")
    async def read_order(
        number: str, work: AsyncSession = work_of
    ) -> Placed:
        found = select(Order).where(Order.number == number)
        if await work.scalar(found) is None:
            raise HTTPException(404, "no such order")
        return Placed(number=number)

    # --8<-- [end:app]
    return app
