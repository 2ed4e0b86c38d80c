"""Where requests wait, which no stack of a thread tells.

Running it prints where the thread of the event loop is, as a dump of
the process shows it, and where the task of a request is that waits for
the pool.
"""

import asyncio
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from types import CoroutineType

from snippets.seeing.stuck import while_one_waits


# --8<-- [start:tasks]
def where_tasks_wait() -> Iterator[str]:
    """The coroutines of each task, the one that waits last."""
    for task in asyncio.all_tasks():
        names: list[str] = []
        awaited: object = task.get_coro()
        while isinstance(awaited, CoroutineType):
            names.append(awaited.__qualname__)
            awaited = awaited.cr_await  # [!]
        yield " > ".join(names)


def tell_on_signal(tell: Callable[[str], None]) -> None:
    """In the lifespan: then `kill -USR1 PID` asks."""
    asyncio.get_running_loop().add_signal_handler(
        signal.SIGUSR1, lambda: tell("\n".join(where_tasks_wait()))
    )


# --8<-- [end:tasks]


def where_the_loop_is() -> str:
    """The last calls of the main thread, once it has no more to do."""
    main, names = threading.main_thread().ident or 0, [""]
    while names[-1] != "select":
        stack = traceback.extract_stack(sys._current_frames()[main])
        names = [entry.name for entry in stack]
    return " > ".join(names[-3:])


async def looked() -> str:
    loop = await asyncio.to_thread(where_the_loop_is)
    (task,) = [
        name for name in where_tasks_wait() if ".balance" in name
    ]
    _, _, since = task.rpartition("<locals>.")
    return f"the thread: {loop}\nthe task:   {since}"


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        print(asyncio.run(while_one_waits(dsn, looked)))


if __name__ == "__main__":
    main()
