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

# --8<-- [start:ends]
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


# --8<-- [end:ends]


async def outcomes() -> list[str]:
    done = {
        f"BackgroundTasks, {name}": await sent("task", end, grace_s)
        for name, (end, grace_s) in ENDS.items()
    }
    end, grace_s = ENDS["SIGTERM"]
    done["create_task, SIGTERM"] = await sent(
        "create-task", end, grace_s
    )
    return [f"{way}: {count} of {TASKS}" for way, count in done.items()]


def main() -> None:
    print("\n".join(asyncio.run(outcomes())))


if __name__ == "__main__":
    main()
