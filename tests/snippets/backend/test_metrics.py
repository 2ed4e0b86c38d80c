"""Metrics: by the route as it was written, of requests that fail too, and for who has the token."""

import asyncio
import re
from pathlib import Path

import pytest
from prometheus_client import REGISTRY
from prometheus_client.values import MultiProcessValue
from starlette.types import Message, Receive, Scope, Send

from snippets.backend import metrics
from snippets.backend.metrics import Measured, exposed
from snippets.backend.security.access import Keyring
from tests.snippets.backend.shop import Configure, Shop, is_problem, opened

TOKEN = "t" * 16


def counted(method: str, route: str, status: str) -> float:
    labels = {"method": method, "route": route, "status": status}
    return REGISTRY.get_sample_value("shop_request_seconds_count", labels) or 0


@pytest.mark.parametrize(
    ("method", "path", "route", "status"),
    [
        ("GET", "/products/999999999", "/products/{number}", "404"),
        ("GET", "/products/nan", "/products/{number}", "422"),
        ("GET", "/nothing/12", "none", "404"),
        ("DELETE", "/products", "/products", "405"),
        ("BREW", "/products", "/products", "405"),
    ],
)
async def test_a_request_is_counted_by_its_route(
    shop: Shop, method: str, path: str, route: str, status: str
) -> None:
    name = "other" if method == "BREW" else method
    before = counted(name, route, status)
    await shop.client.request(method, path)
    assert counted(name, route, status) == before + 1


async def test_what_nobody_handles_is_counted_as_the_500_that_it_is(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = counted("GET", "/orders", "500")
    monkeypatch.setattr(Keyring, "read", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        await shop.client.get("/orders", headers={"Authorization": "Bearer x"})
    assert counted("GET", "/orders", "500") == before + 1


@pytest.mark.parametrize(
    ("error", "begun"), [(RuntimeError, True), (asyncio.CancelledError, False)]
)
async def test_a_request_without_an_end_is_counted_once(
    error: type[BaseException], begun: bool
) -> None:
    async def fails(scope: Scope, receive: Receive, send: Send) -> None:
        if begun:
            await send({"type": "http.response.start", "status": 200})
        raise error

    async def send(message: Message) -> None: ...

    before = counted("GET", "none", "cut off")
    with pytest.raises(error):
        await Measured(fails)({"type": "http", "method": "GET"}, None, send)  # type: ignore[arg-type]
    assert counted("GET", "none", "cut off") == before + 1


async def test_an_answer_ends_with_its_last_part() -> None:
    seen: list[float] = []

    async def streams(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200})
        for more in (True, False):
            await send({"type": "http.response.body", "body": b"", "more_body": more})
            seen.append(counted("PUT", "none", "200"))

    async def send(message: Message) -> None: ...

    await Measured(streams)({"type": "http", "method": "PUT"}, None, send)  # type: ignore[arg-type]
    assert seen == [0, 1]


async def test_metrics_are_for_who_has_the_token(configure: Configure) -> None:
    async with opened(configure(metrics_token=TOKEN)) as shop:
        wrong = [b"", b"Bearer " + b"x" * 16, b"Bearer \xff"]
        for headers in ([(b"Authorization", value)] for value in wrong):
            assert is_problem(await shop.client.get("/metrics", headers=headers), 404)
        told = await shop.client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        assert "shop_request_seconds_bucket" in told.text


async def test_without_a_token_there_are_none(shop: Shop) -> None:
    answer = await shop.client.get("/metrics", headers={"Authorization": "Bearer None"})
    assert is_problem(answer, 404)


def test_all_processes_are_told_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    for process in (1, 2):
        value = MultiProcessValue(lambda process=process: process)  # type: ignore[no-untyped-call]
        value("counter", "shop_x", "shop_x_total", (), (), "X").inc(process)
    assert re.search(r"^shop_x_total 3.0$", exposed().decode(), re.MULTILINE)


async def test_other_scopes_pass() -> None:
    passed: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        passed.append(scope["type"])

    await Measured(app)({"type": "lifespan"}, None, None)  # type: ignore[arg-type]
    assert passed == ["lifespan"]
    assert metrics.route_of({"type": "http"}) == "none"
