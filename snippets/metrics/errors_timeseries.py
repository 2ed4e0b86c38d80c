"""A metric has one name, and its registry takes each name once.

Running it makes an application twice, with metrics of the global
registry, of the module, and of a registry that each application has.
"""

from collections.abc import Callable

from fastapi import FastAPI, Response
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    generate_latest,
)


# --8<-- [start:raises]
def create_app() -> FastAPI:
    app = FastAPI()
    orders = Counter("orders_placed", "Orders placed.")  # [!]

    @app.post("/orders")
    async def place() -> None:
        orders.inc()

    return app


# --8<-- [end:raises]


# --8<-- [start:fix]
SHIPPED = Counter("orders_shipped", "Orders shipped.")  # once


def create_app_shared() -> FastAPI:
    app = FastAPI()

    @app.post("/orders")
    async def ship() -> None:
        SHIPPED.inc()

    return app


# --8<-- [end:fix]


# --8<-- [start:registry]
def create_app_with_registry() -> FastAPI:
    app = FastAPI()
    registry = CollectorRegistry()  # its own, as each test wants it
    orders = Counter(
        "orders_placed", "Orders placed.", registry=registry
    )

    @app.post("/orders")
    async def place() -> None:
        orders.inc()

    @app.get("/metrics")
    def read() -> Response:
        return Response(
            generate_latest(registry),
            media_type=CONTENT_TYPE_LATEST,
        )

    return app


# --8<-- [end:registry]


def main() -> None:
    creates: list[Callable[[], FastAPI]]
    creates = [create_app, create_app_shared, create_app_with_registry]
    for create in creates:
        create()
        try:
            create()
            print(f"{create.__name__}: twice")
        except ValueError as error:
            names = sorted(getattr(error, "duplicates", []))
            print(f"{create.__name__}: {str(error).partition(':')[0]}")
            print(" ", ", ".join(names))


if __name__ == "__main__":
    main()
