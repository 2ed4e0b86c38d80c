"""`There is no current event loop in thread …`, and how a thread reaches one."""

import asyncio
import concurrent.futures
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

import anyio.to_thread
import pytest
from fastapi import BackgroundTasks, Depends, FastAPI

from snippets.concurrency import errors_no_loop

SAID = r"^There is no current event loop in thread 'AnyIO worker thread'\.$"


def in_a_thread(function: Callable[[], Any]) -> Any:
    """What the function returns in a thread without a loop; what it raises is raised here."""
    found: list[Any] = []

    def run() -> None:
        try:
            found.append(function())
        except BaseException as error:
            found.append(error)

    thread = threading.Thread(target=run, name="Thread-1")
    thread.start()
    thread.join(30)
    if isinstance(found[0], BaseException):
        raise found[0]
    return found[0]


async def test_an_endpoint_with_def_has_no_loop() -> None:
    with pytest.raises(RuntimeError, match=SAID):
        await errors_no_loop.ask(errors_no_loop.create_app(), "POST")


@pytest.mark.parametrize("method", ["POST", "PUT"])
async def test_async_def_awaits_and_def_hands_over(method: str) -> None:
    assert await errors_no_loop.ask(errors_no_loop.create_app_fixed(), method) == "order 7"


async def test_what_is_handed_over_runs_in_the_loop_that_serves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def where(order_id: int) -> str:
        return str(id(asyncio.get_running_loop()))

    monkeypatch.setattr(errors_no_loop, "notify", where)
    here = str(id(asyncio.get_running_loop()))
    for method in ("POST", "PUT"):
        assert await errors_no_loop.ask(errors_no_loop.create_app_fixed(), method) == here


def spawned() -> None:
    coroutine = errors_no_loop.notify(7)
    try:
        asyncio.ensure_future(coroutine)  # noqa: RUF006
    finally:
        coroutine.close()


@pytest.mark.parametrize("ask", [asyncio.get_event_loop, asyncio.Future, spawned])
def test_a_thread_of_our_own_has_none_either(ask: Callable[[], Any]) -> None:
    with pytest.raises(RuntimeError, match=r"^There is no current event loop in thread 'Thread-1"):
        in_a_thread(ask)


def test_nor_has_the_main_thread_after_asyncio_run() -> None:
    """In a program of its own, which is what a script is. On Python 3.14 not before either."""
    program = "import asyncio\nasyncio.run(asyncio.sleep(0))\nasyncio.get_event_loop()"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=False
    )
    assert done.stderr.endswith(
        "RuntimeError: There is no current event loop in thread 'MainThread'.\n"
    )


def task() -> None:
    coroutine = errors_no_loop.notify(7)
    try:
        asyncio.create_task(coroutine)  # noqa: RUF006
    finally:
        coroutine.close()


@pytest.mark.parametrize("ask", [asyncio.get_running_loop, task])
def test_asked_for_the_running_one_a_thread_says_so_in_other_words(ask: Callable[[], Any]) -> None:
    with pytest.raises(RuntimeError, match=r"^no running event loop$"):
        in_a_thread(ask)


def test_so_does_a_task_that_is_made_before_a_loop_runs() -> None:
    """As a client that is made at the top of a module."""
    coroutine = errors_no_loop.notify(7)
    with pytest.raises(RuntimeError, match=r"^no running event loop$"):
        asyncio.create_task(coroutine)  # noqa: RUF006
    coroutine.close()


def test_the_report_of_a_job_in_a_thread() -> None:
    """As with schedulers: the job is a coroutine, and the thread runs it in a loop of its own."""

    async def job() -> str:
        await asyncio.sleep(0)
        return "done"

    with pytest.raises(RuntimeError, match=r"^There is no current event loop in thread 'Thread-1"):
        in_a_thread(lambda: asyncio.get_event_loop().run_until_complete(asyncio.sleep(0)))
    assert in_a_thread(lambda: asyncio.run(job())) == "done"


async def test_a_thread_of_our_own_reaches_the_loop_that_started_it() -> None:
    loop = asyncio.get_running_loop()

    def run() -> bool:
        asked = asyncio.run_coroutine_threadsafe(errors_no_loop.notify(7), loop)
        return asked.result(30) == "order 7"

    assert await asyncio.to_thread(run)


@pytest.mark.parametrize("cancels", [False, True])
async def test_after_a_timeout_it_goes_on_unless_it_is_cancelled(cancels: bool) -> None:
    loop, go, ended = asyncio.get_running_loop(), asyncio.Event(), asyncio.Event()
    done: list[str] = []

    async def job() -> None:
        try:
            await go.wait()
            done.append("went on")
        finally:
            ended.set()

    def run() -> None:
        found = asyncio.run_coroutine_threadsafe(job(), loop)
        with pytest.raises(concurrent.futures.TimeoutError):
            found.result(0.01)
        if cancels:
            found.cancel()

    await asyncio.to_thread(run)
    if not cancels:
        go.set()
    await ended.wait()
    assert done == ([] if cancels else ["went on"])


async def test_a_loop_of_its_own_cannot_use_what_belongs_to_another() -> None:
    """What `new_event_loop` in the thread leads to: the lock waits in the loop that serves."""
    lock = asyncio.Lock()

    async def locked() -> None:
        async with lock:
            await asyncio.sleep(0)

    async with lock:
        waiting = asyncio.create_task(locked())
        await asyncio.sleep(0)
        with pytest.raises(RuntimeError, match="is bound to a different event loop"):
            await anyio.to_thread.run_sync(lambda: asyncio.run(locked()))
    await waiting


async def test_a_background_task_with_def_is_in_a_thread_and_with_async_def_is_not() -> None:
    app, found = FastAPI(), []

    def in_thread() -> None:
        with pytest.raises(RuntimeError, match=SAID):
            asyncio.get_event_loop()
        found.append("thread")

    async def in_loop() -> None:
        found.append(await errors_no_loop.notify(7))

    @app.post("/orders/{order_id}")
    async def place_order(order_id: int, tasks: BackgroundTasks) -> str:
        tasks.add_task(in_thread)
        tasks.add_task(in_loop)
        return "placed"

    assert await errors_no_loop.ask(app, "POST") == "placed"
    assert found == ["thread", "order 7"]


async def test_a_set_loop_is_another_loop_in_every_thread() -> None:
    """The reply that forums give, `set_event_loop(new_event_loop())`: no error, another loop."""

    def run() -> bool:
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        try:
            asked = asyncio.get_event_loop().run_until_complete(errors_no_loop.notify(7))
            return asked == "order 7" and asyncio.get_event_loop() is loop
        finally:
            asyncio.set_event_loop(None)
            loop.close()

    assert await asyncio.to_thread(run)


async def test_inside_a_loop_asyncio_run_is_refused() -> None:
    refused = errors_no_loop.notify(7)
    with pytest.raises(RuntimeError, match=r"cannot be called from a running event loop$"):
        asyncio.run(refused)
    refused.close()


def test_a_coroutine_that_is_not_awaited_does_not_run_and_warns() -> None:
    with pytest.warns(RuntimeWarning, match=r"^coroutine 'notify' was never awaited$"):
        assert asyncio.iscoroutine(errors_no_loop.notify(7))


async def test_a_dependency_with_def_is_in_a_thread_too() -> None:
    app = FastAPI()

    @app.post("/orders/{order_id}", dependencies=[Depends(asyncio.get_event_loop)])
    async def place_order(order_id: int) -> None: ...

    with pytest.raises(RuntimeError, match=SAID):
        await errors_no_loop.ask(app, "POST")
