"""What a dump of the process shows of a request that waits, and what its tasks tell."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from fastapi import FastAPI
from opentelemetry.sdk.metrics import MeterProvider
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from snippets.seeing import suspended, watched_pool
from snippets.seeing.served import served
from snippets.seeing.stuck import while_one_waits

PY_SPY = Path(sys.executable).with_name("py-spy")


def dumped() -> str:
    """What py-spy says of this process."""
    command = [str(PY_SPY), "dump", "--pid", str(os.getpid())]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if "permission denied" in done.stderr.lower():
        pytest.skip("py-spy may not read processes here: it needs root, in a container SYS_PTRACE")
    assert not done.returncode, done.stderr
    return done.stdout


async def test_py_spy_shows_an_idle_loop_while_a_request_waits_for_the_pool(dsn: str) -> None:
    async def look() -> str:
        return await asyncio.to_thread(dumped)

    stack = await while_one_waits(dsn, look)
    assert "select (selectors.py" in stack
    assert "balance" not in stack
    assert "Queue" not in stack


async def test_py_spy_names_the_call_that_blocks_the_loop() -> None:
    app = FastAPI()

    @app.get("/report")
    async def report() -> str:
        return dumped()  # py-spy looks while its own caller blocks the loop

    async with served(app) as client:
        stack = str((await client.get("/report")).json())
    assert "report (test_suspended.py" in stack


async def test_a_task_names_the_wait_when_a_signal_asks(dsn: str) -> None:
    told: list[str] = []

    async def look() -> str:
        answered = asyncio.Event()

        def tell(text: str) -> None:
            told.append(text)
            answered.set()

        suspended.tell_on_signal(tell)
        os.kill(os.getpid(), signal.SIGUSR1)
        await answered.wait()
        asyncio.get_running_loop().remove_signal_handler(signal.SIGUSR1)
        return told[0]

    (task,) = (t for t in (await while_one_waits(dsn, look)).splitlines() if ".balance" in t)
    assert task.endswith(" > greenlet_spawn > Queue.get")


async def test_a_loop_that_is_blocked_does_not_answer_the_signal() -> None:
    answered = asyncio.Event()
    suspended.tell_on_signal(lambda _: answered.set())
    os.kill(os.getpid(), signal.SIGUSR1)
    subprocess.run([sys.executable, "-c", ""], check=True)  # noqa: ASYNC221 - it blocks the loop
    assert not answered.is_set()
    await answered.wait()
    asyncio.get_running_loop().remove_signal_handler(signal.SIGUSR1)


async def test_the_stack_of_a_task_is_its_first_coroutine_alone(dsn: str) -> None:
    async def look() -> str:
        (task,) = (task for task in asyncio.all_tasks() if "RequestResponseCycle" in repr(task))
        return " > ".join(frame.f_code.co_qualname for frame in task.get_stack())

    assert await while_one_waits(dsn, look) == "RequestResponseCycle.run_asgi"


async def test_the_chain_of_a_task_ends_at_a_dependency_with_yield(dsn: str) -> None:
    engine = create_async_engine(
        make_url(dsn).set(drivername="postgresql+asyncpg"), pool_size=1, max_overflow=0
    )
    app = watched_pool.create_app(engine, MeterProvider(shutdown_on_exit=False))
    async with served(app) as client:
        async with engine.connect():
            asked = asyncio.create_task(client.get("/balance"))
            tasks: list[str] = []
            while not tasks:
                await asyncio.sleep(0.01)
                tasks = [t for t in suspended.where_tasks_wait() if "Manager.__aenter__" in t]
        (await asked).raise_for_status()
    await engine.dispose()
    (task,) = tasks
    assert "RequestResponseCycle" in task
    assert task.endswith("_AsyncGeneratorContextManager.__aenter__")
