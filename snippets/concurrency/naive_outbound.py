"""A client per call connects per call, and has no deadline.

Running it makes 20 calls to a quick service and one to a service
that sends its answer in small pieces.
"""

import httpx
from fastapi import FastAPI

from snippets.concurrency.calls import demonstrate


# --8<-- [start:app]
def create_app(upstream: str) -> FastAPI:
    app = FastAPI()

    @app.get("/quote")
    async def quote() -> str:
        async with httpx.AsyncClient(timeout=1.0) as client:  # [!]
            return (await client.get(upstream)).text

    return app


# --8<-- [end:app]


def main() -> None:
    demonstrate(create_app)


if __name__ == "__main__":
    main()
