"""The worker: it comes back, it tries again, and it ends what it has begun."""

import asyncio
import os
import runpy
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from types import CoroutineType
from typing import Any

import asyncpg
import psycopg
import pytest
from pgqueuer.core.qm import QueueManager
from pgqueuer.errors import FailingListenerError
from prometheus_client import REGISTRY

from snippets.backend import jobs, payments, worker
from snippets.backend.settings import Settings
from tests.snippets.backend.shop import Configure, Shop, opened, settings_for


@asynccontextmanager
async def working(settings: Settings) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(worker.work(settings, stop))
    try:
        yield
    finally:
        stop.set()
        await task


@pytest.fixture
async def own(own_dsn: str, redis_lease: object) -> AsyncIterator[Shop]:
    """A shop whose jobs nobody else runs."""
    async with opened(settings_for(own_dsn, "redis://127.0.0.1:1")) as shop:
        yield shop


async def reached(shop: Shop, order: int, state: str) -> None:
    await until(shop, "SELECT state = $1 FROM orders WHERE id = $2", state, order)


async def until(shop: Shop, question: str, *given: object) -> None:
    """Ask the database until it says yes."""
    while not await shop.database.fetchval(question, *given):
        await shop.database.execute("SELECT pg_sleep(0.01)")


async def test_a_worker_whose_connection_is_lost_comes_back(
    own: Shop, own_dsn: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(worker, "PAUSE_S", 0.01)
    monkeypatch.setattr(worker, "POLL", timedelta(minutes=1))  # it hears of the loss
    listening = "SELECT pid FROM pg_stat_activity WHERE application_name = 'shop-worker'"
    listening += " AND datname = current_database()"
    async with working(own.resources.settings):
        await until(own, listening)
        with psycopg.connect(own_dsn, autocommit=True) as admin:
            admin.execute(f"SELECT pg_terminate_backend(pid, 5000) FROM ({listening}) AS it")
        order = await own.placed(await own.account(), {await own.product(): 1})
        await reached(own, order, "delivered")
    assert "no jobs for a while" in caplog.text


async def test_an_operation_that_is_cut_in_the_middle_ends_no_worker(
    own: Shop, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(worker, "PAUSE_S", 0.01)
    run, errors = QueueManager.run, [asyncpg.InternalClientError("x"), FailingListenerError()]

    async def cut(manager: QueueManager, **options: object) -> None:
        if errors:
            raise errors.pop()
        await run(manager, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(QueueManager, "run", cut)
    order = await own.placed(await own.account(), {await own.product(): 1})
    async with working(own.resources.settings):
        await reached(own, order, "delivered")
    assert errors == []


async def test_a_step_that_fails_is_tried_again(
    own: Shop, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    charge, tries = payments.charge, 0

    async def fails_once(*given: object) -> None:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise RuntimeError("the provider is down")
        await charge(*given)  # type: ignore[arg-type]

    def hasty(parameters: object) -> object:
        executor = jobs_persistent(parameters)  # type: ignore[arg-type]
        executor.initial_delay = timedelta()
        return executor

    jobs_persistent = jobs.persistent
    monkeypatch.setattr(jobs, "persistent", hasty)
    monkeypatch.setattr(payments, "charge", fails_once)
    monkeypatch.setattr(worker, "POLL", timedelta(seconds=0.2))
    labels = {"entrypoint": "charge", "outcome": "failed"}
    failed = REGISTRY.get_sample_value("shop_jobs_total", labels) or 0
    order = await own.placed(await own.account(), {await own.product(): 1})
    async with working(own.resources.settings):
        await reached(own, order, "delivered")
    assert tries == 2
    assert REGISTRY.get_sample_value("shop_jobs_total", labels) == failed + 1


async def test_a_step_that_always_fails_is_held(
    own: Shop, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def fails(*_: object) -> None:
        raise RuntimeError("the provider is gone")

    monkeypatch.setattr(payments, "charge", fails)
    order = await own.placed(await own.account(), {await own.product(): 1})
    await own.database.execute("UPDATE pgqueuer SET attempts = 10")
    held = "SELECT count(*) FROM pgqueuer WHERE status = 'failed'"
    async with working(own.resources.settings):
        await until(own, held)
    assert await own.state(order) == "charging"


async def test_a_worker_ends_what_it_has_begun(own: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go, charge = asyncio.Event(), asyncio.Event(), payments.charge

    async def slow(*given: object) -> None:
        begun.set()
        await go.wait()
        await charge(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(payments, "charge", slow)
    stop = asyncio.Event()
    order = await own.placed(await own.account(), {await own.product(): 1})
    task = asyncio.create_task(worker.work(own.resources.settings, stop))
    await begun.wait()
    stop.set()
    with suppress(TimeoutError):
        await asyncio.wait_for(asyncio.shield(task), 0.1)
    go.set()
    await task
    assert await own.state(order) == "charged"
    assert (
        await own.database.fetchval("SELECT count(*) FROM pgqueuer WHERE entrypoint = 'charge'")
        == 0
    )


async def test_a_worker_waits_for_a_server_that_is_not_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stop = asyncio.Event()
    deaf = settings_for("postgresql://127.0.0.1:1/nowhere", "redis://127.0.0.1:1")
    pausing = asyncio.Event()
    monkeypatch.setattr(worker.log, "warning", lambda *_: pausing.set())
    task = asyncio.create_task(worker.work(deaf, stop))
    await pausing.wait()
    stop.set()
    await task


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_it(
    configure: Configure, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    async def work(_: Settings, stop: asyncio.Event) -> None:
        os.kill(os.getpid(), number)
        await stop.wait()

    monkeypatch.setattr(worker, "work", work)
    try:
        await worker.main(configure())
    finally:
        for one in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().remove_signal_handler(one)


def test_it_is_a_command(monkeypatch: pytest.MonkeyPatch) -> None:
    run: list[CoroutineType[Any, Any, None]] = []
    for name, value in (("DATABASE_URL", "postgresql://x"), ("REDIS_URL", "redis://x")):
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("SECRET_KEY", "k" * 32)
    monkeypatch.setattr(asyncio, "run", run.append)
    monkeypatch.delitem(sys.modules, "snippets.backend.worker")
    runpy.run_module("snippets.backend.worker", run_name="__main__")
    (main,) = run
    assert main.cr_code.co_name == "main"
    main.close()


async def test_a_process_of_its_own_ends_with_0(own: Shop, own_dsn: str) -> None:
    order = await own.placed(await own.account(), {await own.product(): 1})
    environment = {"DATABASE_URL": own_dsn, "REDIS_URL": "redis://nowhere", "SECRET_KEY": "k" * 32}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "snippets.backend.worker"),
        env={**os.environ, **environment},
        stderr=asyncio.subprocess.PIPE,
    )
    await reached(own, order, "delivered")
    process.terminate()
    _, said = await process.communicate()
    assert (process.returncode, b"Traceback" in said) == (0, False)
