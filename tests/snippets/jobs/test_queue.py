"""A queue in a table: who runs a job, how often, and what is left when a worker ends."""

import asyncio

import asyncpg
import pytest

from snippets.jobs import loop, naive_marked, naive_unlocked, retrying
from snippets.jobs.cut_short import cut_short
from snippets.jobs.executions import JOBS, WORKERS, RunNext, count
from snippets.jobs.failing import fate
from snippets.jobs.table import TABLES, Job, enqueue

WAYS = [loop.run_next, naive_marked.run_next, retrying.run_next]


@pytest.mark.naive("snippets/jobs/naive_unlocked.py")
async def test_without_a_lock_a_job_is_run_by_all(dsn: str) -> None:
    runs = await count(dsn, naive_unlocked.run_next)

    assert sorted(runs.values()) == [WORKERS] * JOBS


@pytest.mark.parametrize("run_next", WAYS)
async def test_with_one_each_job_is_run_once(run_next: RunNext, dsn: str) -> None:
    runs = await count(dsn, run_next)

    assert sorted(runs.values()) == [1] * JOBS


@pytest.mark.naive("snippets/jobs/naive_marked.py")
async def test_what_is_marked_stays_marked_when_its_worker_ends(dsn: str) -> None:
    assert not await cut_short(dsn, naive_marked.run_next)


@pytest.mark.parametrize("run_next", [loop.run_next, retrying.run_next])
async def test_what_is_locked_is_free_when_its_worker_ends(run_next: RunNext, dsn: str) -> None:
    assert await cut_short(dsn, run_next)


@pytest.fixture
async def tables(connection: asyncpg.Connection) -> asyncpg.Connection:
    """The tables, in a transaction."""
    await connection.execute(TABLES)
    return connection


async def refuse(job: Job) -> None:
    raise ConnectionError("refused")


async def test_a_job_that_fails_is_not_due_at_once_and_keeps_its_error(
    tables: asyncpg.Connection,
) -> None:
    await enqueue(tables, {})

    assert await retrying.run_next(tables, refuse)
    [row] = await tables.fetch("SELECT *, due > now() AS later FROM jobs")
    assert (row["attempts"], row["later"]) == (1, True)
    assert row["error"] == "ConnectionError('refused')"
    assert not await retrying.run_next(tables, refuse)


async def test_each_attempt_waits_twice_as_long_as_the_one_before(
    tables: asyncpg.Connection,
) -> None:
    waits = []
    for attempts in range(retrying.ATTEMPTS - 1):
        await tables.execute("TRUNCATE jobs")
        await enqueue(tables, {})
        await tables.execute("UPDATE jobs SET attempts = $1", attempts)
        await retrying.run_next(tables, refuse)
        waits.append(await tables.fetchval("SELECT extract(epoch FROM due - now()) FROM jobs"))

    for attempts, wait_s in enumerate(waits):
        longest = retrying.DELAY_S * 2**attempts
        assert longest / 2 <= float(wait_s) <= longest


async def test_jobs_that_fail_together_do_not_come_back_together(
    tables: asyncpg.Connection,
) -> None:
    for _ in range(8):
        await enqueue(tables, {})
        await retrying.run_next(tables, refuse)

    # All of one transaction, whose now() is the same.
    assert await tables.fetchval("SELECT count(DISTINCT due) FROM jobs") == 8


