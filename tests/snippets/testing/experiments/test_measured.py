"""What the experiments send, stall and clean up."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from fastapi import FastAPI, Response

from lab.experiment import Setting
from snippets.testing import load
from snippets.testing.experiments import _stalled, database, stall
from snippets.testing.experiments._connections import Connections
from snippets.testing.experiments._tables import fifty
from snippets.testing.socketed import socketed


@asynccontextmanager
async def connected(app: FastAPI) -> AsyncIterator[Connections]:
    async with socketed(app) as client:
        connections = Connections(str(client.base_url))
        yield connections
        await connections.close()


async def test_a_connection_is_kept_and_what_is_not_200_is_no_answer() -> None:
    app, clients = FastAPI(), list[str]()

    @app.get("/")
    async def answer(response: Response) -> str:
        clients.append("asked")
        response.status_code = 503 if len(clients) == 3 else 200
        return "tea" * len(clients)

    async with connected(app) as connections:
        await connections.get()
        await connections.get()
        assert len(connections._idle) == 1
        with pytest.raises(RuntimeError, match="503"):
            await connections.get()
        assert connections._idle == []


async def test_the_service_stalls_when_it_is_told_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a timer of its loop, which stands still meanwhile."""
    transport = httpx.ASGITransport(app=_stalled.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        assert (await client.get("/")).text == "tea"
        slept = list[float]()
        monkeypatch.setattr("time.sleep", slept.append)
        order = {"after_s": 0.0, "seconds": 7.0}
        assert (await client.post("/stall", json=order)).text == "later"
        assert slept == []
        await asyncio.sleep(0.001)
        assert slept == [7.0]


async def test_a_request_that_fails_is_no_stall(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stall, "BEFORE_S", 0.0)
    setting = Setting(conditions={"rate": 100, "seconds": 0.01})
    async with socketed(FastAPI()) as client:  # it has no route
        with pytest.raises(RuntimeError, match="a request failed"):
            await stall.from_here(load.load, setting, str(client.base_url))


@pytest.mark.parametrize(("late", "says"), [([0.0] * 99 + [1.0], False), ([0.0, 1.0], True)])
def test_a_load_that_was_late_is_void(late: list[float], says: bool) -> None:
    assert (stall.void(late) is not None) is says


@pytest.mark.parametrize(("share", "found"), [(0.95, 95.0), (0.5, 50.0), (1.0, 100.0)])
def test_a_quantile_is_a_value_that_was_found(share: float, found: float) -> None:
    assert stall.quantile([float(n) for n in range(100, 0, -1)], share) == found


def test_the_bounds_are_those_of_the_counting() -> None:
    bounds = {claim.quantity: claim for claim in stall.EXPERIMENT.claims}
    share = 100 * (1 - stall.LATE) * stall.STALL_S / stall.SECONDS
    for name in ("late_truth", "late_arrivals", "late_hundred"):
        assert (bounds[name].at_least, bounds[name].at_most) == (share - 1, share + 1)
    sent = stall.RATE * (stall.SECONDS - stall.STALL_S)
    assert bounds["late_ten"].at_most == pytest.approx(100 * stall.USERS / sent, abs=0.2)
    p95 = stall.STALL_S - 0.05 * stall.SECONDS
    assert (bounds["p95"].at_least, bounds["p95"].at_most) == pytest.approx((0.9 * p95, 1.1 * p95))


def test_what_another_test_has_left_is_noticed(dsn: str) -> None:
    with database.place(dsn, fifty(2)) as place:
        database.test(place.kept)
        with pytest.raises(RuntimeError, match="left something"):
            database.test(place.kept)


def test_tables_are_as_many_as_asked_and_refer_to_each_other() -> None:
    tables = fifty(3).sorted_tables
    assert [len(table.foreign_keys) for table in tables] == [0, 1, 1]
    assert [len(table.indexes) for table in tables] == [1, 1, 1]
