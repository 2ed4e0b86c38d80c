"""Requests come when they are due, and their clocks start then.

Running it sends 100 requests a second for ten seconds to a service that
stalls for one, and prints how many latencies above 100 ms it reports.
"""

import asyncio
from collections.abc import Awaitable, Callable

Send = Callable[[], Awaitable[None]]


# --8<-- [start:load]
async def load(send: Send, rate: float, seconds: float) -> list[float]:
    """Latencies, each from when its request was due."""
    loop = asyncio.get_running_loop()
    began, latencies = loop.time(), list[float]()

    async def one(due: float) -> None:
        await send()
        latencies.append(loop.time() - due)  # [!]

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
