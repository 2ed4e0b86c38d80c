"""No queue: a task in the web server's process, four at a time."""

import asyncio
import os

import httpx
import uvicorn
from fastapi import BackgroundTasks, FastAPI

from snippets.jobs.experiments.engines.setting import RUNNING, work

PORT = int(os.environ["PORT"])
LIMIT_S = 20.0

app = FastAPI()
limit = asyncio.Semaphore(RUNNING)
tasks: set[asyncio.Task[None]] = set()


async def limited(job: int) -> None:
    async with limit:
        await work(job)


@app.post("/background/{job}", status_code=202)
async def background(job: int, later: BackgroundTasks) -> None:
    later.add_task(limited, job)


@app.post("/task/{job}", status_code=202)
async def task(job: int) -> None:
    created = asyncio.create_task(limited(job))
    tasks.add(created)
    created.add_done_callback(tasks.discard)


async def prepare() -> None: ...


async def enqueue(count: int, first: int) -> None:
    """Each job has its 202 before the next is sent."""
    url = f"http://127.0.0.1:{PORT}/{os.environ['WAY']}"
    async with asyncio.timeout(LIMIT_S), httpx.AsyncClient() as client:
        for job in range(first, first + count):
            while True:
                try:
                    answer = await client.post(f"{url}/{job}")
                except httpx.ConnectError:
                    await asyncio.sleep(0.05)
                else:
                    break
            answer.raise_for_status()


async def left() -> int:
    """Nothing is stored anywhere."""
    return 0


async def run() -> None:
    config = uvicorn.Config(app, port=PORT, log_level="warning")
    await uvicorn.Server(config).serve()
