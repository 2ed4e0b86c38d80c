"""httpx takes an application as a transport, no longer as `app`.

Running it asks an application for an order: with the argument that is
gone, with a transport, and with a transport inside of the lifespan.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI, Request


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    app.state.orders = {7: "tea"}  # an engine, a pool, a client
    yield


app = FastAPI(lifespan=lifespan)


@app.get("/orders/{number}")
async def read_order(request: Request, number: int) -> str | None:
    orders = getattr(request.app.state, "orders", {})
    return orders.get(number)


# --8<-- [start:raises]
def shortcut(app: FastAPI) -> httpx.AsyncClient:
    return httpx.AsyncClient(  # type: ignore[call-arg]
        app=app, base_url="http://test"
    )


# --8<-- [end:raises]


# --8<-- [start:fix]
def through_transport(app: FastAPI) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=app)  # [!]
    return httpx.AsyncClient(
        transport=transport,
        base_url="http://test",  # relative URLs need one
    )


# --8<-- [end:fix]


# --8<-- [start:lifespan]
@asynccontextmanager
async def started(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with (
        app.router.lifespan_context(app),  # no transport runs it
        through_transport(app) as client,
    ):
        yield client


# --8<-- [end:lifespan]


async def main() -> None:
    for open_client in (shortcut, through_transport, started):
        try:
            async with open_client(app) as client:
                answer = await client.get("/orders/7")
                print(f"{open_client.__name__}: {answer.text}")
        except TypeError as error:
            print(f"{open_client.__name__}: {error}")


if __name__ == "__main__":
    asyncio.run(main())
