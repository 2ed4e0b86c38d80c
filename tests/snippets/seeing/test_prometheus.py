"""What Prometheus itself makes of the service and of the alerts."""

import asyncio
import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from math import floor
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from fastapi.telemetry._asgi import _DURATION_BUCKETS
from prometheus_client import CollectorRegistry
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from lab.ports import free_port
from lab.repository import ROOT
from snippets.seeing import naive_buckets
from snippets.seeing.estimate import buckets, quantile
from snippets.seeing.exposed import exposing
from snippets.seeing.served import served

ALERTS = ROOT / "snippets" / "seeing" / "alerts.yml"
DASHBOARD = ROOT / "snippets" / "seeing" / "dashboard.json"
RULES = yaml.safe_load(ALERTS.read_text(encoding="utf-8"))["groups"][0]["rules"]
LIMIT = re.compile(r"\s(>|==)\s[\d.]+\s*$")
pytestmark = pytest.mark.skipif(
    not shutil.which("prometheus"),
    reason="Prometheus is not installed; on Debian: apt-get install prometheus",
)

CONFIGURATION = """
global: {{scrape_interval: 200ms, scrape_timeout: 200ms, evaluation_interval: 200ms}}
rule_files: ["{alerts}"]
scrape_configs:
  - job_name: shop
    static_configs: [{{targets: ["{address}"]}}]
    metrics_path: /metrics/
"""


