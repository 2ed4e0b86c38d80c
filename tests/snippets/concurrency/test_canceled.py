"""`CancelledError` in the log of a service: who canceled, and what ends it."""

import asyncio
import concurrent.futures
import logging
import re
import socket
import subprocess
import sys
import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import anyio
import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from fastapi.testclient import TestClient

from snippets.concurrency import errors_canceled as canceled

NAME = "asyncio.exceptions.CancelledError"


def test_a_lifespan_that_awaits_what_it_canceled_ends_as_that_did() -> None:
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(canceled.run(FastAPI(lifespan=canceled.lifespan)))


def test_one_that_waits_for_it_stops() -> None:
    assert asyncio.run(canceled.run(FastAPI(lifespan=canceled.lifespan_fixed))) == "stopped"


def test_and_raises_what_the_task_had_failed_with(monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail() -> None:
        raise OSError("no route")

    async def run() -> None:
        async with FastAPI(lifespan=canceled.lifespan_fixed).router.lifespan_context(FastAPI()):
            await asyncio.sleep(0)

    monkeypatch.setattr(canceled, "poll", fail)
    with pytest.raises(OSError, match=r"^no route$"):
        asyncio.run(run())


def test_the_task_is_ended_when_the_application_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    ends: list[str] = []

    async def poll() -> None:
        try:
            await asyncio.sleep(10)
        finally:
            ends.append("poll")

    async def fail() -> None:
        async with canceled.lifespan_fixed(FastAPI()):
            await asyncio.sleep(0)
            raise LookupError

    async def run() -> list[str]:
        with pytest.raises(LookupError):
            await fail()
        return list(ends)  # before the end of the loop ends what is left

    monkeypatch.setattr(canceled, "poll", poll)
    assert asyncio.run(run()) == ["poll"]


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, "uvicorn.error")
    return caplog


def whole(caplog: pytest.LogCaptureFixture) -> str:
    formatter = logging.Formatter()
    return "\n".join(formatter.format(record) for record in caplog.records)


@asynccontextmanager
async def serving(app: FastAPI, **settings: float) -> AsyncIterator[tuple[uvicorn.Server, str]]:
    """The server of an application, which ends when the body has told it to."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        config = uvicorn.Config(app, log_config=None, **settings)  # type: ignore[arg-type]
        server = uvicorn.Server(config)
        task = asyncio.create_task(server.serve([listener]))
        while not server.started:  # noqa: ASYNC110 — uvicorn has no event for it
            await asyncio.sleep(0.01)
        yield server, f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        await task


@pytest.mark.parametrize(
    ("lifespan", "ends"),
    [(canceled.lifespan, "failed. Exiting."), (canceled.lifespan_fixed, "complete.")],
)
async def test_a_server_prints_it_when_it_stops(
    lifespan: object, ends: str, said: pytest.LogCaptureFixture
) -> None:
    async with serving(FastAPI(lifespan=lifespan)):  # type: ignore[arg-type]
        pass
    assert f"Application shutdown {ends}" in whole(said)
    assert (NAME in whole(said)) is (lifespan is canceled.lifespan)


async def test_requests_that_outlast_the_grace_of_a_shutdown_are_canceled(
    said: pytest.LogCaptureFixture,
) -> None:
    app, entered = FastAPI(), asyncio.Event()

    @app.get("/")
    async def read() -> None:
        entered.set()
        await asyncio.sleep(60)

    async with serving(app, timeout_graceful_shutdown=0) as (_, url), httpx.AsyncClient() as client:
        asking = asyncio.create_task(client.get(url))
        await entered.wait()
    with suppress(httpx.HTTPError):
        await asking
    assert "Cancel 1 running task(s), timeout graceful shutdown exceeded" in whole(said)
    assert NAME in whole(said)


def test_a_second_interrupt_ends_the_lifespan_in_its_wait(said: pytest.LogCaptureFixture) -> None:
    """As in fastapi's issue 4427 and uvicorn's 2173: the server does not wait for the lifespan."""

    async def serve() -> None:
        async with serving(FastAPI()) as (server, _):
            server.force_exit = True

    asyncio.run(serve())
    assert NAME in whole(said)
    assert "await receive()" in whole(said)


def test_of_what_follows_the_yield_only_a_finally_then_runs() -> None:
    ran: list[str] = []

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        try:
            yield
            ran.append("after the yield")
        finally:
            await asyncio.sleep(0)
            ran.append("finally")

    async def serve() -> None:
        async with serving(FastAPI(lifespan=lifespan)) as (server, _):
            server.force_exit = True

    asyncio.run(serve())
    assert ran == ["finally"]


SERVED = """
import asyncio, os, signal
import uvicorn
from fastapi import FastAPI

server = uvicorn.Server(uvicorn.Config(FastAPI(), port=0))


async def serve():
    stopping = asyncio.create_task(stop())
    await server.serve()


async def stop():
    while not server.started:
        await asyncio.sleep(0.01)
    os.kill(os.getpid(), signal.SIGINT)


