"""Alembic with an async URL: what each env.py says, and which of them migrate."""

import asyncio
import gc
import re
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from unittest.mock import Mock

import alembic
import asyncpg
import psycopg
import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, make_url
from sqlalchemy.exc import InvalidRequestError, MissingGreenlet, ProgrammingError
from sqlalchemy.ext.asyncio import create_async_engine

from snippets.batches import errors_migrations as migrations
from snippets.batches.migration import environment
from tests.leaks import collected_on_demand

GREENLET = (
    "greenlet_spawn has not been called; can't call await_() here. "
    "Was IO attempted in an unexpected place?"
)
RUNNING = "asyncio.run() cannot be called from a running event loop"
TEMPLATES = Path(alembic.__file__).parent / "templates"
PLAIN, ASYNC = [(TEMPLATES / name / "env.py").read_text() for name in ("generic", "async")]


def upgrade(config: Config) -> None:
    command.upgrade(config, "head")


def upgrade_in_a_loop(config: Config) -> None:
    async def call() -> None:
        upgrade(config)

    asyncio.run(call())


def upgrade_in_a_thread(config: Config) -> None:
    asyncio.run(asyncio.to_thread(upgrade, config))


def outcome(upgrade: Callable[[Config], None], config: Config) -> str:
    """What is raised, or nothing; coroutines that nobody awaited are left to the collector."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            upgrade(config)
        except Exception as error:
            said = f"{type(error).__name__}: {str(error).partition(' (Back')[0]}"
        else:
            said = ""
        gc.collect()
    return said


def revisions(config: Config) -> Path:
    return Path(config.get_main_option("script_location") or "", "versions")


async def migrated(dsn: str) -> tuple[bool, bool]:
    """Whether the table is there, and whether its revision is recorded."""
    connection = await asyncpg.connect(dsn)
    row = await connection.fetchrow(
        "SELECT to_regclass('orders') IS NOT NULL, to_regclass('alembic_version') IS NOT NULL"
    )
    await connection.close()
    return tuple(row)


def state(dsn: str) -> tuple[bool, bool]:
    return asyncio.run(migrated(dsn))


DONE, UNTOUCHED = (True, True), (False, False)


@pytest.mark.parametrize("env", [migrations.plain_env, PLAIN])
@pytest.mark.parametrize("call", [upgrade, upgrade_in_a_loop])
def test_a_plain_environment_does_not_find_its_greenlet(
    env: Callable[[], None] | str, call: Callable[[Config], None], dsn: str
) -> None:
    with environment(dsn, env) as config:
        assert outcome(call, config) == f"MissingGreenlet: {GREENLET}"
    assert state(dsn) == UNTOUCHED


def test_what_it_raises_is_of_the_class_that_the_page_names(dsn: str) -> None:
    def refused(config: Config) -> None:
        with pytest.raises(MissingGreenlet):
            upgrade(config)
        gc.collect()

    with (
        environment(dsn, migrations.plain_env) as config,
        pytest.warns(RuntimeWarning, match="never awaited"),
    ):
        refused(config)


@pytest.mark.parametrize("env", [migrations.async_env, migrations.env_for_both, ASYNC])
def test_an_environment_that_calls_run_sync_migrates(
    env: Callable[[], None] | str, dsn: str
) -> None:
    with environment(dsn, env) as config:
        assert outcome(upgrade, config) == ""
    assert state(dsn) == DONE


@pytest.mark.parametrize("env", [migrations.plain_env, PLAIN, ASYNC])
@pytest.mark.parametrize("driver", ["postgresql", "postgresql+psycopg"])
def test_a_url_with_psycopg_fits_both_environments(
    driver: str, env: Callable[[], None] | str, dsn: str
) -> None:
    with environment(dsn, env) as config:
        url = make_url(dsn).set(drivername=driver).render_as_string(hide_password=False)
        config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
        assert outcome(upgrade, config) == ""
    assert state(dsn) == DONE


@pytest.mark.parametrize("env", [migrations.async_env, migrations.env_for_both, ASYNC])
def test_a_running_loop_takes_no_other(env: Callable[[], None] | str, dsn: str) -> None:
    with environment(dsn, env) as config:
        assert outcome(upgrade_in_a_loop, config) == f"RuntimeError: {RUNNING}"
        assert state(dsn) == UNTOUCHED
        assert outcome(upgrade_in_a_thread, config) == ""
    assert state(dsn) == DONE


def at_startup(dsn: str) -> Callable[[Config], None]:
    """Upgrade as the lifespan of an application would."""

    async def start(config: Config) -> None:
        engine = create_async_engine(make_url(dsn).set(drivername="postgresql+asyncpg"))
        try:
            await migrations.upgrade_at_start(engine, config)
        finally:
            await engine.dispose()

    return lambda config: asyncio.run(start(config))


def test_with_the_connection_of_the_application_it_runs_in_its_loop(dsn: str) -> None:
    with environment(dsn, migrations.env_for_both) as config:
        assert outcome(at_startup(dsn), config) == ""
    assert state(dsn) == DONE


def test_an_environment_that_ignores_the_connection_calls_run_as_before(dsn: str) -> None:
    """As in project-learnops' issue 165: run_sync in main.py, asyncio.run in env.py."""
    with environment(dsn, ASYNC) as config:
        assert outcome(at_startup(dsn), config) == f"RuntimeError: {RUNNING}"
    assert state(dsn) == UNTOUCHED


RUN_SYNC = "await connection.run_sync(do_run_migrations)"
RUN = "asyncio.run(run_async_migrations())"


