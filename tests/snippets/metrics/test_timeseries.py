"""`Duplicated timeseries …`: what runs twice, and what may."""

import asyncio
import logging
import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import nullcontext, suppress
from pathlib import Path

import httpx
import pytest
import uvicorn
from fastapi import FastAPI, Response
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from starlette.types import ASGIApp, Receive, Scope, Send

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
{metrics}
app = FastAPI()

if __name__ == "__main__":
    uvicorn.Config({app}).load()  # what uvicorn.run does first
    print("loaded")
"""
OWN = """
from prometheus_client import Counter

ORDERS = Counter("orders", "Orders.")
"""


def ran(program: str, folder: Path, **variables: str) -> "subprocess.CompletedProcess[str]":
    (folder / "main.py").write_text(textwrap.dedent(program), "utf-8")
    return subprocess.run(
        [sys.executable, "main.py"],
        cwd=folder,
        env=os.environ | variables,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("app", "metrics", "loads"),
    [
        ('"main:app"', OWN, False),
        ("app", OWN, True),
        ('"main:app"', "from metrics import ORDERS", True),
    ],
)
def test_a_module_that_is_run_and_imported_runs_twice(
    app: str, metrics: str, loads: bool, tmp_path: Path
) -> None:
    """As in prometheus-fastapi-instrumentator's issue 152."""
    (tmp_path / "metrics.py").write_text(OWN, "utf-8")
    done = ran(MAIN.replace("{app}", app).replace("{metrics}", metrics), tmp_path)
    assert (done.stdout == "loaded\n") is loads, done.stderr
    assert ("Duplicated timeseries in CollectorRegistry: {'orders" in done.stderr) is not loads


def test_so_does_that_of_a_process_which_is_spawned(tmp_path: Path) -> None:
    """As a server starts its processes, with `reload` and with `workers`."""
    program = f"""{OWN}
import importlib, multiprocessing

def load():
    importlib.import_module("main")

if __name__ == "__main__":
    child = multiprocessing.get_context("spawn").Process(target=load)
    child.start()
    child.join()
"""
    done = ran(program, tmp_path)
    assert "Duplicated timeseries in CollectorRegistry: {'orders" in done.stderr


@pytest.mark.parametrize("option", ["reload", "workers"])
def test_for_those_the_application_itself_is_refused(
    option: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "uvicorn.error")  # another server may have set it
    with pytest.raises(SystemExit):
        uvicorn.run(FastAPI(), log_config=None, **{option: 2})  # type: ignore[arg-type]
    assert "You must pass the application as an import string" in caplog.text


@pytest.mark.parametrize("registered", [True, False])
def test_a_collector_that_has_registered_itself_is_not_registered_again(registered: bool) -> None:
    """As in trafficserver_exporter's issue 20."""
    registry = CollectorRegistry(auto_describe=True)  # as that of the whole process
    collector = ProcessCollector(registry=registry if registered else None)
    with pytest.raises(ValueError, match=TEXT) if registered else nullcontext():
        registry.register(collector)


SEVERAL = """
import os, subprocess, sys
from prometheus_client import (
    REGISTRY, CollectorRegistry, Counter, generate_latest, multiprocess,
)

if len(sys.argv) > 1:
    Counter("orders", "Orders.").inc()  # another process, before
    sys.exit()
subprocess.run([sys.executable, "main.py", "other"])
registry = {registry}
multiprocess.MultiProcessCollector(registry)
Counter("orders", "Orders.").inc()
print(generate_latest(registry).decode())
"""


@pytest.mark.parametrize(
    ("registry", "reads"), [("REGISTRY", False), ("CollectorRegistry()", True)]
)
def test_what_reads_the_files_of_all_processes_wants_a_registry_of_its_own(
    registry: str, reads: bool, tmp_path: Path
) -> None:
    """As in client_python's issue 626."""
    (tmp_path / "files").mkdir()
    files = {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path / "files")}
    done = ran(SEVERAL.replace("{registry}", registry), tmp_path, **files)
    assert ("Duplicated timeseries in CollectorRegistry: {'orders" in done.stderr) is not reads
    assert ("orders_total 2.0" in done.stdout) is reads


def test_a_handler_behind_a_middleware_does_not_build_it_again_any_more() -> None:
    """Unlike in prometheus-fastapi-instrumentator's issue 269."""
    built: list[str] = []

    class Metrics:
        def __init__(self, app: ASGIApp) -> None:
            self.app = app
            built.append("metrics")

        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            await self.app(scope, receive, send)

    app = FastAPI()
    app.add_middleware(Metrics)
    app.add_exception_handler(LookupError, lambda *_: Response())
    app.add_api_route("/", lambda: "read")
    for _ in range(2):
        asyncio.run(ask(app, "GET", "/"))
        app.add_exception_handler(KeyError, lambda *_: Response())
    assert built == ["metrics"]


def test_a_registry_of_ones_own_says_nothing_of_the_process() -> None:
    own = asyncio.run(ask(timeseries.create_app_with_registry(), "GET", "/metrics"))
    for series in ("process_open_fds", "python_gc_objects_collected_total"):
        assert series not in own
        assert series in generate_latest(REGISTRY).decode()


def test_the_endpoint_says_which_format_it_speaks() -> None:
    async def kind() -> str:
        transport = httpx.ASGITransport(timeseries.create_app_with_registry())
        async with httpx.AsyncClient(transport=transport, base_url="http://app") as client:
            return (await client.get("/metrics")).headers["content-type"]

    assert asyncio.run(kind()) == CONTENT_TYPE_LATEST


def test_a_name_that_is_caught_is_not_there() -> None:
    def count() -> None:
        with suppress(ValueError):
            orders = Counter("orders", "…", registry=registry)
        orders.inc()

    registry = CollectorRegistry()
    Counter("orders", "…", registry=registry)
    with pytest.raises(UnboundLocalError):
        count()


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
