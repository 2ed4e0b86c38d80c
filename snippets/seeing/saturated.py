"""Requests that wait for a pool, seen before the first has ended."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack

from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from snippets.seeing.served import served
from snippets.seeing.watched_pool import STATE, create_app

CONNECTIONS = 5
REQUESTS = 20


def points(reader: InMemoryMetricReader) -> Iterator[tuple[str, float]]:
    """Names of what is known now, and values or counts."""
    data = reader.get_metrics_data()
    for resource in data.resource_metrics if data else ():
        for scope in resource.scope_metrics:
            for metric in scope.metrics:
                for point in metric.data.data_points:
                    state = (point.attributes or {}).get(STATE, "")
                    name = f"{metric.name} {state}".rstrip()
                    yield name, getattr(point, "value", 0)


# --8<-- [start:seen]
async def seen_meanwhile(dsn: str) -> dict[str, float]:
    """What a scrape finds while every connection is taken."""
    reader = InMemoryMetricReader()
    engine = create_async_engine(
        make_url(dsn).set(drivername="postgresql+asyncpg"),
        pool_size=CONNECTIONS,
        max_overflow=0,
    )
    provider = MeterProvider([reader], shutdown_on_exit=False)
    app = create_app(engine, provider)
    async with served(app) as client:
        async with AsyncExitStack() as taken:
            for _ in range(CONNECTIONS):
                await taken.enter_async_context(engine.connect())
            asked = [
                asyncio.create_task(client.get("/balance"))
                for _ in range(REQUESTS)
            ]
            while app.state.arrived < REQUESTS:
                await asyncio.sleep(0.01)
            seen = dict(points(reader))
        await asyncio.gather(*asked)
    await engine.dispose()
    return seen


# --8<-- [end:seen]


def told(seen: dict[str, float]) -> list[str]:
    return [f"{name}: {value}" for name, value in sorted(seen.items())]


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        print("\n".join(told(asyncio.run(seen_meanwhile(dsn)))))


if __name__ == "__main__":
    main()
