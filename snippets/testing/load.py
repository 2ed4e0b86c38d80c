"""Requests come when they are due, and their clocks start then.

Running it sends 100 requests a second for ten seconds to a service that
stalls for one, and prints how many latencies above 100 ms it reports.
"""

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable

Send = Callable[[], Awaitable[None]]


# --8<-- [start:load]
async def load(send: Send, rate: float, seconds: float) -> list[float]:
    """Latencies from when each request was due; failed: infinite.

    What is sent has a time-out of its own, or its load does not end.
    """
    loop = asyncio.get_running_loop()
    began, latencies = loop.time(), list[float]()

    async def one(due: float) -> None:
        try:
            await send()
            latencies.append(loop.time() - due)  # [!]
        except Exception as error:  # the others are sent all the same
            logging.warning("failed: %r", error)
            latencies.append(math.inf)

    async with asyncio.TaskGroup() as requests:
        for number in range(round(rate * seconds)):
            due = began + number / rate
            await asyncio.sleep(due - loop.time())
            requests.create_task(one(due))  # nobody waits for it
    return latencies


# --8<-- [end:load]


def main() -> None:
    from snippets.testing.stalling import report

    report(load)


if __name__ == "__main__":
    main()
