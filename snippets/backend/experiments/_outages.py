"""A load of writes and reads, in which one thing after another fails.

Each has a window of time. Who is refused or cut off insists, with the
same request, and so with the same key where there are keys. Nothing
is lost by that: the question is what is stored at the end.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

import asyncpg
import psutil
import redis

from lab.experiment import Conditions
from lab.load import Request
from snippets.backend.experiments._client import Insisted, insist
from snippets.backend.experiments._counting import mark
from snippets.backend.experiments._systems import Running

HALTED_S, GOING_S = 0.09, 0.01  # slow: a tenth of its speed
POLL_S = 0.1

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


async def full(backend: Running, window_s: float) -> None:
    """Redis refuses to write, as its memory is used up."""
    with redis.Redis.from_url(backend.redis.url) as client:
        client.config_set("maxmemory", 1)
        await asyncio.sleep(window_s / 2)
        client.config_set("maxmemory", 0)


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


# In the order in which they happen. Between a silent Redis and one that
# is killed there are five seconds: ours asks nobody for so long after a
# failure, and would not notice the next one.
FAULTS: dict[str, Fault] = {
    "full": full,
    "silent": silent,
    "jobs": jobs,
    "database": database,
    "slow": slow,
    "cache": cache,
    "web": web,
}


@dataclass(frozen=True)
class Sent:
    """A request of the load.

    Attributes:
        fault: in whose window it was due.
        mark: what it was to store; empty for a read.
        insisted: what came of it.
    """

    fault: str
    mark: str
    insisted: Insisted


async def load(
    backend: Running, faults: Sequence[str], conditions: Conditions
) -> list[Sent]:
    """Write and read at a fixed rate while they happen."""
    rate, window_s = conditions["rate"], conditions["window_s"]
    began = time.monotonic()

    async def one(number: int, request: Request, of: str) -> Sent:
        due = number / rate
        await asyncio.sleep(began + due - time.monotonic())
        patience_s = conditions["patience_s"]
        fate = await insist(backend.url, request, patience_s)
        return Sent(faults[int(due / window_s)], of, fate)

    sending = []
    for number in range(int(rate * window_s * len(faults))):
        of = mark()
        write = backend.account.write(of)
        sending.append(one(number, write, of))
        sending.append(one(number, backend.account.cached, ""))
    arrivals = [asyncio.create_task(each) for each in sending]
    for number, name in enumerate(faults):
        # A quarter of the window goes well before it fails.
        due = began + (number + 0.25) * window_s
        await asyncio.sleep(due - time.monotonic())
        await FAULTS[name](backend, window_s)
    return await asyncio.gather(*arrivals)


async def kept(
    backend: Running, sent: Sequence[Sent]
) -> dict[str, float]:
    """What the database says of what clients were told."""
    stored = await marks(backend)
    written = [one for one in sent if one.mark]
    told = [one.mark for one in written if one.insisted.answer]
    times = [stored.get(one.mark, 0) for one in written]
    return {
        "lost": sum(of not in stored for of in told),
        "doubled": sum(one > 1 for one in times),
        "unserved": sum(one.insisted.answer is None for one in sent),
    }


async def marks(backend: Running) -> dict[str, int]:
    """What is stored, and in how many rows."""
    connection = await asyncpg.connect(backend.postgres.dsn)
    try:
        rows = await connection.fetch(backend.system.stored)
    finally:
        await connection.close()
    return dict(rows)


def failed_at_first(sent: Sequence[Sent], fault: str) -> float:
    """How many requests in its window did not succeed at once."""
    of = [one.insisted.first for one in sent if one.fault == fault]
    return sum(not 200 <= first < 300 for first in of)


async def still_failing(backend: Running, count: int) -> float:
    """Of so many reads, how many fail though nothing is amiss."""
    request = backend.account.cached
    asked = (insist(backend.url, request, 0.0) for _ in range(count))
    return sum(
        one.answer is None for one in await asyncio.gather(*asked)
    )


async def debts(
    backend: Running, patience_s: float
) -> dict[str, float]:
    """What is still owed when all is done, or when time is up."""
    if backend.system.owed is None:
        return {}
    until = time.monotonic() + patience_s
    connection = await asyncpg.connect(backend.postgres.dsn)
    try:
        while True:
            row = await connection.fetchrow(backend.system.owed)
            owed = {name: float(count) for name, count in row.items()}
            if not any(owed.values()) or time.monotonic() > until:
                return owed
            await asyncio.sleep(POLL_S)
    finally:
        await connection.close()
