"""SIGTERM while requests are under way, as each deployment sends it."""

import asyncio
import os
import signal
import time

from snippets.backend.experiments._client import NoAnswerError, ask
from snippets.backend.experiments._counting import mark
from snippets.backend.experiments._outages import marks
from snippets.backend.experiments._systems import Running

TAKEN_S = 0.03  # until a worker has accepted what was sent
STOP_S = 15.0
POLL_S = 0.02


async def stopped(backend: Running, count: int) -> dict[str, float]:
    """What becomes of so many writes that were sent right before."""
    sent = [asyncio.Event() for _ in range(count)]
    arrived: dict[str, bool] = {}

    async def one(of: str, taken: asyncio.Event) -> None:
        try:
            write = backend.account.write(of)
            answer = await ask(backend.url, write, taken.set)
            arrived[of] = answer.ok
        except NoAnswerError:
            pass
        finally:
            taken.set()  # or nobody listens

    writing = [asyncio.create_task(one(mark(), it)) for it in sent]
    for taken in sent:
        await taken.wait()
    await asyncio.sleep(TAKEN_S)
    os.kill(backend.web.pid, signal.SIGTERM)
    await asyncio.gather(*writing)
    until = time.monotonic() + STOP_S
    while not backend.web.ended() and time.monotonic() < until:
        await asyncio.sleep(POLL_S)
    stored = await marks(backend)
    told = [of for of, ok in arrived.items() if ok]
    return {
        "cut": count - len(arrived),
        "gone": sum(of not in stored for of in told),
        "running": float(not backend.web.ended()),
    }
