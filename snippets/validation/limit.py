"""A limit that is applied before the endpoint runs.

Running it sends twice as much as is allowed, and prints what the client
is told and what was done.
"""

import asyncio
from contextlib import suppress

from fastapi import Depends, FastAPI, Request
from fastapi.requests import HTTPConnection
from starlette.middleware.body_limit import RequestBodyLimitMiddleware

from snippets.validation.uploads import LIMIT, add_orders, tell


# --8<-- [start:app]
async def read_body(connection: HTTPConnection) -> None:
    if isinstance(connection, Request):  # a WebSocket has no body
        with suppress(RuntimeError):  # a form was read, and counted
            await connection.body()  # 413 here, and no further


def create_app() -> tuple[FastAPI, list[str]]:
    app = FastAPI(dependencies=[Depends(read_body)])
    app.add_middleware(RequestBodyLimitMiddleware, max_body_size=LIMIT)
    return app, add_orders(app)


# --8<-- [end:app]


def main() -> None:
    asyncio.run(tell(*create_app()))


if __name__ == "__main__":
    main()
