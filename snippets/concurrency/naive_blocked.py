"""A blocking call in `async def` stops every other request.

Running it sends 60 requests for a report, then a health check, and
prints whether the health check is answered while reports render.
"""

from fastapi import FastAPI

from snippets.concurrency.reports import Render, demonstrate


# --8<-- [start:app]
def create_app(render: Render) -> FastAPI:
    app = FastAPI()

    @app.get("/report")
    async def report() -> str:
        return render()  # [!]

    @app.get("/health")
    def health() -> str:
        return "ok"

    return app


# --8<-- [end:app]


def main() -> None:
    demonstrate(create_app)


if __name__ == "__main__":
    main()
