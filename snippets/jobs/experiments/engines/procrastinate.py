"""procrastinate: a queue in PostgreSQL, on psycopg."""

import psycopg
from procrastinate import App, PsycopgConnector

from snippets.jobs.experiments.engines.setting import (
    DATABASE_URL,
    RECOVER_S,
    RUNNING,
    work,
)

app = App(connector=PsycopgConnector(conninfo=DATABASE_URL))
LEFT = """
SELECT count(*) FROM procrastinate_jobs WHERE status <> 'succeeded'
"""


@app.task(name="work")
async def task(job: int) -> None:
    await work(job)


async def prepare() -> None:
    async with app.open_async():
        await app.schema_manager.apply_schema_async()


async def enqueue(count: int, first: int) -> None:
    async with app.open_async():
        for job in range(first, first + count):
            await task.defer_async(job=job)


async def left() -> int:
    with psycopg.connect(DATABASE_URL) as connection:
        row = connection.execute(LEFT).fetchone()
    assert row
    return int(row[0])


async def rescue() -> None:
    """As its guide says, for a task that runs every few minutes."""
    async with app.open_async():
        manager = app.job_manager
        stalled = await manager.get_stalled_jobs(
            seconds_since_heartbeat=RECOVER_S
        )
        for job in stalled:
            await manager.retry_job(job)


async def run() -> None:
    async with app.open_async():
        await app.run_worker_async(
            concurrency=RUNNING,
            update_heartbeat_interval=RECOVER_S / 4,
            stalled_worker_timeout=RECOVER_S,
        )
