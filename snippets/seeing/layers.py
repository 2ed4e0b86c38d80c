"""Five layers of pure ASGI, by the tasks that a request needs.

Running it prints how many tasks begin during one request.
"""

import asyncio

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from snippets.seeing.begun import tasks_begun

LAYERS = 5


# --8<-- [start:app]
class Passed:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(
        self, scope: Scope, receive: Receive, send: Send
    ) -> None:
        await self.app(scope, receive, send)


def create_app() -> FastAPI:
    app = FastAPI()
    for _ in range(LAYERS):
        app.add_middleware(Passed)  # [!]

    @app.get("/")
    async def index() -> int:
        return 42

    return app


# --8<-- [end:app]


def main() -> None:
    begun = asyncio.run(tasks_begun(create_app()))
    print(f"tasks for one request: {begun}")


if __name__ == "__main__":
    main()
