"""Metrics of requests and of a pool, as Prometheus reads them.

Running it asks for a balance, and prints which series a scrape finds.
"""

import asyncio

from fastapi import FastAPI
from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.view import (
    ExplicitBucketHistogramAggregation,
    View,
)
from prometheus_client import CollectorRegistry, make_asgi_app
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from starlette.types import Scope

from snippets.seeing.served import served
from snippets.seeing.watched_pool import create_app

# --8<-- [start:meters]
DURATION = "http.server.request.duration"
DEADLINES_S = ExplicitBucketHistogramAggregation(
    (0.1, 0.5, 1.0, 1.5, 2.0, 4.0)
)


def create_meters(registry: CollectorRegistry) -> MeterProvider:
    reader = PrometheusMetricReader(registry=registry)
    view = View(instrument_name=DURATION, aggregation=DEADLINES_S)
    return MeterProvider([reader], views=[view])


# --8<-- [end:meters]


# --8<-- [start:app]
def exposing(
    engine: AsyncEngine, registry: CollectorRegistry
) -> FastAPI:
    app = create_app(engine, create_meters(registry), is_scrape)
    app.mount("/metrics", make_asgi_app(registry))  # [!]
    return app


def is_scrape(scope: Scope) -> bool:
    """Which is no request of a user; nor should a user see it."""
    return str(scope["path"]).startswith("/metrics")


# --8<-- [end:app]


async def scraped(dsn: str) -> str:
    """What Prometheus reads after one request."""
    engine = create_async_engine(
        make_url(dsn).set(drivername="postgresql+asyncpg")
    )
    async with served(exposing(engine, CollectorRegistry())) as client:
        await client.get("/balance")
        scrape = await client.get("/metrics/")
    await engine.dispose()
    return scrape.text


def types(scrape: str) -> list[str]:
    return [
        line.removeprefix("# TYPE ")
        for line in scrape.splitlines()
        if line.startswith("# TYPE") and "target" not in line
    ]


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        print("\n".join(types(asyncio.run(scraped(dsn)))))


if __name__ == "__main__":
    main()