async def test_a_job_that_hangs_has_failed(
    tables: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hang(_: Job) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(retrying, "JOB_TIMEOUT_S", 0.01)
    await enqueue(tables, {})
    assert await retrying.run_next(tables, hang)
    assert tuple(await tables.fetchrow("SELECT attempts, error FROM jobs")) == (1, "TimeoutError()")


async def test_an_error_that_no_text_can_hold_is_kept(tables: asyncpg.Connection) -> None:
    async def fail(_: Job) -> None:
        raise ValueError("\0 and \ud800")

    await enqueue(tables, {})
    assert await retrying.run_next(tables, fail)
    assert await tables.fetchval("SELECT error FROM jobs") == r"ValueError('\x00 and \ud800')"


async def test_fewer_attempts_than_a_job_has_had_put_it_aside(
    tables: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retrying, "ATTEMPTS", 3)
    await enqueue(tables, {})
    await tables.execute("UPDATE jobs SET attempts = 4")
    await retrying.run_next(tables, refuse)
    assert await tables.fetchval("SELECT attempts FROM dead_jobs") == 5


async def test_one_that_was_put_aside_is_sent_back_once(tables: asyncpg.Connection) -> None:
    await enqueue(tables, {"mail": "m-1"})
    await tables.execute("UPDATE jobs SET attempts = $1", retrying.ATTEMPTS - 1)
    await retrying.run_next(tables, refuse)
    dead = await tables.fetchval("SELECT id FROM dead_jobs")
    for _ in range(2):
        await tables.execute(retrying.REVIVE, dead)

    sent: list[Job] = []

    async def send(job: Job) -> None:
        sent.append(job)

    while await retrying.run_next(tables, send):
        pass
    assert [(job.payload, job.attempts) for job in sent] == [({"mail": "m-1"}, 0)]
    assert await tables.fetchval("SELECT count(*) FROM dead_jobs") == 0


async def test_the_last_attempt_puts_it_aside(tables: asyncpg.Connection) -> None:
    await enqueue(tables, {"mail": "m-1"})
    await tables.execute("UPDATE jobs SET attempts = $1", retrying.ATTEMPTS - 1)

    await retrying.run_next(tables, refuse)
    assert await tables.fetchval("SELECT count(*) FROM jobs") == 0
    [dead] = await tables.fetch("SELECT * FROM dead_jobs")
    assert (dead["attempts"], dead["status"]) == (retrying.ATTEMPTS, "dead")
    assert dead["payload"] == '{"mail": "m-1"}'


async def test_a_job_that_fails_is_run_for_ever_without_attempts(
    tables: asyncpg.Connection,
) -> None:
    await enqueue(tables, {})
    for _ in range(3):
        with pytest.raises(ConnectionError):
            await loop.run_next(tables, refuse)
    assert await tables.fetchval("SELECT attempts FROM jobs") == 0


@pytest.mark.parametrize("run_next", [loop.run_next, retrying.run_next])
async def test_a_worker_that_is_cancelled_leaves_the_job(run_next: RunNext, dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute(TABLES)
    await enqueue(connection, {})
    begun = asyncio.Event()

    async def wait(job: Job) -> None:
        begun.set()
        await asyncio.Event().wait()

    running = asyncio.ensure_future(run_next(connection, wait))
    await begun.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert await connection.fetchval("SELECT count(*) FROM jobs WHERE attempts = 0") == 1
    await connection.close()


async def test_what_became_of_three_jobs(dsn: str) -> None:
    assert await fate(dsn, retrying.run_next, retrying.ATTEMPTS) == [
        "round 1: 3 tried",
        "round 2: 2 tried",
        "round 3: 1 tried",
        "round 4: 1 tried",
        "round 5: 1 tried",
        "dead after 5: ConnectionError('mail server refused')",
    ]


async def test_a_job_is_enqueued_with_the_transaction_of_its_caller(
    dsn: str,
) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute(TABLES)
    transaction = connection.transaction()
    await transaction.start()
    await enqueue(connection, {"order": 1})
    await transaction.rollback()
    assert await connection.fetchval("SELECT count(*) FROM jobs") == 0
    await connection.close()


@pytest.mark.parametrize("run_next", [*WAYS, naive_unlocked.run_next])
async def test_an_empty_queue_gives_nothing(run_next: RunNext, tables: asyncpg.Connection) -> None:
    assert not await run_next(tables, refuse)