"""
INTERRUPTED = {
    "asyncio.run(serve())": True,
    "try:\n    asyncio.run(serve())\nexcept KeyboardInterrupt:\n    pass": False,
}


@pytest.mark.parametrize(("run", "prints"), INTERRUPTED.items())
def test_above_an_interrupt_the_server_has_stopped_and_hands_it_back(
    run: str, prints: bool
) -> None:
    program = SERVED + run
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    assert "Application shutdown complete." in done.stderr
    assert (NAME in done.stderr, "KeyboardInterrupt" in done.stderr) == (prints, prints)


async def test_above_a_timeout_it_is_the_deadline() -> None:
    with pytest.raises(TimeoutError) as raised:
        async with asyncio.timeout(0):
            await asyncio.sleep(10)
    printed = "".join(traceback.format_exception(raised.value))
    assert printed.index(NAME) < printed.index("\nTimeoutError")
    with pytest.raises(TimeoutError) as raised:
        await asyncio.wait_for(asyncio.sleep(10), 0.001)
    assert NAME in "".join(traceback.format_exception(raised.value))


async def test_a_deadline_of_anyio_says_so_itself() -> None:
    with pytest.raises(TimeoutError) as raised, anyio.fail_after(0.001):
        await anyio.sleep(10)
    printed = "".join(traceback.format_exception(raised.value))
    said = rf"{NAME}: Cancelled via cancel scope \w+; reason: deadline exceeded\n"
    assert re.search(said, printed)


async def test_a_client_that_leaves_cancels_what_it_was_sent() -> None:
    app, canceled_by = FastAPI(), asyncio.Queue[str]()

    @app.get("/")
    async def read() -> StreamingResponse:
        async def parts() -> AsyncIterator[bytes]:
            try:
                while True:
                    yield b"part"
                    await asyncio.sleep(0.01)
            except asyncio.CancelledError as error:
                canceled_by.put_nowait(str(error))
                raise

        return StreamingResponse(parts())

    async with serving(app) as (_, url):
        async with httpx.AsyncClient() as client, client.stream("GET", url) as answer:
            await anext(answer.aiter_bytes())
        said = await canceled_by.get()
    assert re.match(r"Cancelled via cancel scope \w+ by <Task .*run_asgi\(\)", said)


async def test_a_thread_that_waits_for_the_task_has_it_from_another_module() -> None:
    loop = asyncio.get_running_loop()

    async def work() -> None:
        raise asyncio.CancelledError

    def wait() -> str:
        try:
            asyncio.run_coroutine_threadsafe(work(), loop).result()
        except concurrent.futures.CancelledError as error:
            return f"{type(error).__module__}.{type(error).__name__}"
        return "not canceled"

    assert await asyncio.to_thread(wait) == "concurrent.futures._base.CancelledError"


def test_as_a_test_client_does() -> None:
    app = FastAPI()

    @app.get("/")
    async def read() -> None:
        raise asyncio.CancelledError

    with pytest.raises(concurrent.futures.CancelledError):
        TestClient(app).get("/")


async def test_an_except_of_exception_does_not_see_it() -> None:
    async def work() -> str:
        try:
            await asyncio.sleep(10)
        except Exception:
            return "caught"
        return "slept"

    task = asyncio.create_task(work())
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled()


async def test_a_bare_one_does_and_the_task_goes_on_where_it_was_to_end() -> None:
    async def work() -> str:
        try:
            await asyncio.sleep(10)
        except:  # noqa: E722
            return "went on"
        return "slept"

    task = asyncio.create_task(work())
    await asyncio.sleep(0)
    task.cancel()
    assert await task == "went on"


def test_and_a_shutdown_waits_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    went_on: list[int] = []

    async def poll() -> None:
        for turn in range(3):
            with suppress(BaseException):
                await asyncio.sleep(0 if turn else 60)
            went_on.append(turn)

    async def run() -> None:
        async with canceled.lifespan_fixed(FastAPI()):
            await asyncio.sleep(0)
        assert went_on == [0, 1, 2]

    monkeypatch.setattr(canceled, "poll", poll)
    asyncio.run(run())


async def test_to_cancel_and_not_to_wait_closes_the_pool_under_the_task() -> None:
    closed, found = asyncio.Event(), asyncio.Queue[bool]()

    async def poll() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            found.put_nowait(closed.is_set())  # it says goodbye with a connection of the pool

    async def end(*, wait: bool) -> bool:
        closed.clear()
        task = asyncio.create_task(poll())
        await asyncio.sleep(0)
        task.cancel()
        if wait:
            await asyncio.wait([task])
        closed.set()
        return await found.get()

    assert (await end(wait=False), await end(wait=True)) == (True, False)


async def test_to_suppress_it_around_the_await_hides_the_own_cancellation() -> None:
    async def end(task: asyncio.Task[None]) -> str:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        return "went on"

    async def stubborn() -> None:
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(60)
        await asyncio.sleep(60)

    task = asyncio.create_task(stubborn())
    await asyncio.sleep(0)
    ending = asyncio.create_task(end(task))
    for _ in range(3):
        await asyncio.sleep(0)
    ending.cancel()
    assert await ending == "went on"
    task.cancel()
    await asyncio.wait([task])
