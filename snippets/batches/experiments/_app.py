"""A page of orders over HTTP, as FastAPI serves it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict
from sqlalchemy.ext.asyncio import AsyncSession

from snippets.batches import loading, naive_lazy
from snippets.batches.orders import Order, connect

PAGES = {"lazy": naive_lazy.page, "selectin": loading.page}


class Out(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class CustomerOut(Out):
    name: str


class LineOut(Out):
    sku: str


class EventOut(Out):
    status: str


class OrderOut(Out):
    id: int
    address: str
    customer: CustomerOut
    lines: list[LineOut]
    events: list[EventOut]


def application(dsn: str, loader: str) -> FastAPI:
    """The page by one loader, at /orders."""
    page = PAGES[loader]
    engine = connect(dsn)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await engine.dispose()

    app = FastAPI(lifespan=lifespan)

    @app.get("/orders", response_model=list[OrderOut])
    async def orders() -> Sequence[Order]:
        async with AsyncSession(engine) as session:
            return await page(session)

    return app
