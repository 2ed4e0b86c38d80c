"""The application that is watched answers alike, whoever watches."""

from typing import Any, get_args

import httpx
import pytest
from fastapi import FastAPI
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan
from prometheus_client import CollectorRegistry

from snippets.seeing import instrumented
from snippets.seeing.idle import Dropped
from snippets.seeing.instrumented import LAYERS, Watch, create_app
from snippets.seeing.metrics import durations
from snippets.seeing.served import served


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> list[ReadableSpan]:
    kept: list[ReadableSpan] = []
    monkeypatch.setattr(Dropped, "export", lambda self, spans: kept.extend(spans))
    return kept


async def ask(app: FastAPI, requests: int) -> None:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://app") as client:
        for number in range(requests):
            (await client.get(f"/orders/{number}")).raise_for_status()


@pytest.mark.parametrize("watch", get_args(Watch))
async def test_a_trace_is_four_spans_and_nobody_else_makes_any(
    watch: Watch, spans: list[ReadableSpan]
) -> None:
    await ask(create_app(watch), 1)
    if watch != "sampled":
        assert len(spans) == (4 if watch == "traces" else 0)


async def test_of_sampled_traces_few_are_kept(spans: list[ReadableSpan]) -> None:
    await ask(create_app("sampled"), 400)
    assert len(spans) <= 4 * 40  # four are expected


async def test_metrics_are_kept_by_whoever_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    reader, registry = InMemoryMetricReader(), CollectorRegistry()
    monkeypatch.setattr(instrumented, "InMemoryMetricReader", lambda: reader)
    monkeypatch.setattr(instrumented, "CollectorRegistry", lambda: registry)
    await ask(create_app("metrics"), 3)
    await ask(create_app("instrumentator"), 5)
    (point,) = durations(reader)
    counted: Any = registry.get_sample_value(
        "http_requests_total",
        {"handler": "/orders/{number}", "method": "GET", "status": "2xx"},
    )
    assert (point.count, counted) == (3, 5)


@pytest.mark.parametrize(("watch", "passes"), [("base", "BaseHTTPMiddleware"), ("pure", "Passed")])
def test_layers_are_as_many_and_of_the_kind_that_they_are_called(watch: Watch, passes: str) -> None:
    layers = [layer.cls for layer in create_app(watch).user_middleware]
    assert [getattr(layer, "__name__", "") for layer in layers] == [passes] * LAYERS
    assert create_app("nothing").user_middleware == []


@pytest.mark.parametrize("watch", get_args(Watch))
async def test_whoever_watches_the_answer_is_the_same(watch: Watch) -> None:
    async with served(create_app(watch)) as client:
        answer = await client.get("/orders/42")
    assert answer.json() == {"number": 42}
