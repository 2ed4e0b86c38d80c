"""One declaration of `max_concurrency` is one limit for all routes.

Running it sends ten requests to each of two routes and prints how
many are at work at the same time.
"""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, FastAPI

from snippets.concurrency.inside import Inside, demonstrate


# --8<-- [start:app]
async def slot() -> AsyncIterator[None]:
    yield


Slot = Annotated[
    None, Depends(slot, scope="function", max_concurrency=3)
]


def create_app(inside: Inside) -> FastAPI:
    app = FastAPI()

    @app.get("/dashboard")
    async def dashboard(slot: Slot) -> None:  # [!]
        await inside.work()

    @app.get("/export")
    async def export(slot: Slot) -> None:  # [!]
        await inside.work()

    return app


# --8<-- [end:app]


def main() -> None:
    demonstrate(create_app)


if __name__ == "__main__":
    main()