@contextmanager
def prometheus(address: str) -> Iterator[str]:
    """The API of a Prometheus that scrapes this address and knows the alerts."""
    port = free_port()
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        file = directory / "prometheus.yml"
        file.write_text(CONFIGURATION.format(alerts=ALERTS, address=address))
        process = subprocess.Popen(
            [
                "prometheus",
                f"--config.file={file}",
                f"--storage.tsdb.path={directory}",
                f"--web.listen-address=127.0.0.1:{port}",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield f"http://127.0.0.1:{port}/api/v1/"
        finally:
            process.kill()
            process.wait()


async def first(client: httpx.AsyncClient, path: str, where: str) -> Any:
    """What it answers, once that is not empty."""
    while True:
        try:
            found = (await client.get(path)).json()["data"][where]
        except (httpx.TransportError, ValueError):  # it is starting
            found = []
        if found:
            return found
        await asyncio.sleep(0.1)


async def test_prometheus_reads_who_waits_and_the_alert_begins_to_count(dsn: str) -> None:
    engine = create_async_engine(
        make_url(dsn).set(drivername="postgresql+asyncpg"), pool_size=1, max_overflow=0
    )
    async with (
        served(exposing(engine, CollectorRegistry())) as client,
        httpx.AsyncClient() as api,
    ):
        with prometheus(client.base_url.netloc.decode()) as address:
            api.base_url = httpx.URL(address)
            async with engine.connect():
                asked = asyncio.create_task(client.get("/balance", timeout=50))
                pending = "query?query=db_client_connection_pending_requests>0"
                (series,) = await first(api, pending, "result")
                (alert,) = await first(api, "alerts", "alerts")
            (await asked).raise_for_status()
            counted = (
                "query?query=http_server_request_duration_seconds_bucket"
                '{le="2.0",http_route="/balance"}'
            )
            (duration,) = await first(api, counted, "result")
    await engine.dispose()

    assert series["value"][1] == "1"
    assert alert["labels"]["alertname"] == "RequestsWaitForThePool"
    assert alert["state"] == "pending"  # for a minute, and then it fires
    assert duration["metric"]["http_response_status_code"] == "200"


def expressions() -> dict[str, str]:
    """What the panels of the dashboard draw, and what the alerts compare with their limits."""
    panels = json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]
    drawn = {panel["title"]: target["expr"] for panel in panels for target in panel["targets"]}
    compared = {rule["alert"]: LIMIT.sub("", rule["expr"]) for rule in RULES if "alert" in rule}
    return drawn | compared


async def test_what_panels_draw_and_alerts_compare_is_there_once_a_request_has_failed(
    dsn: str,
) -> None:
    engine = create_async_engine(
        make_url(dsn).set(drivername="postgresql+asyncpg"),
        pool_size=1,
        max_overflow=0,
        pool_timeout=0.1,
    )
    missing = []
    async with (
        served(exposing(engine, CollectorRegistry())) as client,
        httpx.AsyncClient() as api,
    ):
        with prometheus(client.base_url.netloc.decode()) as address:
            api.base_url = httpx.URL(address)
            (await client.get("/balance")).raise_for_status()
            async with engine.connect():
                assert (await client.get("/balance")).status_code == 500
            failed = 'http_server_request_duration_seconds_count{error_type!=""}'
            await first(api, f"query?query=count_over_time({failed}[1m])>9", "result")
            for name, expression in expressions().items():
                answer = await api.get("query", params={"query": expression})
                if not answer.raise_for_status().json()["data"]["result"]:
                    missing.append(name)
    await engine.dispose()

    assert missing == []


PAGE = 'http_route="/balance", http_response_status_code="200"'
COUNT = f"http_server_request_duration_seconds_count{{{PAGE}}}"
BUCKET = f'http_server_request_duration_seconds_bucket{{{PAGE}, le="2.0"}}'
STREAM = 'error_type="ConnectionError", http_response_status_code'
LEFT, LOST = (
    f'http_server_request_duration_seconds_count{{{STREAM}="{code}"}}' for code in (200, 500)
)
FAILED = 'http_server_request_duration_seconds_count{error_type="LookupError"}'


@pytest.mark.parametrize(
    ("alert", "series"),
    [
        ("RequestsWaitForThePool", {"db_client_connection_pending_requests": "1x20"}),
        ("", {"db_client_connection_pending_requests": "0x20"}),
        ("", {"db_client_connection_pending_requests": "0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 1 0 0"}),
        ("OneInAHundredLate", {COUNT: "0+100x20", BUCKET: "0+98x20"}),
        ("", {COUNT: "0+1000x20", BUCKET: "0+995x20"}),
        ("", {COUNT: "0+100x20", BUCKET.replace("2.0", "2.5"): "0+0x20"}),  # no bound at 2 s
        ("OneInAHundredFails", {COUNT: "0+98x20", FAILED: "0+2x20", BUCKET: "0+100x20"}),
        ("", {COUNT: "0+995x20", FAILED: "0+5x20", BUCKET: "0+1000x20"}),
        ("", {COUNT: "0+98x20", LEFT: "0+2x20", BUCKET: "0+100x20"}),
        ("OneInAHundredFails", {COUNT: "0+98x20", LOST: "0+2x20", BUCKET: "0+100x20"}),
        ("NoScrape", {"up": "0x20"}),
        ("", {"up": "1x20"}),
    ],
)
def test_each_alert_fires_for_its_failure_and_for_no_other(
    alert: str, series: dict[str, str], tmp_path: Path
) -> None:
    test = {
        "rule_files": [str(ALERTS)],
        "evaluation_interval": "1m",
        "tests": [
            {
                "interval": "1m",
                "input_series": [{"series": k, "values": v} for k, v in series.items()],
                "alert_rule_test": [
                    {
                        "eval_time": "15m",
                        "alertname": name,
                        "exp_alerts": [{}] if name == alert else [],
                    }
                    for name in (rule["alert"] for rule in RULES if "alert" in rule)
                ],
            }
        ],
    }
    promtool(test, tmp_path)


def promtool(test: dict[str, Any], directory: Path) -> None:
    """Let Prometheus itself judge what is expected of it."""
    file = directory / "test.yml"
    file.write_text(yaml.safe_dump(test), encoding="utf-8")
    done = subprocess.run(["promtool", "test", "rules", str(file)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("q", [0.5, 0.9, 0.99])
@pytest.mark.parametrize(
    "seconds", [[1.3] * 100, [0.2, 0.2, 0.7, 0.7], [0.01] * 9 + [30.0], [12.0]]
)
def test_a_quantile_is_estimated_as_prometheus_does(
    seconds: list[float], q: float, tmp_path: Path
) -> None:
    registry = CollectorRegistry()
    histogram = naive_buckets.create(registry)
    for value in seconds:
        histogram.observe(value)
    found = {
        f'seconds_bucket{{le="{bound}"}}'.replace("inf", "+Inf"): str(count)
        for bound, count in buckets(registry)
    }
    expected = floor(quantile(q, registry) * 1000 + 0.5) / 1000
    test = {
        "tests": [
            {
                "input_series": [{"series": k, "values": v} for k, v in found.items()],
                "promql_expr_test": [
                    {
                        "expr": f"round(histogram_quantile({q}, seconds_bucket), 0.001)",
                        "eval_time": "0m",
                        "exp_samples": [{"labels": "{}", "value": expected}],
                    }
                ],
            }
        ]
    }
    promtool(test, tmp_path)


def test_without_a_bound_at_the_deadline_its_alert_has_nothing_to_fire_for() -> None:
    assert 2.0 not in _DURATION_BUCKETS
    rules = yaml.safe_load(ALERTS.read_text(encoding="utf-8"))["groups"][0]["rules"]
    (deadline,) = (rule for rule in rules if rule.get("record") == "service:late:ratio5m")
    assert 'le="2.0"' in deadline["expr"]
