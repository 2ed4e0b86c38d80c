"""What FastAPI's own telemetry counts as the duration of a request.

Running it prints the series that the same requests leave, and where
the time is.
"""

import asyncio
from collections.abc import Iterator

from fastapi import FastAPI
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import (
    HistogramDataPoint,
    InMemoryMetricReader,
)

from snippets.seeing.asked import LATE_S, add_routes, ask
from snippets.seeing.served import served

DURATION = "http.server.request.duration"


# --8<-- [start:app]
def create_app(reader: InMemoryMetricReader) -> FastAPI:
    provider = MeterProvider([reader], shutdown_on_exit=False)
    app = FastAPI(telemetry={"meter_provider": provider})  # [!]
    add_routes(app)
    return app


# --8<-- [end:app]


def durations(
    reader: InMemoryMetricReader,
) -> Iterator[HistogramDataPoint]:
    data = reader.get_metrics_data()
    for resource in data.resource_metrics if data else ():
        for scope in resource.scope_metrics:
            for metric in scope.metrics:
                for point in metric.data.data_points:
                    if metric.name == DURATION:
                        assert isinstance(point, HistogramDataPoint)
                        yield point


async def counted() -> dict[str, tuple[bool, str]]:
    """Routes, whether the late part is in them, and an error."""
    reader = InMemoryMetricReader()
    async with served(create_app(reader)) as client:
        await ask(client)
    return {
        str((point.attributes or {}).get("http.route", "none")): (
            point.sum >= LATE_S,
            str((point.attributes or {}).get("error.type", "")),
        )
        for point in durations(reader)
    }


def told(routes: dict[str, tuple[bool, str]]) -> list[str]:
    return [
        f"{route}: {'with' if late else 'without'} what came later"
        f" {error}".rstrip()
        for route, (late, error) in routes.items()
    ]


def main() -> None:
    print("\n".join(told(asyncio.run(counted()))))


if __name__ == "__main__":
    main()
