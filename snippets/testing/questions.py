"""An application that answers differently over a transport.

Its lifespan, its exceptions, its late commit, its stream and its pace
are what a transport and a socket do not treat alike.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Depends, FastAPI, Request
from fastapi.responses import StreamingResponse

ANSWER_S = 0.2


# --8<-- [start:app]
@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, str]]:
    yield {"pool": "a pool"}  # it is in the state of each request


async def unit_of_work() -> AsyncIterator[None]:
    yield
    raise RuntimeError("the commit failed")  # after the answer


app = FastAPI(lifespan=lifespan)


@app.get("/pool")
async def pool(request: Request) -> str:
    return str(request.state.pool)


@app.get("/fails")
async def fails() -> None:
    raise LookupError("no such order")


@app.get("/late", status_code=201)
async def late(_: Annotated[None, Depends(unit_of_work)]) -> str:
    return "stored"


# --8<-- [end:app]


# --8<-- [start:slow]
@app.get("/slow")
async def slow() -> None:
    await asyncio.sleep(ANSWER_S)


@app.get("/stream")
async def stream() -> StreamingResponse:
    async def parts() -> AsyncIterator[str]:
        yield "first"
        await asyncio.sleep(ANSWER_S)
        yield ", last"

    return StreamingResponse(parts())


# --8<-- [end:slow]
