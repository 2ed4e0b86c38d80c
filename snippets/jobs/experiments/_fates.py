"""A worker is killed in the middle of four jobs, and started again."""

import asyncio
import os
import sys
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import asyncpg
from redis.asyncio import Redis

from lab import environments, ports
from lab.experiment import Setting, Values
from lab.repository import ROOT
from lab.worker import Worker
from snippets.jobs.experiments import engines

GATE = 11  # the advisory lock that engines.setting waits for
POLL_S = 0.02
LIMIT_S = 30.0
PACKAGE = engines.__name__
# All engines and rounds have one database: each finds it empty.
EMPTY = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid();
DROP SCHEMA public CASCADE;
CREATE SCHEMA public;
"""
EXECUTIONS = """
CREATE TABLE executions (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    job int NOT NULL, ended bool NOT NULL DEFAULT false
)
"""
# Of the jobs that were begun: how many times, and whether to the end.
BEGUN = """
SELECT job, count(*) AS times, bool_or(ended) AS ended
FROM executions WHERE job < $1 GROUP BY job
"""
Ask = Callable[..., Awaitable[int]]


class FailedError(Exception):
    """An engine did not do what its run needs."""


@dataclass(frozen=True)
class Engine:
    """How a worker is started, and what its jobs go through.

    Attributes:
        label: What figures call it.
        module: in `engines`; its producer.
        worker: arguments of the interpreter; `{running}` is how many
            jobs it runs at once.
        environment: whose interpreter; None for the project's.
        variables: of its processes.
        rescued: whether something must be done for what is stuck.
    """

    label: str
    module: str
    worker: tuple[str, ...]
    environment: str | None = None
    variables: Mapping[str, str] = field(default_factory=dict)
    rescued: bool = False

    @property
    def python(self) -> str:
        if self.environment is None:
            return sys.executable
        return str(environments.interpreter(self.environment))


@dataclass(frozen=True)
class Counts:
    """What is known of the jobs."""

    begun: int
    once: int
    again: int

    @property
    def ended(self) -> int:
        return self.once + self.again


@asynccontextmanager
async def producer(
    engine: Engine, variables: Mapping[str, str]
) -> AsyncIterator[Ask]:
    process = await asyncio.create_subprocess_exec(
        *(engine.python, "-m", PACKAGE, engine.module),
        env={**os.environ, "PYTHONPATH": str(ROOT), **variables},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    asking, answers = process.stdin, process.stdout
    assert asking and answers and process.stderr  # noqa: PT018
    errors = asyncio.create_task(process.stderr.read())

    async def ask(*command: object) -> int:
        asking.write(" ".join(map(str, command)).encode() + b"\n")
        if answer := await answers.readline():
            return int(answer)
        said = (await errors).decode().splitlines()[-1:]
        raise FailedError(f"{engine.module}, {command[0]}: {said}")

    try:
        yield ask
    finally:
        asking.close()
        await process.wait()
        await errors


class Run:
    """One engine, its jobs, and what they go through."""

    def __init__(
        self,
        setting: Setting,
        engine: Engine,
        connection: asyncpg.Connection,
    ) -> None:
        conditions = setting.conditions
        self.jobs = int(conditions["jobs"])
        self.running = int(conditions["running"])
        self.free = int(conditions["free"])
        self.patience_s = float(conditions["patience_s"])
        self.engine = engine
        self.connection = connection
        self.variables = {
            "DATABASE_URL": setting.dsn,
            "REDIS_URL": setting.redis_url,
            "NAMESPACE": f"{setting.redis_prefix}{uuid.uuid4().hex}",
            "RUNNING": str(self.running),
            "FREE": str(self.free),
            "RECOVER_S": str(conditions["recover_s"]),
            "PORT": str(ports.free_port()),
            **engine.variables,
        }

    def worker(self) -> Worker:
        at_once = {"running": self.running}
        arguments = [
            one.format(**at_once) for one in self.engine.worker
        ]
        return Worker([self.engine.python, *arguments], self.variables)

    async def to_the_gate(self, worker: Worker) -> None:
        """Wait until the jobs that are to run wait at the gate."""
        deadline = time.monotonic() + LIMIT_S
        wanted = Counts(self.free + self.running, self.free, 0)
        found = None
        while found != wanted:
            if worker.ended() or time.monotonic() > deadline:
                said = f"{found}, and not {wanted}: {worker.said()}"
                raise FailedError(f"{self.engine.module}: {said}")
            await asyncio.sleep(POLL_S)
            found = await self.count()

    async def settled(self, first_s: float) -> Counts:
        """What is known when all have ended, or nothing happens."""
        last, deadline = await self.count(), time.monotonic() + first_s
        while last.ended < self.jobs and time.monotonic() < deadline:
            await asyncio.sleep(POLL_S)
            if (found := await self.count()) != last:
                last = found
                deadline = time.monotonic() + self.patience_s
        return last

    async def count(self) -> Counts:
        rows = await self.connection.fetch(BEGUN, self.jobs)
        ended = [row["times"] for row in rows if row["ended"]]
        once = ended.count(1)
        return Counts(len(rows), once, len(ended) - once)


async def fates(setting: Setting, engine: Engine) -> Values:
    """Kill the worker, start another, and see what became of all."""
    connection = await asyncpg.connect(setting.dsn)
    await connection.execute(EMPTY + EXECUTIONS)
    await connection.execute("SELECT pg_advisory_lock($1)", GATE)
    run = Run(setting, engine, connection)
    try:
        async with producer(engine, run.variables) as ask:
            await ask("prepare")
            with run.worker() as worker:
                await ask("enqueue", run.jobs, 0)
                await run.to_the_gate(worker)
                worker.kill()
            await connection.execute("SELECT pg_advisory_unlock_all()")
            with run.worker():
                found = await run.settled(setting.conditions["start_s"])
                kept = await ask("left")
                rescued = found
                if engine.rescued:
                    await ask("rescue")
                    rescued = await run.settled(LIMIT_S)
    finally:
        await connection.close()
        await forget(setting, run.variables["NAMESPACE"])
    missing = run.jobs - found.ended
    return {
        "done": found.once,
        "twice": found.again,
        "stuck": min(missing, kept),
        "lost": max(0, missing - kept),
        "rescued": rescued.ended - found.ended,
    }


async def forget(setting: Setting, namespace: str) -> None:
    """Delete what an engine has left in Redis."""
    async with Redis.from_url(setting.redis_url) as client:
        keys = [key async for key in client.scan_iter(f"*{namespace}*")]
        await client.unlink(namespace, *keys)
