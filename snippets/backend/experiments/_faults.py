"""What fails while the load runs: one after another, for a while each.

All of it is done from outside, to each backend in the same way. Idle
connections of a backend are ended where others are to take them: it
would keep what it has, and notice nothing. What Redis has in its memory
is gone when it cannot write: a backend that only reads there would
notice nothing either. How many writes it refused is counted, as a trial
in which nobody writes shows nothing.
"""

import asyncio
import shutil
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import (
    AsyncExitStack,
    asynccontextmanager,
    suppress,
)
from pathlib import Path

import asyncpg
import psutil
from redis.asyncio import Redis

from snippets.backend.experiments._systems import Running

HALTED_S, GOING_S = 0.09, 0.01  # slow: a tenth of its speed
POLL_S = 0.02
HOUR_S = 3600
FULL = Path("/dev/full")  # each write to it fails: no space left
OTHERS = "others"
END_IDLE = f"""
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE state = 'idle' AND application_name <> '{OTHERS}'
"""

Fault = Callable[[Running, float], Awaitable[None]]


async def web(backend: Running, window_s: float) -> None:
    """One web worker gets SIGKILL."""
    await asyncio.to_thread(backend.kill_web_worker)


async def jobs(backend: Running, window_s: float) -> None:
    """The job worker gets SIGKILL, and another begins."""
    await asyncio.to_thread(backend.kill_worker)
    await asyncio.to_thread(backend.serve_jobs)


async def database(backend: Running, window_s: float) -> None:
    """PostgreSQL gets SIGKILL, and is started."""
    await asyncio.to_thread(backend.postgres.kill)
    await asyncio.to_thread(backend.postgres.start)


async def slow(backend: Running, window_s: float) -> None:
    """PostgreSQL runs for a tenth of the time."""
    until = time.monotonic() + window_s / 2
    while time.monotonic() < until:
        halted = backend.postgres_processes()
        for one in halted:
            with suppress(psutil.NoSuchProcess):  # a session has ended
                one.suspend()
        await asyncio.sleep(HALTED_S)
        for one in halted:
            with suppress(psutil.NoSuchProcess):
                one.resume()
        await asyncio.sleep(GOING_S)


async def connections(backend: Running, window_s: float) -> None:
    """Others have all connections that PostgreSQL takes."""
    until: float | None = None
    dsn, named = backend.postgres.dsn, {"application_name": OTHERS}
    async with AsyncExitStack() as taken:

        async def take() -> asyncpg.Connection:
            one = await asyncpg.connect(dsn, server_settings=named)
            taken.push_async_callback(one.close)
            return one

        first = await take()
        while until is None or time.monotonic() < until:
            try:
                await take()
            except asyncpg.TooManyConnectionsError:
                until = until or time.monotonic() + window_s / 2
                await first.execute(END_IDLE)
                await asyncio.sleep(POLL_S)


async def cache(backend: Running, window_s: float) -> None:
    """Redis gets SIGKILL, and is started after half of the window."""
    await asyncio.to_thread(backend.redis.kill)
    await asyncio.sleep(window_s / 2)
    await asyncio.to_thread(backend.redis.start)


async def silent(backend: Running, window_s: float) -> None:
    """Redis takes commands and does not answer."""
    backend.redis.pause()
    await asyncio.sleep(window_s / 2)
    backend.redis.resume()


@asynccontextmanager
async def refusing(backend: Running, why: str) -> AsyncIterator[Redis]:
    """An empty Redis; of what it then refuses it keeps count."""
    async with Redis.from_url(backend.redis.url) as client:
        await client.flushall()
        yield client
        seen = await client.info("errorstats")
        found = seen.get(f"errorstat_{why}", {"count": 0})
        backend.refused.append(found["count"])


async def full(backend: Running, window_s: float) -> None:
    """Redis refuses to write, as its memory is used up."""
    async with refusing(backend, "OOM") as client:
        await client.config_set("maxmemory", 1)
        await asyncio.sleep(window_s / 2)
        await client.config_set("maxmemory", 0)


async def disk(backend: Running, window_s: float) -> None:
    """Redis refuses to write, as its append-only file has no space."""
    files = backend.redis.directory / "appendonlydir"
    files.mkdir()
    (files / "temp-appendonly.aof.incr").symlink_to(FULL)
    async with refusing(backend, "MISCONF") as client:
        await client.config_set("appendonly", "yes")
        await client.set("the first", "is refused to nobody")
        await asyncio.sleep(window_s / 2)
        await client.config_set("appendonly", "no")
    shutil.rmtree(files)


async def clock(backend: Running, window_s: float) -> None:
    """The backend's clock goes forward by an hour, and back."""
    backend.clock.jump(HOUR_S)
    await asyncio.sleep(window_s / 2)
    backend.clock.jump(0)


# In the order in which they happen. Between a silent Redis and one that
# is killed there are five seconds: ours asks nobody for so long after a
# failure, and would not notice the next one. Who has waited for a
# connection is served before PostgreSQL is killed.
FAULTS: dict[str, Fault] = {
    "full": full,
    "disk": disk,
    "silent": silent,
    "connections": connections,
    "jobs": jobs,
    "database": database,
    "slow": slow,
    "clock": clock,
    "cache": cache,
    "web": web,
}
