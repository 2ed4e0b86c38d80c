"""What is counted as the duration of a request, by whom, and how many series that makes."""

import asyncio
import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi import FastAPI
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import HistogramDataPoint, InMemoryMetricReader
from prometheus_client import CollectorRegistry
from prometheus_client import values as metric_values

from snippets.seeing import (
    buckets,
    exposed,
    labels,
    metrics,
    naive_buckets,
    naive_labels,
    naive_metrics,
    saturated,
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


async def test_a_client_that_leaves_a_stream_is_an_error_of_its_own_kind() -> None:
    reader = InMemoryMetricReader()
    async with served(metrics.create_app(reader)) as client:
        async with client.stream("GET", "/export") as answer:
            await anext(answer.aiter_bytes())
        points: list[HistogramDataPoint] = []
        while not points:
            await asyncio.sleep(0.01)
            points = list(metrics.durations(reader))
    (point,) = points
    assert (point.attributes or {})["error.type"] == "ConnectionError"


@pytest.mark.naive("snippets/seeing/naive_labels.py")
async def test_a_path_as_a_label_is_a_series_for_each_path() -> None:
    assert await scraped(naive_labels.create_app) == "400 series, 39 kB a scrape"


async def test_a_route_as_a_label_is_a_series_for_each_route() -> None:
    assert await scraped(labels.create_app) == "2 series, 0 kB a scrape"


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
    in_time, too_late = (observed(buckets.create, s) for s in (1.3, 2.3))
    assert late(2.0, in_time) == "0"
    assert late(2.0, too_late) == "100"


def test_a_quantile_is_linear_within_its_bucket() -> None:
    registry = CollectorRegistry()
    histogram = buckets.create(registry)
    for seconds in (0.2, 0.2, 0.7, 0.7):
        histogram.observe(seconds)
    assert quantile(0.5, registry) == 0.5
    assert quantile(0.75, registry) == 0.75


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
    (low,) = re.findall(r'wait_time_seconds_bucket\{le="0.001".*\} (\S+)', text)
    (high,) = re.findall(r'wait_time_seconds_bucket\{le="4.0".*\} (\S+)', text)
    assert (low, high) == ("0.0", "1.0")  # the first request opens a connection
    assert re.search(r"pending_requests\{.*\} 0.0", text)  # nobody waits any longer
    assert re.search(r'request_duration_seconds_bucket\{[^}]*le="2.0"', text)


def test_the_default_bounds_are_those_of_milliseconds() -> None:
    reader = InMemoryMetricReader()
    MeterProvider([reader]).get_meter("test").create_histogram("wait", "s").record(0.1)
    data = reader.get_metrics_data()
    assert data
    point = data.resource_metrics[0].scope_metrics[0].metrics[0].data.data_points[0]
    assert isinstance(point, HistogramDataPoint)
    assert list(point.explicit_bounds)[:2] == [0.0, 5.0]
    assert list(point.explicit_bounds)[-1] == 10_000
    assert list(point.bucket_counts)[:3] == [0, 1, 0]


async def test_the_bounds_of_fastapi_have_none_at_two_seconds() -> None:
    reader = InMemoryMetricReader()
    async with served(metrics.create_app(reader)) as client:
        await client.get("/orders/1")
    (point,) = metrics.durations(reader)
    assert 1.0 in point.explicit_bounds
    assert 2.0 not in point.explicit_bounds
    assert 2.5 in point.explicit_bounds
