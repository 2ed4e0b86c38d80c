"""A load of writes and reads, in which one thing after another fails.

Each has a window of time. Who is refused or cut off insists, with the
same request, and so with the same key where there are keys. Nothing
is lost by that: the question is what is stored at the end. Every tenth
write that was acknowledged is sent once more, as by a client that the
answer has not reached: seldom is one lost just so. Who is told to sign
in does, once for all.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg

from lab.experiment import Conditions
from lab.load import Request
from snippets.backend.experiments._client import Insisted, insist
from snippets.backend.experiments._counting import mark
from snippets.backend.experiments._faults import FAULTS
from snippets.backend.experiments._systems import Running

REPEATED = 10  # of so many acknowledged writes one is sent again
POLL_S = 0.1


@dataclass(frozen=True)
class Sent:
    """A request of the load.

    Attributes:
        fault: in whose window it was due.
        mark: what it was to store; empty for what stores nothing: a
            read, and a write that has been acknowledged before.
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
    patience_s = conditions["patience_s"]
    began = time.monotonic()
    sent: list[Sent] = []

    async def one(number: int, request: Request, of: str) -> None:
        due = number / rate
        await asyncio.sleep(began + due - time.monotonic())
        fault = faults[int(due / window_s)]
        fate = await asked(request)
        sent.append(Sent(fault, of, fate))
        if of and fate.answer and not number % REPEATED:
            sent.append(Sent(fault, "", await asked(request)))

    async def asked(request: Request) -> Insisted:
        signed_in = backend.signed_in
        return await insist(backend.url, request, patience_s, signed_in)

    sending = []
    for number in range(int(rate * window_s * len(faults))):
        of = mark()
        sending.append(one(number, backend.account.write(of), of))
        sending.append(one(number, backend.account.cached, ""))
    arrivals = [asyncio.create_task(each) for each in sending]
    for number, name in enumerate(faults):
        # A quarter of the window goes well before it fails.
        due = began + (number + 0.25) * window_s
        await asyncio.sleep(due - time.monotonic())
        await FAULTS[name](backend, window_s)
    await asyncio.gather(*arrivals)
    return sent


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


def slowest(sent: Sequence[Sent], fault: str) -> float:
    """How long the answer took that took longest, in its window."""
    return max(
        (one.insisted.took_s for one in sent if one.fault == fault),
        default=0.0,
    )


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


async def asked_again(backend: Running) -> dict[str, float]:
    """How often the provider was asked for money a second time."""
    if backend.system.asked is None:
        return {}
    connection = await asyncpg.connect(backend.postgres.dsn)
    try:
        again = await connection.fetchval(backend.system.asked)
    finally:
        await connection.close()
    return {"again": float(again)}
