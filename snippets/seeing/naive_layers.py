"""Five layers of middleware, by the tasks that a request needs.

Running it prints how many tasks begin during one request.
"""

import asyncio

from fastapi import FastAPI, Request, Response
from starlette.middleware.base import (
    BaseHTTPMiddleware,
    RequestResponseEndpoint,
)

from snippets.seeing.begun import tasks_begun

LAYERS = 5


# --8<-- [start:app]
def create_app() -> FastAPI:
    app = FastAPI()

    async def pass_on(
        request: Request, call_next: RequestResponseEndpoint
    ) -> Response:
        return await call_next(request)

    for _ in range(LAYERS):
        app.add_middleware(BaseHTTPMiddleware, dispatch=pass_on)  # [!]

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
