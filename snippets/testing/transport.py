"""What a transport does unlike a socket, asked of one application.

Running it asks five things, once over httpx.ASGITransport and once over
a socket, and prints what a test is told.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

import httpx
from fastapi import Depends, FastAPI, Request
from fastapi.responses import StreamingResponse

QUESTIONS = (
    ("lifespan", "/pool"),
    ("exception", "/fails"),
    ("late commit", "/late"),
    ("stream", "/stream"),
    ("timeout", "/slow"),
)
TIMEOUT_S, ANSWER_S = 0.05, 0.2


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, str]]:
    yield {"pool": "a pool"}  # it is in the state of each request


async def unit_of_work() -> AsyncIterator[None]:
    yield
    raise RuntimeError("the commit failed")  # after the answer


# --8<-- [start:app]
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


# --8<-- [end:app]


# --8<-- [start:told]
async def told(client: httpx.AsyncClient, path: str) -> str:
    """The first that a test hears of this path."""
    limit = TIMEOUT_S if path == "/slow" else None
    try:
        async with client.stream("GET", path, timeout=limit) as answer:
            async for part in answer.aiter_text():
                return f"{answer.status_code} {part}"
    except Exception as error:
        return type(error).__name__
    return str(answer.status_code)  # without a body


# --8<-- [end:told]


async def main() -> None:
    from snippets.testing.socketed import socketed

    transport = httpx.ASGITransport(app=app)
    async with (
        httpx.AsyncClient(
            transport=transport, base_url="http://test"
        ) as near,
        socketed(app) as far,
    ):
        for what, path in QUESTIONS:
            told_near = await told(near, path)
            print(f"{what}: {told_near} | {await told(far, path)}")


if __name__ == "__main__":
    asyncio.run(main())
