"""A worker is killed and started again: what becomes of its jobs, and how it is told.

Four engines run with what the project has. The others want environments apart: `make queues`.
"""

import dataclasses
import os
import subprocess
import textwrap
from collections.abc import Iterator, Mapping

import asyncpg
import pytest

from lab import environments
from lab.experiment import Setting, Values
from lab.repository import ROOT
from lab.testbed import rehearsal_testbed
from snippets.jobs.experiments._engines import ENGINES
from snippets.jobs.experiments._fates import (
    EXECUTIONS,
    GATE,
    FailedError,
    Run,
    fates,
    forget,
    producer,
)
from snippets.jobs.experiments.kill import ASKED, BY_ITSELF, EXPERIMENT, MEMORY, POPPED

RUNNING, FREE, JOBS = (int(EXPERIMENT.rehearsal[name]) for name in ("running", "free", "jobs"))
NONE: Values = {"done": JOBS, "twice": 0, "stuck": 0, "lost": 0, "rescued": 0}


def expected(name: str) -> dict[str, float]:
    """What becomes of the jobs in small."""
    if name in MEMORY:
        return NONE | {"done": FREE, "lost": JOBS - FREE}
    if name in POPPED:
        return NONE | {"done": JOBS - RUNNING, "lost": RUNNING}
    if name in BY_ITSELF:
        return NONE | {"done": JOBS - RUNNING, "twice": RUNNING}
    stuck = JOBS - FREE if name == "taskiq-stream" else RUNNING
    return NONE | {"done": JOBS - stuck, "stuck": stuck, "rescued": stuck}


@pytest.fixture
def setting(services: None) -> Iterator[Setting]:
    """The servers of the tests, and few jobs."""
    with rehearsal_testbed(EXPERIMENT) as testbed:
        yield testbed.setting


@pytest.mark.parametrize(
    ("name", "waits"),
    [
        # The other web server has nothing to do, and a row that is marked nobody takes again.
        *((name, {"start_s": 0.2}) for name in MEMORY),
        ("marked", {"patience_s": 1.0}),
        ("locked", {}),
    ],
)
async def test_what_becomes_of_jobs_without_another_library(
    name: str, waits: Mapping[str, float], setting: Setting
) -> None:
    setting = dataclasses.replace(setting, conditions={**setting.conditions, **waits})

    assert await fates(setting, ENGINES[name]) == expected(name)


@pytest.mark.parametrize(
    "name", [name for name, engine in ENGINES.items() if engine.environment is not None]
)
async def test_what_becomes_of_jobs_in_an_engine(name: str, setting: Setting) -> None:
    engine = ENGINES[name]
    if missing := environments.missing([str(engine.environment)]):
        pytest.skip(missing)

    assert await fates(setting, engine) == expected(name)


@pytest.mark.parametrize("name", ["locked", "pgqueuer", "procrastinate"])
async def test_each_round_finds_an_empty_database(name: str, setting: Setting) -> None:
    engine = ENGINES[name]
    if missing := environments.missing([engine.environment] if engine.environment else []):
        pytest.skip(missing)

    for _ in range(2):
        assert await fates(setting, engine) == expected(name)


@pytest.mark.parametrize(
    ("reject", "ended", "again"), [({}, JOBS - RUNNING, 0), ({"REJECT": "1"}, JOBS, RUNNING)]
)
async def test_celery_acknowledges_for_a_child_that_is_killed_unless_told_otherwise(
    reject: Mapping[str, str], ended: int, again: int, setting: Setting
) -> None:
    """As the kernel does, which kills one process when memory is out."""
    if missing := environments.missing(["queues"]):
        pytest.skip(missing)
    late = ENGINES["celery-late"]
    # Celery takes ten seconds to see that a child is gone; no timeout brings a job back before.
    variables = {**late.variables, **reject, "RECOVER_S": "3600"}
    engine = dataclasses.replace(late, variables=variables)
    conditions = {**setting.conditions, "patience_s": 15.0}
    setting = dataclasses.replace(setting, conditions=conditions)
    connection = await asyncpg.connect(setting.dsn)
    await connection.execute(EXECUTIONS)
    await connection.execute("SELECT pg_advisory_lock($1)", GATE)
    run = Run(setting, engine, connection)
    async with producer(engine, run.variables) as ask:
        with run.worker() as worker:
            await ask("enqueue", JOBS, 0)
            await run.to_the_gate(worker)
            worker.kill_children()
            await connection.execute("SELECT pg_advisory_unlock_all()")
            found = await run.settled(15.0)
            kept = await ask("left")
    await connection.close()
    await forget(setting, run.variables["NAMESPACE"])

    assert (found.ended, found.again, kept) == (ended, again, 0)


