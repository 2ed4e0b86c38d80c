"""A task that nothing keeps is collected in the middle of its wait.

Running it drops an audit that holds its own task, closes a loop under
a task, and does both in a way that ends the task.
"""

import asyncio
import gc
import logging
from collections.abc import Awaitable, Callable


# --8<-- [start:raises]
class Audit:
    def __init__(self) -> None:
        self.written: list[str] = []
        self.lines: asyncio.Queue[str] = asyncio.Queue()
        self.task: asyncio.Task[None] | None = None

    async def write(self) -> None:
        while True:
            self.written.append(await self.lines.get())
            self.lines.task_done()


async def import_orders() -> list[str]:
    audit = Audit()
    audit.task = asyncio.create_task(audit.write())  # [!]
    audit.lines.put_nowait("order 7")
    await audit.lines.join()
    return audit.written  # audit and task: only each other's


# --8<-- [end:raises]


# --8<-- [start:closed]
async def poll() -> None:
    while True:
        await asyncio.sleep(60)


def without_run() -> None:
    loop = asyncio.new_event_loop()
    task = loop.create_task(poll(), name="poll")
    loop.run_until_complete(import_orders_and_end())
    loop.close()  # cancels nothing  # [!]
    del task  # as the end of the program would


# --8<-- [end:closed]


# --8<-- [start:fix]
async def import_orders_and_end() -> list[str]:
    audit = Audit()
    async with asyncio.TaskGroup() as group:  # keeps it, and waits
        writer = group.create_task(audit.write())
        audit.lines.put_nowait("order 7")
        await audit.lines.join()
        writer.cancel()  # it has no end of its own
    return audit.written


# --8<-- [end:fix]

Import = Callable[[], Awaitable[list[str]]]


async def collected(work: Import) -> list[str]:
    found = await work()
    gc.collect()
    return found


def main() -> None:
    gc.disable()  # it would run at a moment of its own
    logging.getLogger("asyncio").addHandler(Printed())
    print(asyncio.run(collected(import_orders)))
    without_run()
    print(asyncio.run(collected(import_orders_and_end)))


class Printed(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        print("asyncio:", record.getMessage().partition("\n")[0])


if __name__ == "__main__":
    main()
