"""A task that fails says so late, if nobody asks how it ended.

Running it fails two payments in turn and starts one that nobody awaits,
and then does both with somebody who asks.
"""

import asyncio
import gc
import logging
import re
from collections.abc import Coroutine

logger = logging.getLogger("payments")


# --8<-- [start:raises]
async def charge(order: int) -> None:
    raise ValueError(f"order {order}: the card was declined")


async def charge_all(orders: list[int]) -> None:
    tasks = [asyncio.create_task(charge(order)) for order in orders]
    for task in tasks:
        await task  # raises, and the next is not asked  # [!]


async def charge_later(order: int) -> None:
    asyncio.create_task(charge(order))  # noqa: RUF006  # [!]
    await asyncio.sleep(0)


# --8<-- [end:raises]


# --8<-- [start:fix]
async def charge_group(orders: list[int]) -> None:
    async with asyncio.TaskGroup() as group:  # raises all of them
        for order in orders:
            group.create_task(charge(order))


running: set[asyncio.Task[None]] = set()


def start(work: Coroutine[object, object, None]) -> None:
    task = asyncio.create_task(work)
    running.add(task)  # the loop alone would not keep it
    task.add_done_callback(ended)


def ended(task: asyncio.Task[None]) -> None:
    running.discard(task)
    if not task.cancelled() and (error := task.exception()):
        logger.error("%s failed", task.get_name(), exc_info=error)


# --8<-- [end:fix]


async def demonstrate() -> None:
    for charge_each in (charge_all, charge_group):
        try:
            await charge_each([1, 2])
        except* ValueError as raised:
            print(charge_each.__name__, *raised.exceptions, sep="\n  ")
        await asyncio.sleep(0)
        gc.collect()
    await charge_later(3)
    gc.collect()
    start(charge(4))
    await asyncio.wait(running)


class Printed(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        said = record.getMessage().partition("\n")[0]
        error = record.exc_info and record.exc_info[1]
        print(f"{record.name}: {re.sub('Task-[0-9]+', 'Task-…', said)}")
        print(f"  {error!r}")


def main() -> None:
    gc.disable()  # it would run at a moment of its own
    logging.getLogger().addHandler(Printed())
    asyncio.run(demonstrate())


if __name__ == "__main__":
    main()
