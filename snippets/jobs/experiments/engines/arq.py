"""arq on Redis, which acknowledges after a task."""

from arq import create_pool
from arq.connections import RedisSettings
from arq.worker import Worker

from snippets.jobs.experiments.engines.setting import (
    NAMESPACE,
    RECOVER_S,
    REDIS_URL,
    RUNNING,
    work,
)

SETTINGS = RedisSettings.from_dsn(REDIS_URL)


async def task(ctx: dict[str, object], job: int) -> None:
    await work(job)


async def prepare() -> None: ...


async def enqueue(count: int, first: int) -> None:
    pool = await create_pool(SETTINGS, default_queue_name=NAMESPACE)
    for job in range(first, first + count):
        await pool.enqueue_job("task", job, _job_id=f"{NAMESPACE}{job}")
    await pool.aclose()


async def left() -> int:
    pool = await create_pool(SETTINGS)
    waiting = await pool.zcard(NAMESPACE)
    await pool.aclose()
    return int(waiting)


async def run() -> None:
    worker = Worker(
        functions=[task],
        redis_settings=SETTINGS,
        queue_name=NAMESPACE,
        max_jobs=RUNNING,
        keep_result=0,
    )
    # By itself it is the timeout of a job, 300 s, and ten seconds.
    worker.in_progress_timeout_s = RECOVER_S
    await worker.async_run()
