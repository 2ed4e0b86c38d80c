"""Blocking code gets a few threads of its own and a bounded line.

Running it sends 60 requests for a report, then a health check, and
prints whether the health check is answered while reports render.
"""

import anyio.to_thread
from fastapi import FastAPI

from snippets.concurrency.line import Line
from snippets.concurrency.reports import Render, demonstrate


# --8<-- [start:app]
def create_app(render: Render) -> FastAPI:
    app = FastAPI()
    line = Line(workers=4, waiting=16)

    @app.get("/report")
    async def report() -> str:
        with line.place() as limiter:  # [!]
            return await anyio.to_thread.run_sync(
                render, limiter=limiter
            )

    @app.get("/health")
    def health() -> str:
        return "ok"

    return app


# --8<-- [end:app]


def main() -> None:
    demonstrate(create_app)


if __name__ == "__main__":
    main()