ENQUEUE = {
    "pgqueuer": """
        connection = await asyncpg.connect(engine.DATABASE_URL)
        transaction = connection.transaction()
        await transaction.start()
        queries = engine.Queries(engine.AsyncpgDriver(connection))
        await queries.enqueue(["work"], [b"1"], [0])
        await getattr(transaction, end)()
        await connection.close()
    """,
    "procrastinate": """
        connection = await psycopg.AsyncConnection.connect(engine.DATABASE_URL)
        async with engine.app.open_async():
            await engine.task.configure(connection=connection).defer_async(job=1)
            await getattr(connection, end)()
        await connection.close()
    """,
}


@pytest.mark.parametrize(("end", "jobs"), [("commit", 1), ("rollback", 0)])
@pytest.mark.parametrize("name", ENQUEUE)
def test_a_job_of_an_engine_commits_with_its_transaction(
    name: str, end: str, jobs: int, dsn: str
) -> None:
    if missing := environments.missing(["queues"]):
        pytest.skip(missing)
    code = [
        "import asyncio, asyncpg, psycopg, sys",
        f"from snippets.jobs.experiments.engines import {name} as engine",
        "async def main(end):",
        "    await engine.prepare()",
        textwrap.indent(textwrap.dedent(ENQUEUE[name]), "    "),
        "    return await engine.left()",
        "print(asyncio.run(main(sys.argv[1])))",
    ]
    variables = dict.fromkeys(("REDIS_URL", "NAMESPACE"), "none") | dict.fromkeys(
        ("RUNNING", "FREE", "RECOVER_S"), "1"
    )
    said = subprocess.check_output(
        [environments.interpreter("queues"), "-c", "\n".join(code), end],
        cwd=ROOT,
        env={**os.environ, **variables, "DATABASE_URL": dsn, "PYTHONPATH": str(ROOT)},
        text=True,
        timeout=50,
    )
    assert said.strip() == str(jobs)


async def test_a_worker_that_does_not_start_is_told_with_what_it_printed(setting: Setting) -> None:
    wrong = dataclasses.replace(ENGINES["locked"], worker=("-c", "raise SystemExit('no broker')"))

    with pytest.raises(FailedError, match=r"tables: .*Counts.*: no broker"):
        await fates(setting, wrong)


async def test_a_producer_that_fails_is_told_with_its_error(setting: Setting) -> None:
    wrong = dataclasses.replace(ENGINES["locked"], module="none")

    with pytest.raises(FailedError, match=r"none, prepare: .*ModuleNotFoundError"):
        await fates(setting, wrong)


def test_an_engine_runs_with_the_interpreter_of_its_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(environments, "interpreter", lambda name: f".venv-{name}/bin/python")

    assert ENGINES["arq"].python == ".venv-arq/bin/python"


def round_of(**changed: Mapping[str, float]) -> dict[str, dict[str, float]]:
    """What a round should find, but for some engines."""
    return {name: {**expected(name), **changed.get(name, {})} for name in ENGINES}


def quantity(name: str, found: dict[str, dict[str, float]]) -> float:
    return EXPERIMENT.quantities[name].of(found)


def test_each_engine_is_in_one_group() -> None:
    assert sorted((*MEMORY, *POPPED, *ASKED, *BY_ITSELF)) == sorted(ENGINES)


def test_the_quantities_count_the_engines_that_they_name() -> None:
    found = round_of()

    assert {name: quantity(name, found) for name in EXPERIMENT.quantities} == {
        "finish": len(BY_ITSELF),
        "memory": JOBS - FREE,
        "popped": RUNNING,
        "popped_most": RUNNING,
        "waiting": RUNNING,
        "unasked": 0,
        "unfinished": 0,
        "again": RUNNING,
        "again_most": RUNNING,
    }


@pytest.mark.parametrize(
    ("engine", "changed", "name", "value"),
    [
        ("celery", {"lost": 1}, "popped", 1),
        ("celery", {"lost": RUNNING + 1}, "popped_most", RUNNING + 1),
        ("create-task", {"lost": 0}, "memory", 0),
        ("procrastinate", {"rescued": 1}, "unasked", RUNNING - 1),
        ("arq", {"stuck": 1}, "unfinished", 1),
        ("arq", {"lost": 1}, "finish", len(BY_ITSELF) - 1),
        ("dramatiq", {"twice": 6}, "again_most", 6),
        ("dramatiq", {"twice": 1}, "again", 1),
    ],
)
def test_one_engine_that_differs_changes_them(
    engine: str, changed: dict[str, float], name: str, value: float
) -> None:
    assert quantity(name, round_of(**{engine: changed})) == value
