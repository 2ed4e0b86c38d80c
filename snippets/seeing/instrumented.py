"""One application, and what may watch it.

What watches keeps its figures and drops its spans: how they leave the
process is not in the measurement, only what each request pays.
"""

from typing import Literal

from fastapi import FastAPI
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.sampling import TraceIdRatioBased
from prometheus_client import CollectorRegistry
from prometheus_fastapi_instrumentator import Instrumentator
from starlette.middleware.base import BaseHTTPMiddleware

from snippets.seeing.idle import Dropped, Passed, pass_on

Watch = Literal[
    "nothing",
    "metrics",
    "traces",
    "sampled",
    "instrumentator",
    "base",
    "pure",
]
LAYERS = 5


def traced(share: float) -> FastAPI:
    provider = TracerProvider(
        TraceIdRatioBased(share), shutdown_on_exit=False
    )
    provider.add_span_processor(SimpleSpanProcessor(Dropped()))
    return FastAPI(telemetry={"tracer_provider": provider})


# --8<-- [start:app]
def create_app(watch: Watch) -> FastAPI:
    match watch:
        case "metrics":
            reader = InMemoryMetricReader()
            meters = MeterProvider([reader], shutdown_on_exit=False)
            app = FastAPI(telemetry={"meter_provider": meters})
        case "traces":
            app = traced(1.0)
        case "sampled":
            app = traced(0.01)
        case _:
            app = FastAPI()
    if watch == "instrumentator":
        registry = CollectorRegistry()
        Instrumentator(registry=registry).instrument(app)
    for _ in range(LAYERS):
        if watch == "base":
            app.add_middleware(BaseHTTPMiddleware, dispatch=pass_on)
        if watch == "pure":
            app.add_middleware(Passed)

    @app.get("/orders/{number}")
    async def order(number: int) -> dict[str, int]:
        return {"number": number}

    return app


# --8<-- [end:app]
