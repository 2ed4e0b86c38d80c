"""What FastAPI's own telemetry counts as the duration of a request.

Running it prints the series that the same requests leave, and whether
what comes late is in them.
"""

import asyncio
from collections.abc import Iterator

from fastapi import FastAPI
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import (
    HistogramDataPoint,
    InMemoryMetricReader,
)

from snippets.seeing.asked import Held, add_routes, ask
from snippets.seeing.served import served

DURATION = "http.server.request.duration"


# --8<-- [start:app]
def create_app(reader: InMemoryMetricReader, held: Held) -> FastAPI:
    provider = MeterProvider([reader], shutdown_on_exit=False)
    app = FastAPI(telemetry={"meter_provider": provider})  # [!]
    add_routes(app, held)
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
    reader, held = InMemoryMetricReader(), Held()

    def errors() -> dict[str, str]:
        series = [dict(p.attributes or {}) for p in durations(reader)]
        return {
            str(labels.get("http.route", "none")): str(
                labels.get("error.type", "")
            )
            for labels in series
        }

    async with served(create_app(reader, held)) as client:
        late = await ask(client, held, errors)
    return {
        route: (route in late, error)
        for route, error in errors().items()
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
