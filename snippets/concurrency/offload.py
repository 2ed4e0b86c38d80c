"""Blocking code goes to a few threads of its own.

Running it sends 60 requests for a report, then a health check, and
prints whether the health check is answered while reports render.
"""

import asyncio
import threading
from collections.abc import Callable

import anyio
import anyio.to_thread
import httpx
from fastapi import FastAPI

Render = Callable[[], str]

PATIENCE_S = 2.0  # how long the first report waits for the check
REPORTS = 60
RENDERERS = 4


# --8<-- [start:app]
def create_app(render: Render) -> FastAPI:
    app = FastAPI()
    limiter = anyio.CapacityLimiter(RENDERERS)

    @app.get("/report")
    async def report() -> str:
        return await anyio.to_thread.run_sync(
            render,
            limiter=limiter,  # [!]
        )

    @app.get("/health")
    def health() -> str:
        return "ok"

    return app


# --8<-- [end:app]


async def checked_meanwhile(
    create_app: Callable[[Render], FastAPI],
) -> bool:
    """Is the health check answered before any report is ready?"""
    checked, gave_up = threading.Event(), threading.Event()

    def render() -> str:
        # Whatever blocks: a PDF, a sync driver, a password hash.
        if not gave_up.is_set() and not checked.wait(PATIENCE_S):
            gave_up.set()
        return "report"

    app = create_app(render)
    transport = httpx.ASGITransport(app)
    async with (
        httpx.AsyncClient(transport=transport) as client,
        asyncio.TaskGroup() as requests,
    ):
        for _ in range(REPORTS):
            requests.create_task(client.get("http://app/report"))
        (await client.get("http://app/health")).raise_for_status()
        checked.set()
    return not gave_up.is_set()


def demonstrate(create_app: Callable[[Render], FastAPI]) -> None:
    meanwhile = asyncio.run(checked_meanwhile(create_app))
    print(f"{REPORTS} reports, then a health check, answered:")
    print("at once" if meanwhile else "after the first reports")


def main() -> None:
    demonstrate(create_app)


if __name__ == "__main__":
    main()
