"""What is counted as the duration of a request, by whom, and how many series that makes."""

import asyncio
import io
import os
import re
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from inspect import signature
from pathlib import Path

import pytest
from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import StreamingResponse
from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import (
    HistogramDataPoint,
    InMemoryMetricReader,
    MetricsData,
)
from opentelemetry.sdk.metrics.view import ExponentialBucketHistogramAggregation, View
from opentelemetry.semconv._incubating.attributes import db_attributes
from opentelemetry.semconv._incubating.metrics import db_metrics
from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client import values as metric_values
from prometheus_fastapi_instrumentator import Instrumentator, middleware
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from snippets.seeing import (
    asked,
    buckets,
    exposed,
    labels,
    metrics,
    naive_buckets,
    naive_labels,
    naive_metrics,
    saturated,
    watched_pool,
    worker,
    workers,
)
from snippets.seeing.estimate import late, quantile
from snippets.seeing.scraped import scraped
from snippets.seeing.served import served


@pytest.mark.naive("snippets/seeing/naive_metrics.py")
async def test_the_instrumentator_counts_background_work_as_latency() -> None:
    assert (await naive_metrics.counted())["/mail"]


async def test_the_instrumentator_counts_an_answer_as_fastapi_does_without_such_work() -> None:
    late = await naive_metrics.counted()
    assert late["/export"]
    assert not late["/orders/{number}"]
    assert not late["none"]


async def test_fastapi_ends_a_duration_with_the_answer() -> None:
    counted = await metrics.counted()
    assert counted == {
        "/orders/{number}": (False, ""),
        "none": (False, ""),
        "/mail": (False, ""),
        "/export": (True, ""),
        "/failing": (False, "LookupError"),
    }


async def test_a_client_that_leaves_while_an_answer_is_streamed_is_no_error_of_ours() -> None:
    reader = InMemoryMetricReader()
    app = metrics.create_app(reader, asked.Held())
    ended = asyncio.Event()

    @app.get("/endless")
    async def endless() -> StreamingResponse:
        async def rows() -> AsyncIterator[bytes]:
            try:
                while True:
                    yield b"row"
                    await asyncio.sleep(0.01)
            finally:
                ended.set()

        return StreamingResponse(rows())

    async with served(app) as client:
        async with client.stream("GET", "/endless") as answer:
            await anext(answer.aiter_raw())
        await ended.wait()
    (point,) = metrics.durations(reader)
    assert point.attributes
    assert point.attributes["error.type"] == "ConnectionError"
    assert point.attributes["http.response.status_code"] == 200


@pytest.mark.naive("snippets/seeing/naive_labels.py")
async def test_a_path_as_a_label_is_a_series_for_each_path() -> None:
    assert await scraped(naive_labels.create_app) == "800 series, 39 kB a scrape"


async def test_a_route_as_a_label_is_a_series_for_each_route() -> None:
    assert await scraped(labels.create_app) == "4 series, 0 kB a scrape"


@pytest.mark.parametrize("create", [labels.create_app, naive_labels.create_app])
async def test_a_request_that_fails_is_counted_too(
    create: Callable[[CollectorRegistry], FastAPI],
) -> None:
    registry = CollectorRegistry()
    app = create(registry)

    @app.get("/failing")
    async def failing() -> None:
        raise LookupError

    async with served(app) as client:
        assert (await client.get("/failing")).status_code == 500
    (found,) = (s for m in registry.collect() for s in m.samples if s.name == "requests_total")
    assert (*found.labels.values(), found.value) == ("/failing", 1)


async def test_routes_of_two_routers_stay_two() -> None:
    registry = CollectorRegistry()
    app = labels.create_app(registry)
    numbered = APIRouter()

    @numbered.get("/{number}")
    async def one(number: int) -> int:
        return number

    app.include_router(numbered, prefix="/customers")
    app.include_router(numbered, prefix="/invoices")
    async with served(app) as client:
        for path in ("customers/1", "customers/2", "invoices/1", "orders/x", "none"):
            await client.get(path)
        await client.post("customers/1")

    counted = {
        sample.labels["route"]: sample.value
        for metric in registry.collect()
        for sample in metric.samples
        if sample.name == "requests_total"
    }
    assert counted == {
        "/customers/{number}": 3,
        "/invoices/{number}": 1,
        "/orders/{number}": 1,
        "none": 1,
    }


