"""What happens after the answer: an order is charged, and then delivered.

A job is stored with what it is for, in one transaction, so that there is neither an order without
its job nor a job without its order. It runs at least once, and more often after a crash: each step
moves the order from one state to the next, and does nothing where that has been done.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial

from pgqueuer.core.executors import DatabaseRetryEntrypointExecutor, EntrypointExecutorParameters
from pgqueuer.core.qm import QueueManager
from pgqueuer.db import AsyncpgDriver
from pgqueuer.models import Job
from pgqueuer.queries import Queries
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from . import mail, metrics, payments
from .database.models import Order
from .database.transactions import Transactions

CHARGE, DELIVER = "charge", "deliver"
Step = Callable[[Transactions, int], Awaitable[None]]


# --8<-- [start:enqueue]
async def enqueue(session: AsyncSession, entrypoint: str, order: int) -> None:
    """Store a job in the transaction of this session: on the connection that it holds."""
    connection = (await (await session.connection()).get_raw_connection()).driver_connection
    if connection is None or not connection.is_in_transaction():
        # SQLAlchemy sends BEGIN with its first statement: this would commit by itself.
        raise RuntimeError("a job is stored after the first statement of its transaction")
    queries = Queries(AsyncpgDriver(connection))
    await queries.enqueue(entrypoint, b"%d" % order, dedupe_key=f"{entrypoint} {order}")


# --8<-- [end:enqueue]


async def move(session: AsyncSession, order: int, state: str, *before: str) -> int | None:
    """Bring an order from one of these states to the next: its total; None if it is elsewhere."""
    at = (Order.id == order, Order.state.in_(before))
    moved = update(Order).where(*at).values(state=state).returning(Order.total_cents)
    return await session.scalar(moved)


# --8<-- [start:charge]
async def charge(transactions: Transactions, order: int) -> None:
    """Take the money, and have the order delivered."""

    async def begin(session: AsyncSession) -> int | None:
        # From here on it cannot be canceled: nobody pays for what is not delivered.
        return await move(session, order, "charging", "placed", "charging")

    async def end(session: AsyncSession) -> None:
        if await move(session, order, "charged", "charging") is not None:
            await enqueue(session, DELIVER, order)

    cents = await transactions.run(begin, repeatable=True)
    if cents is not None:
        await payments.charge(transactions, order, cents)
        await transactions.run(end, repeatable=True)


# --8<-- [end:charge]


async def deliver(transactions: Transactions, order: int) -> None:
    """Have it delivered, and remember that."""
    await mail.deliver(transactions, order)

    async def end(session: AsyncSession) -> None:
        await move(session, order, "delivered", "charged")

    await transactions.run(end, repeatable=True)


def persistent(parameters: EntrypointExecutorParameters) -> DatabaseRetryEntrypointExecutor:
    """Eleven tries in seventeen minutes; then the job is held, for somebody to look at."""
    longest = timedelta(minutes=10)
    return DatabaseRetryEntrypointExecutor(parameters, max_attempts=10, max_delay=longest)


def register(manager: QueueManager, transactions: Transactions) -> None:
    """Tell the queue what to do for each kind of job."""

    async def run(step: Step, job: Job) -> None:
        outcome = "failed"
        try:
            await step(transactions, int(job.payload or b""))
            outcome = "done"
        finally:
            metrics.JOBS.labels(job.entrypoint, outcome).inc()

    for name, step in ((CHARGE, charge), (DELIVER, deliver)):
        manager.entrypoint(
            name, accepts_context=False, on_failure="hold", executor_factory=persistent
        )(partial(run, step))
