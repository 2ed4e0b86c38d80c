"""How long Celery keeps a job that it has taken, and what a visibility timeout must be above."""

import asyncio
import dataclasses
import heapq
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis.asyncio import Redis

from lab import environments
from lab.experiment import Setting
from lab.testbed import rehearsal_testbed
from snippets.jobs.experiments._engines import ENGINES
from snippets.jobs.experiments._fates import EXECUTIONS, GATE, Run, forget, producer
from snippets.jobs.experiments.kill import EXPERIMENT

RUNNING, FREE = (int(EXPERIMENT.rehearsal[name]) for name in ("running", "free"))
JOBS = 20
TAKEN = 4  # for each process unless told otherwise; test_defaults asks Celery
LIMIT_S = 20.0


@pytest.fixture
def setting(services: None) -> Iterator[Setting]:
    """The servers of the tests, and more jobs than a worker takes."""
    with rehearsal_testbed(EXPERIMENT) as testbed:
        conditions = {**testbed.setting.conditions, "jobs": JOBS}
        yield dataclasses.replace(testbed.setting, conditions=conditions)


@asynccontextmanager
async def held(setting: Setting, *options: str, **variables: str) -> AsyncIterator[Run]:
    """Celery, all of whose processes have a job that waits at the gate."""
    if missing := environments.missing(["queues"]):
        pytest.skip(missing)
    celery = ENGINES["celery"]
    engine = dataclasses.replace(
        celery,
        worker=(*celery.worker, *options),
        variables={**celery.variables, **variables},
    )
    connection = await asyncpg.connect(setting.dsn)
    await connection.execute(EXECUTIONS)
    await connection.execute("SELECT pg_advisory_lock($1)", GATE)
    run = Run(setting, engine, connection)
    try:
        async with producer(engine, run.variables) as ask:
            with run.worker() as worker:
                await ask("enqueue", JOBS, 0)
                await run.to_the_gate(worker)
                yield run
    finally:
        await connection.close()
        await forget(setting, run.variables["NAMESPACE"])


@pytest.mark.parametrize(("late", "running"), [({"LATE": "1"}, 0), ({}, RUNNING)])
@pytest.mark.parametrize(("options", "taken"), [((), TAKEN), (("--prefetch-multiplier", "1"), 1)])
async def test_it_takes_four_for_each_process_or_as_many_as_it_is_told(
    late: Mapping[str, str], running: int, options: tuple[str, ...], taken: int, setting: Setting
) -> None:
    """What runs is among them where it is acknowledged late, and beside them where early."""
    left = JOBS - FREE - taken * RUNNING - running
    async with held(setting, *options, RECOVER_S="3600", **late) as run:
        key, deadline = run.variables["NAMESPACE"], time.monotonic() + LIMIT_S
        waiting = JOBS
        async with Redis.from_url(setting.redis_url) as client:
            while waiting > left and time.monotonic() < deadline:
                await asyncio.sleep(0.02)
                waiting = await client.llen(f"{key}celery")
            assert (waiting, await client.hlen(f"{key}unacked")) == (left, taken * RUNNING)


async def test_a_job_that_runs_longer_than_the_timeout_is_begun_again_without_a_crash(
    setting: Setting,
) -> None:
    async with held(setting, RECOVER_S="1", LATE="1") as run:
        deadline = time.monotonic() + LIMIT_S
        with run.worker() as other:  # the first takes no more
            while not (again := await begun_again(run)) and time.monotonic() < deadline:
                assert not other.ended()
                await asyncio.sleep(0.05)
    assert again


async def begun_again(run: Run) -> list[asyncpg.Record]:
    rows: list[asyncpg.Record] = await run.connection.fetch(
        "SELECT job FROM executions GROUP BY job HAVING count(*) > 1"
    )
    return rows


def longest_kept(lengths: list[int], processes: int, taken_ahead: int, *, late: bool) -> int:
    """For how long a message is not acknowledged, at most.

    Workers take messages in their order, whenever fewer than so many for each process are not
    acknowledged, and start them in that order, whenever a process has nothing to do.
    """
    free = [0] * processes
    acknowledged: list[int] = []
    longest = 0
    for number, length in enumerate(lengths):
        place = number - taken_ahead * processes
        taken = sorted(acknowledged)[place] if place >= 0 else 0
        begun = max(heapq.heappop(free), taken)
        heapq.heappush(free, begun + length)
        acknowledged.append(begun + length if late else begun)
        longest = max(longest, acknowledged[-1] - taken)
    return longest


@given(
    lengths=st.lists(st.integers(1, 100), min_size=1, max_size=60),
    processes=st.integers(1, 5),
    taken=st.sampled_from([1, TAKEN]),
    late=st.booleans(),
)
def test_it_is_kept_for_at_most_so_many_times_the_longest_job(
    lengths: list[int], processes: int, taken: int, late: bool
) -> None:
    assert longest_kept(lengths, processes, taken, late=late) <= taken * max(lengths)


@pytest.mark.parametrize("late", [True, False])
@pytest.mark.parametrize("taken", [1, TAKEN])
def test_it_is_kept_for_as_long_as_that_where_all_are_as_long(taken: int, late: bool) -> None:
    assert longest_kept([100] * 40, RUNNING, taken, late=late) == taken * 100
