"""Whole transactions, tried again after the errors that allow it, until a deadline.

A statement cannot be retried, for the transaction around it is gone; so whatever belongs together
is one function, `work`, that may run more than once. What it does elsewhere is not undone.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception,
    stop_before_delay,
    wait_random_exponential,
)

from .. import metrics
from ..settings import Settings
from .engine import server_limits
from .failures import OutcomeUnknownError, may_retry, unavailable

Answer = TypeVar("Answer")
Work = Callable[[AsyncSession], Awaitable[Answer]]


class Transactions:
    """Runs functions in transactions of their own."""

    def __init__(self, engine: AsyncEngine, settings: Settings) -> None:
        self._engine, self._deadline_s = engine, settings.request_s
        self._limits = [
            func.set_config(name, value, True)  # true: for this transaction only
            for name, value in server_limits(settings).items()
            if settings.pooler
        ]

    async def run(self, work: Work[Answer], *, repeatable: bool = False) -> Answer:
        """What `work` returns, committed.

        Args:
            work: is given a session, and may be called several times.
            repeatable: doing it twice is doing it once, as it reads only or has a key. Then it
                is repeated even when the connection was lost during COMMIT.

        Raises:
            OutcomeUnknownError: it was lost there, and the work is not repeatable.
            TimeoutError: the time of the request is up.
        """

        async def attempt() -> Answer:
            return await self._attempt(work, repeatable)

        retrying = AsyncRetrying(
            retry=retry_if_exception(may_retry),
            wait=wait_random_exponential(multiplier=0.02, max=0.5),
            stop=stop_before_delay(self._deadline_s),
            before_sleep=counted,
            reraise=True,  # the last error
        )
        return await within(self._deadline_s, retrying(attempt))

    # --8<-- [start:attempt]
    async def _attempt(self, work: Work[Answer], repeatable: bool) -> Answer:
        async with AsyncSession(self._engine, expire_on_commit=False) as session:
            if self._limits:
                await session.execute(select(*self._limits))
            answer = await work(session)
            await session.flush()  # what fails here has not been committed
            try:
                await session.commit()
            except Exception as error:
                if unavailable(error) and not repeatable:
                    raise OutcomeUnknownError from error
                raise
            return answer

    # --8<-- [end:attempt]


def counted(state: RetryCallState) -> None:
    """Tell what made a transaction begin again."""
    error = state.outcome and state.outcome.exception()
    metrics.RETRIES.labels(type(error).__name__).inc()


_leaving: set[asyncio.Task[Any]] = set()  # the loop itself keeps weak references


def _left(task: asyncio.Task[Any]) -> None:
    _leaving.discard(task)
    if not task.cancelled():
        task.exception()  # of the clean-up: nobody is left to hear it


async def within(deadline_s: float, work: Coroutine[Any, Any, Answer]) -> Answer:
    """The result of `work`, or TimeoutError when time is up.

    `work` is canceled then, and rolls back and closes its connection behind the caller's back: a
    server that does not answer would hold the caller up. So it does when the caller is canceled.
    """
    task = asyncio.create_task(work)
    _leaving.add(task)
    task.add_done_callback(_left)
    try:
        return await asyncio.wait_for(asyncio.shield(task), deadline_s)
    finally:
        task.cancel()
