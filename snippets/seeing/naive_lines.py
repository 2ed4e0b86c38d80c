"""One line a request, by a middleware that cannot see what it logs.

Running it prints the lines of a request and of its background task.
"""

import asyncio
from contextvars import ContextVar

from fastapi import BackgroundTasks, FastAPI, Request, Response
from starlette.middleware.base import (
    BaseHTTPMiddleware,
    RequestResponseEndpoint,
)

from snippets.seeing.printed import Lines, printed

account: ContextVar[str] = ContextVar("account", default="unknown")


# --8<-- [start:log]
def create_app(lines: Lines) -> FastAPI:
    app = FastAPI()

    async def log(
        request: Request, call_next: RequestResponseEndpoint
    ) -> Response:
        response = await call_next(request)
        lines.write(request.url.path, account=account.get())  # [!]
        return response

    app.add_middleware(BaseHTTPMiddleware, dispatch=log)

    # --8<-- [end:log]
    @app.get("/orders")
    async def orders(tasks: BackgroundTasks) -> None:
        account.set("ada")
        tasks.add_task(send_mail)

    @app.get("/threaded")
    def threaded() -> None:
        account.set("ada")

    async def send_mail() -> None:
        lines.write("mail", account=account.get())

    return app


def main() -> None:
    print(asyncio.run(printed(create_app)))


if __name__ == "__main__":
    main()
