"""Who cancels a task and awaits it gets the cancellation back.

Running it starts and stops an application whose lifespan ends a poll,
with an await and with a wait.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI


async def poll() -> None:
    while True:
        await asyncio.sleep(1)


# --8<-- [start:raises]
@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    task = asyncio.create_task(poll())
    yield
    task.cancel()
    await task  # ends as the task did  # [!]


# --8<-- [end:raises]


# --8<-- [start:fix]
@asynccontextmanager
async def lifespan_fixed(app: FastAPI) -> AsyncIterator[None]:
    task = asyncio.create_task(poll())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])  # raises only if we are canceled
        if not task.cancelled():
            task.result()  # it had failed before: say so


# --8<-- [end:fix]


async def run(app: FastAPI) -> str:
    """What a server does with the lifespan of an application."""
    async with app.router.lifespan_context(app):
        pass
    return "stopped"


def main() -> None:
    for context in (lifespan, lifespan_fixed):
        app = FastAPI(lifespan=context)
        try:
            print(f"{context.__name__}: {asyncio.run(run(app))}")
        except asyncio.CancelledError as error:
            kind = type(error)
            name = f"{kind.__module__}.{kind.__name__}"
            print(f"{context.__name__}: {name}")


if __name__ == "__main__":
    main()
