"""Background tasks that a request leaves behind.

Running it asks an application for three things that end differently,
and prints what the client was told and which tasks were run.
"""

import asyncio
import tempfile
from pathlib import Path

from fastapi import BackgroundTasks, FastAPI, HTTPException, Response
from starlette.background import BackgroundTask

from snippets.jobs.served import served

PATHS = ("second-fails", "refuses", "returns-its-own")
TASK_S = 3.0


# --8<-- [start:app]
def create_app(directory: str) -> FastAPI:
    app = FastAPI()

    async def send(mail: str, seconds: float = 0.0) -> None:
        await asyncio.sleep(seconds)
        Path(directory, mail).touch()

    async def fail() -> None:
        raise ConnectionError("mail server refused")

    @app.post("/second-fails", status_code=202)
    async def second_fails(tasks: BackgroundTasks) -> None:
        tasks.add_task(send, "first")
        tasks.add_task(fail)  # [!]
        tasks.add_task(send, "third")

    @app.post("/refuses")
    async def refuses(tasks: BackgroundTasks) -> None:
        tasks.add_task(send, "mail")
        raise HTTPException(409)  # [!]

    @app.post("/returns-its-own")
    async def returns_its_own(tasks: BackgroundTasks) -> Response:
        tasks.add_task(send, "asked-for")
        own = BackgroundTask(send, "returned")
        return Response(status_code=202, background=own)  # [!]

    # --8<-- [end:app]
    # --8<-- [start:slow]
    @app.post("/task/{number}", status_code=202)
    async def task(number: int, tasks: BackgroundTasks) -> None:
        tasks.add_task(send, str(number), TASK_S)

    @app.post("/create-task/{number}", status_code=202)
    async def create_task(number: int) -> None:
        sending = asyncio.create_task(send(str(number), TASK_S))
        kept.add(sending)
        sending.add_done_callback(kept.discard)

    kept: set[asyncio.Task[None]] = set()
    # --8<-- [end:slow]
    return app


async def outcome(path: str) -> tuple[int, list[str]]:
    """What the client was told, and which mails were sent."""
    with tempfile.TemporaryDirectory() as directory:
        async with served(create_app(directory)) as client:
            answer = await client.post(f"/{path}")
        sent = sorted(mail.name for mail in Path(directory).iterdir())
    return answer.status_code, sent


async def outcomes() -> list[str]:
    found = {path: await outcome(path) for path in PATHS}
    return [
        f"{path}: {told}, sent: {', '.join(sent) or 'nothing'}"
        for path, (told, sent) in found.items()
    ]


def main() -> None:
    print("\n".join(asyncio.run(outcomes())))


if __name__ == "__main__":
    main()
