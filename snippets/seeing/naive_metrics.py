"""What the popular instrumentor counts as the duration of a request.

Running it prints the series that twenty orders, twenty unknown paths,
a mail, an export and a failure leave, and whether what comes late is
in them.
"""

import asyncio

from fastapi import FastAPI
from prometheus_client import CollectorRegistry
from prometheus_fastapi_instrumentator import Instrumentator

from snippets.seeing.asked import Held, add_routes, ask
from snippets.seeing.served import served

DURATION = "http_request_duration_seconds"


# --8<-- [start:app]
def create_app(registry: CollectorRegistry, held: Held) -> FastAPI:
    app = FastAPI()
    Instrumentator(registry=registry).instrument(app)  # [!]
    add_routes(app, held)
    return app


# --8<-- [end:app]


async def counted() -> dict[str, bool]:
    """Routes that have a series, and whether the late part is in it."""
    registry, held = CollectorRegistry(), Held()

    def routes() -> list[str]:
        return [
            sample.labels["handler"]
            for metric in registry.collect()
            for sample in metric.samples
            if sample.name == f"{DURATION}_sum"
        ]

    async with served(create_app(registry, held)) as client:
        late = await ask(client, held, routes)
    return {route: route in late for route in routes()}


def told(routes: dict[str, bool]) -> list[str]:
    return [
        f"{route}: {'with' if late else 'without'} what came later"
        for route, late in routes.items()
    ]


def main() -> None:
    print("\n".join(told(asyncio.run(counted()))))


if __name__ == "__main__":
    main()
