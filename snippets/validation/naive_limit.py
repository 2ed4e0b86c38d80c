"""A limit on bodies, and an endpoint that never looks at one.

Running it sends twice as much as is allowed, and prints what the client
is told and what was done.
"""

import asyncio

from fastapi import FastAPI
from starlette.middleware.body_limit import RequestBodyLimitMiddleware

from snippets.validation.uploads import LIMIT, add_orders, tell


# --8<-- [start:app]
def create_app() -> tuple[FastAPI, list[str]]:
    app = FastAPI()
    app.add_middleware(RequestBodyLimitMiddleware, max_body_size=LIMIT)
    return app, add_orders(app)


# --8<-- [end:app]


def main() -> None:
    asyncio.run(tell(*create_app()))


if __name__ == "__main__":
    main()