@pytest.mark.parametrize(
    ("replaced", "by", "said"),
    [
        (RUN_SYNC, "do_run_migrations(connection.sync_connection)", GREENLET),
        (RUN_SYNC, "do_run_migrations(connection)", "object has no attribute '__exit__'"),
        (
            "async with connectable.connect()",
            "with connectable.connect()",
            "'AsyncConnection' object does not support the context manager protocol",
        ),
    ],
)
def test_a_mistake_in_the_async_template_has_a_text_of_its_own(
    replaced: str, by: str, said: str, dsn: str
) -> None:
    with environment(dsn, ASYNC.replace(replaced, by)) as config:
        assert said in outcome(upgrade, config)
    assert state(dsn) == UNTOUCHED


@pytest.mark.parametrize(
    ("replaced", "by"), [(RUN_SYNC, RUN_SYNC[6:]), (RUN, "run_async_migrations()")]
)
def test_what_is_not_awaited_migrates_nothing_and_says_so_in_a_warning_only(
    replaced: str, by: str, dsn: str
) -> None:
    def upgrade_and_collect() -> None:
        upgrade(config)
        gc.collect()

    with (
        environment(dsn, ASYNC.replace(replaced, by)) as config,
        pytest.warns(RuntimeWarning, match="was never awaited"),
    ):
        upgrade_and_collect()
    assert state(dsn) == UNTOUCHED


def test_a_task_of_the_loop_finds_that_the_command_has_returned(dsn: str) -> None:
    async def call(config: Config) -> None:
        upgrade(config)
        [task] = asyncio.all_tasks() - {asyncio.current_task()}  # it has not begun
        assert await migrated(dsn) == UNTOUCHED
        with pytest.raises(
            AttributeError, match=r"^'NoneType' object has no attribute 'configure'"
        ):
            await task

    with environment(dsn, ASYNC.replace("asyncio.run(", "asyncio.create_task(")) as config:
        asyncio.run(call(config))
    assert state(dsn) == UNTOUCHED


def test_a_loop_that_runs_says_so_to_the_older_way_of_running_a_coroutine(dsn: str) -> None:
    older = "asyncio.get_event_loop().run_until_complete(run_async_migrations())"
    with environment(dsn, ASYNC.replace(RUN, older)) as config:
        said = outcome(upgrade_in_a_loop, config)
    assert said == "RuntimeError: This event loop is already running"


def test_a_migration_that_is_a_coroutine_function_is_recorded_and_never_runs(dsn: str) -> None:
    with environment(dsn, ASYNC) as config:
        place = revisions(config).joinpath("orders.py")
        place.write_text(place.read_text().replace("def upgrade", "async def upgrade"))
        assert outcome(upgrade, config) == ""
    assert state(dsn) == (False, True)


def test_a_synchronous_driver_is_refused_by_the_async_engine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    driver = Mock(__name__="psycopg2", __version__="2.9.12", paramstyle="pyformat")
    monkeypatch.setitem(sys.modules, "psycopg2", driver)
    said = (
        "The asyncio extension requires an async driver to be used. "
        "The loaded 'psycopg2' is not async."
    )
    with pytest.raises(InvalidRequestError, match=re.escape(said)):
        create_async_engine("postgresql+psycopg2://")


LATER = """
from alembic import op
revision, down_revision = "later", "orders"
def upgrade(): op.execute("ALTER TABLE orders ADD COLUMN paid boolean")
"""


@pytest.mark.parametrize(
    ("revision", "said"),
    [
        ("orders", '"pg_type_typname_nsp_index"'),
        ("later", 'column "paid" of relation "orders" already exists'),
    ],
)
def test_of_two_processes_that_start_at_once_one_fails(revision: str, said: str, dsn: str) -> None:
    async def wait_for_its_lock() -> None:
        connection = await asyncpg.connect(dsn)
        waiting = """SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid)
            WHERE NOT granted AND datname = current_database()"""
        async with asyncio.timeout(10):
            while not await connection.fetchval(waiting):  # noqa: ASYNC110 — it tells nobody
                await asyncio.sleep(0.01)
        await connection.close()

    async def both(config: Config) -> str:
        engine = create_async_engine(make_url(dsn).set(drivername="postgresql+asyncpg"))

        def first(connection: Connection) -> None:
            config.attributes["connection"] = connection
            upgrade(config)
            del config.attributes["connection"]

        async with engine.begin() as connection:
            await connection.run_sync(first)
            second = asyncio.create_task(asyncio.to_thread(outcome, upgrade, config))
            await wait_for_its_lock()
        await engine.dispose()
        return await second

    with environment(dsn, migrations.env_for_both) as config:
        if revision == "later":
            upgrade(config)
            revisions(config).joinpath("later.py").write_text(LATER)
        assert said in asyncio.run(both(config))
    assert state(dsn) == DONE


def test_a_migration_that_fails_leaves_no_connection(dsn: str) -> None:
    connections = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    with environment(dsn, migrations.async_env) as config, collected_on_demand():
        upgrade(config)
        revisions(config).joinpath("later.py").write_text(LATER.replace("orders ADD", "none ADD"))
        with pytest.raises(ProgrammingError, match='relation "none" does not exist'):
            upgrade(config)
        with psycopg.connect(dsn, autocommit=True) as admin:
            for _ in range(200):  # for PostgreSQL to end its process
                [left] = admin.execute(connections).fetchone() or [0]
                if left == 1:
                    break
                time.sleep(0.01)
    assert left == 1
