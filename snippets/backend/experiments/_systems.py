"""A backend under trial: processes that speak HTTP, and their servers.

Nothing of it is imported by the trials: they send requests, end
processes, and look into the database afterward.
"""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Mapping,
    Sequence,
)
from contextlib import ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import asyncpg
import psutil

import lab
from lab import environments, ports
from lab.experiment import Conditions
from lab.inside import statements
from lab.load import Request
from lab.repository import ROOT
from lab.worker import Worker
from snippets.backend.experiments._client import NoAnswerError, ask
from snippets.backend.experiments._clock import Clock

START_S = 30.0
POLL_S = 0.05
UVICORN = (
    *("-m", "uvicorn", "--host", "127.0.0.1", "--port", "{port}"),
    *("--workers", "{workers}", "--no-access-log"),
    *("--log-level", "critical"),
)
SETTINGS = {**statements.SETTINGS, "max_connections": "50"}
TRACKER = "resource_tracker"  # a child of uvicorn that is no worker


class DidNotStartError(Exception):
    """A process of the backend ended, or does not answer."""


@dataclass(frozen=True)
class Account:
    """Somebody who has signed in, and the requests that are theirs.

    Attributes:
        headers: who they are.
        write: a request that stores the mark.
        read: one that reads what such an answer says was stored.
        page: one that lists some of it.
        cached: a read that everybody makes, from a cache if it has one.
    """

    headers: tuple[tuple[str, str], ...]
    write: Callable[[str], Request]
    read: Callable[[Any], Request]
    page: Request
    cached: Request


@dataclass(frozen=True)
class System:
    """How a backend is started, and how it is spoken to.

    Attributes:
        label: what figures call it.
        before: what runs once, as arguments of its interpreter.
        web: the server of it; `{port}` and `{workers}` are filled in.
        worker: of its jobs, if it has any.
        variables: of its processes; it is given two addresses.
        sign_up: a request that makes an account of this address.
        enter: signs in at a URL.
        stored: SQL: marks, and how many rows each has.
        owed: SQL: what is stored and not yet charged, not yet
            delivered.
        watch: SQL that has the database count what the provider is
            asked for.
        asked: SQL: how often it was asked for the same once more.
        oversold: SQL: by how many units stock and orders disagree.
        rush: many want the last ones; by how many that goes wrong.
        schema: where its OpenAPI document is.
        unfuzzed: a pattern of the paths that are left out.
        environment: whose interpreter; None for the project's.
        source: makes its directory in the one that it is given.
    """

    label: str
    before: tuple[tuple[str, ...], ...]
    web: tuple[str, ...]
    variables: Callable[[str, str], Mapping[str, str]]
    sign_up: Callable[[str], Request]
    enter: Callable[[str], Awaitable[Account]]
    stored: str
    worker: tuple[str, ...] | None = None
    owed: str | None = None
    watch: str = "SELECT"
    asked: str | None = None
    oversold: str | None = None
    rush: Callable[[str, Account], Awaitable[float]] | None = None
    schema: str = "/openapi.json"
    unfuzzed: str = "^$"  # none
    environment: str | None = None
    source: Callable[[Path], Path] = lambda folder: ROOT

    @property
    def python(self) -> str:
        if self.environment is None:
            return sys.executable
        return str(environments.interpreter(self.environment))


@dataclass
class Running:
    """A backend that serves, and what may happen to it.

    Attributes:
        clock: of its processes.
        refused: how many writes Redis refused, by the time that it did.
    """

    system: System
    url: str
    postgres: lab.PostgresServer
    redis: lab.RedisServer
    account: Account
    web: Worker
    start_worker: Callable[[], Worker | None]
    clock: Clock
    worker: Worker | None = field(default=None)
    refused: list[int] = field(default_factory=list)
    _entering: asyncio.Lock = field(default_factory=asyncio.Lock)

    def serve_jobs(self) -> None:
        self.worker = self.start_worker()

    def kill_worker(self) -> None:
        if self.worker is not None:
            self.worker.kill()

    def kill_web_worker(self) -> None:
        """One of them; its parent starts another by itself."""
        web_workers(self.web.pid)[0].kill()

    async def signed_in(self, request: Request) -> Request:
        """The same, of the account with a token that is new."""
        async with self._entering:
            if set(self.account.headers) <= set(request.headers):
                # Or it stays as it is, and is refused once more.
                with suppress(NoAnswerError, KeyError, ValueError):
                    self.account = await self.system.enter(self.url)
        mine = dict(self.account.headers)
        others = (it for it in request.headers if it[0] not in mine)
        return replace(request, headers=(*others, *mine.items()))

    def postgres_processes(self) -> list[psutil.Process]:
        found = self.postgres.directory / "postmaster.pid"
        main = psutil.Process(int(found.read_text().split("\n")[0]))
        return [main, *main.children(recursive=True)]


def web_workers(pid: int) -> list[psutil.Process]:
    """The workers of a server of several."""
    return [
        child
        for child in psutil.Process(pid).children()
        if child.status() != psutil.STATUS_ZOMBIE
        and TRACKER not in " ".join(child.cmdline())
    ]


@asynccontextmanager
async def running(
    system: System, conditions: Conditions
) -> AsyncIterator[Running]:
    """The backend on servers of its own, in a state just deployed."""
    durable, workers = conditions["durable"], conditions["workers"]
    with ExitStack() as opened:
        postgres = opened.enter_context(
            lab.postgres_server(SETTINGS, durable=durable)
        )
        redis = opened.enter_context(lab.redis_server(durable=durable))
        folder = opened.enter_context(tempfile.TemporaryDirectory())
        place = system.source(Path(folder))
        files = opened.enter_context(tempfile.TemporaryDirectory())
        clock = Clock(Path(files))
        variables = {
            **system.variables(postgres.dsn, redis.url),
            **clock.variables(place),
        }
        for command in system.before:
            await _done([system.python, *command], variables, place)
        await _watched(postgres.dsn, system.watch)
        port = ports.free_port()

        def start(arguments: Sequence[str]) -> Worker:
            command = [system.python, *arguments]
            return opened.enter_context(
                Worker(command, variables, place)
            )

        def start_worker() -> Worker | None:
            return start(system.worker) if system.worker else None

        numbers = {"port": port, "workers": workers}
        web = start([word.format(**numbers) for word in system.web])
        url = f"http://127.0.0.1:{port}"
        await _answers(url, system, web)
        account = await system.enter(url)
        yield Running(
            *(system, url, postgres, redis),
            *(account, web, start_worker, clock),
        )


async def _watched(dsn: str, watch: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(watch)
    finally:
        await connection.close()


async def _done(
    command: Sequence[str], variables: Mapping[str, str], place: Path
) -> None:
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=place,
        env={**os.environ, **variables},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    if process.returncode:
        last = said.decode(errors="replace").strip().splitlines()[-1:]
        raise DidNotStartError(f"{command[1:]}: {last}")


async def _answers(url: str, system: System, web: Worker) -> None:
    """Wait until a worker answers."""
    deadline = time.monotonic() + START_S
    request = Request(system.schema)
    while True:
        try:
            if (await ask(url, request)).ok:
                break
        except NoAnswerError:
            pass
        if web.ended() or time.monotonic() > deadline:
            raise DidNotStartError(f"{system.label}: {web.said()}")
        await asyncio.sleep(POLL_S)