async def test_what_starlette_keeps_as_the_route_lacks_the_prefix_of_its_router() -> None:
    """So that nobody needs `route_of` any longer once this fails."""
    kept = []
    app, router = FastAPI(), APIRouter()

    @router.get("/{number}")
    async def one(number: int, request: Request) -> int:
        kept.append(request.scope["route"].path)
        return number

    app.include_router(router, prefix="/customers")
    async with served(app) as client:
        await client.get("/customers/1")
    assert kept == ["/{number}"]


@pytest.mark.parametrize(("exclude", "took_s"), [(True, 0), (False, 1)])
async def test_the_instrumentator_can_end_a_duration_at_the_first_byte(
    exclude: bool, took_s: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    now_s = 0.0

    class Lasting(asked.Held):
        async def part(self) -> None:
            nonlocal now_s
            now_s += 1

    monkeypatch.setattr(middleware, "default_timer", lambda: now_s)
    registry = CollectorRegistry()
    app = FastAPI()
    instrumentator = Instrumentator(registry=registry, should_exclude_streaming_duration=exclude)
    instrumentator.instrument(app)
    asked.add_routes(app, Lasting())
    async with served(app) as client:
        for path in asked.LATE:
            await client.get(path)
    for route in asked.LATE:
        labels = {"handler": route, "method": "GET"}
        assert registry.get_sample_value(f"{naive_metrics.DURATION}_sum", labels) == took_s


def data_of(reader: InMemoryMetricReader) -> MetricsData:
    data = reader.get_metrics_data()
    assert data
    return data


def observed(create: object, seconds: float) -> CollectorRegistry:
    registry = CollectorRegistry()
    histogram = create(registry)  # type: ignore[operator]
    for _ in range(100):
        histogram.observe(seconds)
    return registry


@pytest.mark.naive("snippets/seeing/naive_buckets.py")
def test_a_bucket_around_the_deadline_cannot_tell_who_missed_it() -> None:
    in_time, too_late = (observed(naive_buckets.create, s) for s in (1.3, 2.3))
    assert late(2.0, in_time) == late(2.0, too_late) == "0 to 100"
    assert quantile(0.99, in_time) == quantile(0.99, too_late) > 2.4


def test_a_bound_at_the_deadline_tells() -> None:
    for seconds, told in ((1.3, "0"), (1.9, "0"), (2.0, "0"), (2.3, "100")):
        assert late(2.0, observed(buckets.create, seconds)) == told


def test_a_quantile_is_linear_within_its_bucket() -> None:
    registry = CollectorRegistry()
    histogram = buckets.create(registry)
    for seconds in (0.2, 0.2, 0.7, 0.7):
        histogram.observe(seconds)
    assert quantile(0.5, registry) == 0.5
    assert quantile(0.75, registry) == 0.75


def test_the_names_of_a_pool_are_those_of_the_conventions() -> None:
    assert watched_pool.STATE == db_attributes.DB_CLIENT_CONNECTION_STATE
    reader = InMemoryMetricReader()
    meter = MeterProvider([reader], shutdown_on_exit=False).get_meter("test")
    engine = create_async_engine("postgresql+asyncpg://nobody@nowhere/none")
    pool = watched_pool.WatchedPool(engine, meter, name="orders")
    pool.pending.add(1, pool.name)
    pool.wait.record(0.1, pool.name)

    found = {}
    for resource in data_of(reader).resource_metrics:
        for metric in resource.scope_metrics[0].metrics:
            found[metric.name] = {
                name for point in metric.data.data_points for name in point.attributes or ()
            }
    name = db_attributes.DB_CLIENT_CONNECTION_POOL_NAME
    assert found == {
        db_metrics.DB_CLIENT_CONNECTION_PENDING_REQUESTS: {name},
        db_metrics.DB_CLIENT_CONNECTION_WAIT_TIME: {name},
        db_metrics.DB_CLIENT_CONNECTION_COUNT: {name, watched_pool.STATE},
    }


async def test_connections_are_counted_in_the_pool_that_dispose_made(dsn: str) -> None:
    reader = InMemoryMetricReader()
    engine = create_async_engine(make_url(dsn).set(drivername="postgresql+asyncpg"))
    watched_pool.create_app(engine, MeterProvider([reader], shutdown_on_exit=False))
    await engine.dispose()  # as after a fork
    async with engine.connect():
        assert dict(saturated.points(reader))["db.client.connection.count used"] == 1
    await engine.dispose()


async def test_who_waits_for_a_database_that_does_not_answer_is_pending_too() -> None:
    reader = InMemoryMetricReader()
    provider = MeterProvider([reader], shutdown_on_exit=False)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        host, port = silent.getsockname()
        engine = create_async_engine(f"postgresql+asyncpg://nobody@{host}:{port}/none")
        pool = watched_pool.WatchedPool(engine, provider.get_meter("test"), name="orders")

        async def wait() -> None:
            await anext(pool.session())

        waiting = asyncio.create_task(wait())
        during: dict[str, float] = {}
        while "db.client.connection.pending_requests" not in during:
            await asyncio.sleep(0.01)
            during = dict(saturated.points(reader))
        waiting.cancel()
        await asyncio.wait([waiting])
        after = dict(saturated.points(reader))
    await engine.dispose()

    pending = "db.client.connection.pending_requests"
    assert (during[pending], after[pending]) == (1, 0)


async def test_a_full_pool_is_seen_before_the_first_request_has_ended(dsn: str) -> None:
    seen = await saturated.seen_meanwhile(dsn)
    assert seen == {
        "db.client.connection.count used": saturated.CONNECTIONS,
        "db.client.connection.count idle": 0,
        "db.client.connection.pending_requests": saturated.REQUESTS,
        "http.server.active_requests": saturated.REQUESTS,
    }  # and no duration: a histogram knows what has ended


def test_a_scrape_reads_all_workers_and_the_dead_one_until_it_is_forgotten(
    tmp_path: Path,
) -> None:
    with workers.workers(tmp_path) as running:
        four = workers.scrape(tmp_path)
        running[0].kill()
        running[0].wait()
        killed = workers.scrape(tmp_path)
        workers.forget(running[0].pid, tmp_path)
        forgotten = workers.scrape(tmp_path)

    assert four == killed == {"orders_total": 400, "busy_connections": 8}
    assert forgotten == {"orders_total": 400, "busy_connections": 6}


def test_counters_of_the_last_run_are_there_until_the_directory_is_emptied(
    tmp_path: Path,
) -> None:
    for _ in range(2):
        with workers.workers(tmp_path):
            pass
    assert workers.scrape(tmp_path)["orders_total"] == 2 * workers.WORKERS * worker.ORDERS


def test_only_a_gauge_of_a_live_mode_is_forgotten(tmp_path: Path) -> None:
    """And what OpenTelemetry counts is not in the directory at all."""
    code = """
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.exporter.prometheus import PrometheusMetricReader
from prometheus_client import CollectorRegistry, Gauge
registry = CollectorRegistry()
Gauge("stays", "", multiprocess_mode="sum", registry=registry).set(2)
Gauge("goes", "", multiprocess_mode="livesum", registry=registry).set(2)
meters = MeterProvider([PrometheusMetricReader(registry=registry)])
meters.get_meter("test").create_counter("opened").add(1)
"""
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    with subprocess.Popen([sys.executable, "-c", code], env=environment) as process:
        assert process.wait() == 0
    assert workers.scrape(tmp_path) == {"stays": 2, "goes": 2}
    workers.forget(process.pid, tmp_path)
    assert workers.scrape(tmp_path) == {"stays": 2}


def test_without_a_directory_a_worker_knows_of_itself() -> None:
    assert metric_values.ValueClass is metric_values.MutexValue
    registry = CollectorRegistry()
    worker.count(registry)
    assert registry.get_sample_value("orders_total") == worker.ORDERS


def test_a_worker_works_until_its_input_ends(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())
    worker.work()
    assert capsys.readouterr().out == "counted\n"


async def test_default_bounds_have_every_wait_in_one_bucket_and_ours_tell(dsn: str) -> None:
    text = await exposed.scraped(dsn)
    (low,) = re.findall(r'wait_time_seconds_bucket\{.*le="0.001".*\} (\S+)', text)
    (high,) = re.findall(r'wait_time_seconds_bucket\{.*le="4.0".*\} (\S+)', text)
    assert (low, high) == ("0.0", "1.0")  # the first request opens a connection
    assert re.search(r"pending_requests\{.*\} 0.0", text)  # nobody waits any longer
    assert re.search(r'request_duration_seconds_bucket\{[^}]*le="2.0"', text)


async def test_a_scrape_is_no_request_of_the_service(dsn: str) -> None:
    registry = CollectorRegistry()
    engine = create_async_engine(make_url(dsn).set(drivername="postgresql+asyncpg"))
    async with served(exposed.exposing(engine, registry)) as client:
        await client.get("/balance")
        for _ in range(3):
            await client.get("/metrics", follow_redirects=True)
    await engine.dispose()
    counted = [
        (sample.labels["http_route"], sample.value)
        for metric in registry.collect()
        for sample in metric.samples
        if sample.name == "http_server_request_duration_seconds_count"
    ]
    assert counted == [("/balance", 1)]


def test_the_default_bounds_are_those_of_milliseconds() -> None:
    reader = InMemoryMetricReader()
    provider = MeterProvider([reader], shutdown_on_exit=False)
    histogram = provider.get_meter("test").create_histogram("wait", "s")
    for seconds in (0.001, 0.1, 4.9, 30):
        histogram.record(seconds)
    metric = data_of(reader).resource_metrics[0].scope_metrics[0].metrics[0]
    (point,) = metric.data.data_points
    assert isinstance(point, HistogramDataPoint)
    assert list(point.explicit_bounds)[:3] == [0, 5, 10]
    assert list(point.explicit_bounds)[-1] == 10_000
    assert list(point.bucket_counts)[:2] == [0, 3]


def test_a_histogram_of_the_prometheus_client_is_not_native() -> None:
    """So that the article can say otherwise once this fails."""
    for create in (naive_buckets.create, buckets.create):
        (metric,) = observed(create, 1.3).collect()
        assert not any(sample.native_histogram for sample in metric.samples)
    assert not [name for name in signature(Histogram).parameters if "native" in name]


def test_an_exponential_histogram_makes_a_whole_scrape_fail() -> None:
    """So that the article can say otherwise once this fails."""
    registry = CollectorRegistry()
    by_scale = View(instrument_name="wait", aggregation=ExponentialBucketHistogramAggregation())
    provider = MeterProvider(
        [PrometheusMetricReader(registry=registry)], views=[by_scale], shutdown_on_exit=False
    )
    meter = provider.get_meter("test")
    meter.create_counter("orders").add(1)
    assert b"orders_total" in generate_latest(registry)
    meter.create_histogram("wait", "s").record(1.3)
    with pytest.raises(AttributeError, match="ExponentialHistogramDataPoint"):
        generate_latest(registry)


async def test_the_bounds_of_fastapi_have_none_at_two_seconds() -> None:
    reader = InMemoryMetricReader()
    async with served(metrics.create_app(reader, asked.Held())) as client:
        await client.get("/orders/1")
    (point,) = metrics.durations(reader)
    assert 1.0 in point.explicit_bounds
    assert 2.0 not in point.explicit_bounds
    assert 2.5 in point.explicit_bounds
