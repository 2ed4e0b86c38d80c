"""What becomes of five tasks when the web server ends.

Running it serves the application in a process of its own, has five
tasks of three seconds begun, ends the process, and counts the mails.
"""

import asyncio
import os
import signal
import tempfile
from pathlib import Path

import httpx

APP = "snippets.jobs.naive_background:create_app"
TASKS = 5
# What ends the server: a signal, and the seconds that it then has.
ENDS = {
    "SIGTERM": (signal.SIGTERM, None),
    "SIGTERM and 1 s": (signal.SIGTERM, 1),
    "SIGKILL": (signal.SIGKILL, None),
}


async def sent(
    path: str, end: signal.Signals, grace_s: int | None
) -> int:
    from lab.load import serve

    with tempfile.TemporaryDirectory() as directory:
        arguments = {"directory": directory}
        with serve(
            APP, arguments, timeout_graceful_shutdown=grace_s
        ) as app:
            async with httpx.AsyncClient(base_url=app.url) as client:
                for number in range(TASKS):
                    answer = await client.post(f"/{path}/{number}")
                    answer.raise_for_status()
            os.kill(app.pid, end)
        return len(list(Path(directory).iterdir()))


def main() -> None:
    for name, (end, grace_s) in ENDS.items():
        done = asyncio.run(sent("task", end, grace_s))
        print(f"BackgroundTasks, {name}: {done} of {TASKS} done")
    done = asyncio.run(sent("create-task", signal.SIGTERM, None))
    print(f"create_task, SIGTERM: {done} of {TASKS} done")


if __name__ == "__main__":
    main()
