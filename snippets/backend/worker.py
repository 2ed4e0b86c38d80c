"""`python -m snippets.backend.worker`: runs jobs until SIGTERM, and then ends what it has begun.

It listens on a connection of its own, past the pooler, and makes another when that is lost. A job
that it could not end is taken by another worker half a minute later.
"""

import asyncio
import logging
import signal
from contextlib import suppress
from datetime import timedelta

import asyncpg
from pgqueuer.core.qm import QueueManager
from pgqueuer.db import AsyncpgDriver
from pgqueuer.errors import FailingListenerError
from pgqueuer.queries import Queries

from .database.engine import create_engine, url_of
from .database.failures import OF_DRIVER
from .database.transactions import Transactions
from .jobs import register
from .settings import Settings, load

POLL = timedelta(seconds=5)  # for what no notification told
ABANDONED = timedelta(seconds=30)
PAUSE_S = 1.0
LOST = (OSError, FailingListenerError, *OF_DRIVER)
log = logging.getLogger(__name__)


async def serve(settings: Settings, transactions: Transactions, stop: asyncio.Event) -> None:
    """Run jobs on one connection, until `stop` or until it is lost."""
    url = url_of(settings.direct.get_secret_value()).set(drivername="postgresql")
    connection = await asyncpg.connect(
        url.render_as_string(hide_password=False),
        timeout=settings.connect_s,
        command_timeout=settings.answer_s,
        server_settings={"application_name": "shop-worker"},
    )
    manager = QueueManager(Queries(AsyncpgDriver(connection)))
    register(manager, transactions)
    connection.add_termination_listener(lambda _: manager.shutdown.set())

    async def end() -> None:
        await stop.wait()
        manager.shutdown.set()

    ending = asyncio.create_task(end())
    try:
        await manager.run(
            dequeue_timeout=POLL,
            heartbeat_timeout=ABANDONED,
            batch_size=settings.jobs_at_once // 2,
            max_concurrent_tasks=settings.jobs_at_once,
            shutdown_on_listener_failure=True,
        )
    finally:
        ending.cancel()
        with suppress(*LOST):
            await connection.close(timeout=settings.connect_s)


async def work(settings: Settings, stop: asyncio.Event) -> None:
    """Run jobs until `stop`, whatever happens to the server."""
    engine = create_engine(settings, settings.jobs_at_once, "shop-jobs")
    try:
        while not stop.is_set():
            try:
                await serve(settings, Transactions(engine, settings), stop)
            except LOST as error:
                log.warning("no jobs for a while: %s", error)
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), PAUSE_S)
    finally:
        await engine.dispose()


async def main(settings: Settings) -> None:
    """Run jobs until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await work(settings, stop)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    asyncio.run(main(load()))
