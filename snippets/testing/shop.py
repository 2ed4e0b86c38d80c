"""A shop that tests are tried on: products, stock and sales."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import fastapi
from fastapi import Depends, FastAPI, HTTPException, Path, Query
from sqlalchemy.ext.asyncio import create_async_engine

from snippets.testing.products import New, Product
from snippets.testing.store import Record, Store

LARGEST = 2**31 - 1  # PostgreSQL's int
SUPPLIER_S = 0.1  # how long the supplier takes to answer


# --8<-- [start:app]
def create_app(url: str, **pool: Any) -> FastAPI:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.engine = create_async_engine(url, **pool)
        try:
            yield
        finally:
            await app.state.engine.dispose()

    app = FastAPI(lifespan=lifespan)
    app.include_router(routes)
    return app


async def store(request: fastapi.Request) -> AsyncIterator[Store]:
    async with request.app.state.engine.connect() as connection:
        yield Store(connection)
        await connection.commit()


# --8<-- [end:app]
# --8<-- [start:routes]
routes = fastapi.APIRouter()
InTransaction = Annotated[Store, Depends(store, scope="function")]
Number = Annotated[int, Path(ge=1, le=LARGEST)]


@routes.post("/products", status_code=201, response_model=Product)
async def add(new: New, store: InTransaction) -> Record:
    if (product := await store.add(new.model_dump())) is None:
        raise HTTPException(409, "this name is taken")
    return product


@routes.get("/products", response_model=list[Product])
async def page(
    store: InTransaction,
    after: Annotated[int, Query(ge=0, le=LARGEST)] = 0,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> list[Record]:
    return await store.page(after, limit)


# --8<-- [end:routes]
# --8<-- [start:sales]
@routes.post("/products/{number}/sales", status_code=201)
async def sell(number: Number, store: InTransaction) -> dict[str, int]:
    if not await store.exists(number):
        raise HTTPException(404)
    if (sale := await store.sell(number)) is None:
        raise HTTPException(409, "sold out")
    return {"id": sale["id"]}


@routes.delete("/sales/{number}", status_code=204)
async def cancel(number: Number, store: InTransaction) -> None:
    if not await store.cancel(number):
        raise HTTPException(404)


@routes.get("/delivery")
async def delivery() -> dict[str, int]:
    await asyncio.sleep(SUPPLIER_S)  # stands for a call
    return {"days": 2}


# --8<-- [end:sales]
