"""A task that somebody canceled ends the request that waits for it.

Running it asks for a report whose rendering is canceled meanwhile, and
then through an endpoint that looks how the task ended.
"""

import asyncio
from collections.abc import Awaitable, Callable

from fastapi import FastAPI, HTTPException

from snippets.dependencies.asked import ask
from snippets.dependencies.errors_no_response import unchanged


# --8<-- [start:raises]
async def read(rendering: asyncio.Task[str]) -> str:
    return await rendering  # CancelledError, if it was canceled  # [!]


# --8<-- [end:raises]


# --8<-- [start:fix]
async def read_or_refuse(rendering: asyncio.Task[str]) -> str:
    await asyncio.wait([rendering])  # raises if *we* are canceled
    if rendering.cancelled():
        raise HTTPException(503, "The rendering was canceled")
    return rendering.result()


# --8<-- [end:fix]

Read = Callable[[asyncio.Task[str]], Awaitable[str]]


async def render() -> str:
    return await asyncio.sleep(10, "report")


def create_app(read: Read) -> FastAPI:
    app = FastAPI()
    app.middleware("http")(unchanged)  # a BaseHTTPMiddleware

    @app.get("/report")
    async def report() -> str:
        rendering = asyncio.create_task(render())
        asyncio.get_running_loop().call_soon(rendering.cancel)
        return await read(rendering)

    return app


async def answers() -> list[str]:
    reads: tuple[Read, ...] = (read, read_or_refuse)
    asked = [ask(create_app(work), "/report") for work in reads]
    return [
        f"{work.__name__}: {answer}"
        for work, answer in zip(
            reads,
            await asyncio.gather(*asked, return_exceptions=True),
            strict=True,
        )
    ]


def main() -> None:
    print("\n".join(asyncio.run(answers())))


if __name__ == "__main__":
    main()
