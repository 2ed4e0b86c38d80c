"""`Duplicated timeseries …`: what runs twice, and what may."""

import asyncio
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from prometheus_client import (
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)

from snippets.metrics import errors_timeseries as timeseries

TEXT = "^Duplicated timeseries in CollectorRegistry: "


@pytest.fixture(autouse=True)
def _registry_as_before() -> Iterator[None]:
    """What a test has registered for the whole process goes with it."""
    before = set(REGISTRY._collector_to_names)
    yield
    for collector in set(REGISTRY._collector_to_names) - before:
        REGISTRY.unregister(collector)


def test_a_second_application_registers_its_metrics_again() -> None:
    timeseries.create_app()
    with pytest.raises(ValueError, match=TEXT) as raised:
        timeseries.create_app()
    for name in ("orders_placed", "orders_placed_total", "orders_placed_created"):
        assert f"'{name}'" in str(raised.value)


async def ask(app: FastAPI, method: str, path: str) -> str:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://app") as client:
        return (await client.request(method, path)).raise_for_status().text


def counted(registry: CollectorRegistry, name: str) -> float | None:
    return registry.get_sample_value(name)


def test_one_of_the_module_counts_for_both() -> None:
    before = counted(REGISTRY, "orders_shipped_total")
    assert before is not None
    for app in (timeseries.create_app_shared(), timeseries.create_app_shared()):
        asyncio.run(ask(app, "POST", "/orders"))
    assert counted(REGISTRY, "orders_shipped_total") == before + 2


def test_with_a_registry_each_counts_for_itself() -> None:
    first, second = (timeseries.create_app_with_registry() for _ in range(2))
    asyncio.run(ask(first, "POST", "/orders"))
    assert "orders_placed_total 1.0" in asyncio.run(ask(first, "GET", "/metrics"))
    assert "orders_placed_total 0.0" in asyncio.run(ask(second, "GET", "/metrics"))


def test_the_first_application_counts_where_scrapes_read() -> None:
    app = timeseries.create_app()
    asyncio.run(ask(app, "POST", "/orders"))
    assert b"orders_placed_total 1.0" in generate_latest(REGISTRY)


MAIN = """
import sys
import uvicorn
from fastapi import FastAPI
from prometheus_client import Counter

ORDERS = Counter("orders", "Orders.")
app = FastAPI()

if __name__ == "__main__":
    uvicorn.Config({app}).load()  # what uvicorn.run does first
    print("loaded")
"""


@pytest.mark.parametrize(("app", "loads"), [('"main:app"', False), ("app", True)])
def test_a_module_that_is_run_and_imported_runs_twice(
    app: str, loads: bool, tmp_path: Path
) -> None:
    """As in prometheus-fastapi-instrumentator's issue 152."""
    (tmp_path / "main.py").write_text(textwrap.dedent(MAIN).replace("{app}", app), "utf-8")
    program = [sys.executable, "main.py"]
    done = subprocess.run(
        program, cwd=tmp_path, capture_output=True, text=True, timeout=30, check=False
    )
    assert (done.stdout == "loaded\n") is loads, done.stderr
    assert ("Duplicated timeseries in CollectorRegistry: {'orders" in done.stderr) is not loads


def test_names_that_meet_by_their_suffixes_are_taken() -> None:
    """As in client_python's issue 818: a gauge and a counter."""
    registry = CollectorRegistry()
    Gauge("orders", "…", registry=registry)
    with pytest.raises(ValueError, match=f"{TEXT}{{'orders'}}$"):
        Counter("orders_total", "…", registry=registry)
    Histogram("wait_seconds", "…", registry=registry)
    for suffix in ("count", "sum", "bucket"):
        with pytest.raises(ValueError, match=TEXT):
            Gauge(f"wait_seconds_{suffix}", "…", registry=registry)


def test_a_label_in_place_of_a_name_is_made_once() -> None:
    registry = CollectorRegistry()
    depth = Gauge("queue_depth", "…", ["queue"], registry=registry)
    for _ in range(2):
        for queue in ("mail", "billing"):
            depth.labels(queue=queue).inc()
    assert registry.get_sample_value("queue_depth", {"queue": "mail"}) == 2.0


def test_what_is_unregistered_first_counts_from_zero_and_the_old_one_counts_unread() -> None:
    registry = CollectorRegistry()
    old = Counter("orders", "…", registry=registry)
    old.inc(41)
    registry.unregister(old)
    Counter("orders", "…", registry=registry)
    old.inc()
    assert counted(registry, "orders_total") == 0.0


def test_without_a_registry_nobody_reads_it() -> None:
    for _ in range(2):
        Counter("orders_unread", "…", registry=None).inc()
    assert b"orders_unread" not in generate_latest(REGISTRY)
