"""A limit on a dependency without `yield` ends before the work.

Running it sends ten requests to each of two routes and prints how
many are at work at the same time.
"""

from fastapi import Depends, FastAPI

from snippets.concurrency.inside import Inside, demonstrate


# --8<-- [start:app]
async def slot() -> None:
    """Without `yield`, the call ends before the work begins."""


def create_app(inside: Inside) -> FastAPI:
    app = FastAPI()
    limit = [Depends(slot, max_concurrency=3)]  # [!]

    @app.get("/dashboard", dependencies=limit)
    async def dashboard() -> None:
        await inside.work()

    @app.get("/export", dependencies=limit)
    async def export() -> None:
        await inside.work()

    return app


# --8<-- [end:app]


def main() -> None:
    demonstrate(create_app)


if __name__ == "__main__":
    main()
