"""Servers and isolation for every test.

The servers start once, in the process that the user started, and only when a test needs them (with
xdist: when the workers start). Their URLs are in DATABASE_URL and REDIS_URL from then on, so that
xdist workers and subprocesses use the same ones. URLs that the user has set are left alone.

A test package that needs its schema in every test declares it once:

    @pytest.fixture(scope="session")
    def jobs(template: Callable[[str], str]) -> str:
        return template("CREATE TABLE job (id bigint PRIMARY KEY)")

    @pytest.fixture
    def jobs_dsn(clone: Callable[[str], str], jobs: str) -> str:
        return clone(jobs)

Isolation is by `CREATE DATABASE … TEMPLATE` and by transactions. pytest-postgresql has fixtures for
the first, but they want a server's address when they are declared, and give out a psycopg
connection where articles need a URL; `lab.databases.database` already does the rest.
"""

import contextlib
import gc
import hashlib
import os
import shutil
import signal
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from contextlib import ExitStack
from pathlib import Path

import asyncpg
import hypothesis
import psutil
import psycopg
import pytest

import lab
from lab import databases, descendants, keyspaces, leftovers, storage
from lab.postgres_cluster import MODEL, postgres_server
from lab.shared import Shared

pytest_plugins = ["tests.article", "tests.limits", "tests.miniature", "lab.recorder"]

# A busy machine, or coverage, makes an example slow: that is no fault of what it is an example of.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")


_model = Shared(postgres_server)


def export_servers() -> None:
    """Put the URLs of both servers into the environment, starting those that are not there.

    Tests and listings that start PostgreSQL themselves find a cluster to copy there as well.

    Raises:
        NoServer: one of them cannot be used.
    """
    if MODEL not in os.environ:
        model = _model.get()
        model.stop()
        os.environ[MODEL] = str(model.directory)
    os.environ["DATABASE_URL"] = databases.server_url()
    os.environ["REDIS_URL"] = keyspaces.server_url()
    with lab.postgres(), lab.redis():
        pass


def kept_directory() -> Path:
    """Where tests write, and what failed ones wrote is kept, apart from what others have there.

    In memory, as the data of their servers, where what is written may also run: on a disk, to make
    the small files of a miniature site and to remove them takes longer than to build it.
    """
    memory = storage.data_parent(durable=False)
    parent = memory if storage.runs_programs(memory) else storage.program_parent()
    return parent / f"under-load-tests-{os.getuid()}"


def sweep_kept(directory: Path) -> None:
    """Remove what a killed run wrote: pytest itself waits three days for its end."""
    if directory.stat().st_uid != os.getuid():  # anybody may make one of this name
        return
    for lock in directory.glob("pytest-of-*/pytest-*/.lock"):
        with contextlib.suppress(OSError, ValueError):
            if not psutil.pid_exists(int(lock.read_text(encoding="ascii"))):
                shutil.rmtree(lock.parent, ignore_errors=True)


def pytest_configure(config: pytest.Config) -> None:
    """Let what this process starts end with it; xdist's workers are among that, and do the same."""
    # What a failed test wrote is to be looked at: pytest keeps it for three runs by itself.
    kept = Path(os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(kept_directory())))
    if not hasattr(config, "workerinput"):
        kept.mkdir(parents=True, exist_ok=True)
        sweep_kept(kept)
        leftovers.sweep()
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # A shell starts what is in the background so, and whatever is started here inherits it.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    ended = ExitStack()
    config.add_cleanup(ended.close)
    ended.enter_context(descendants.temporary_files_in(ended.enter_context(descendants.bound())))


def pytest_sessionstart(session: pytest.Session) -> None:
    """Start the servers before xdist starts its workers, which inherit the environment."""
    if session.config.pluginmanager.hasplugin("dsession"):
        try:
            export_servers()
        except lab.NoServer as error:
            raise pytest.UsageError(str(error)) from None


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection() -> Generator[None, object, object]:
    """Let the collector of garbage leave alone what is imported, which is never garbage.

    While it looks for some among all that was imported until then, over and over, a worker takes a
    quarter longer until its first test.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.fixture
def no_nohup() -> Iterator[None]:
    """A terminal that is closed ends what the test starts, also where `nohup` spares the run."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.fixture(scope="session")
def services() -> None:
    """DATABASE_URL and REDIS_URL are set, for a test that starts subprocesses."""
    try:
        export_servers()
    except lab.NoServer as error:
        pytest.exit(str(error), returncode=pytest.ExitCode.USAGE_ERROR)


@pytest.fixture(scope="session")
def template(services: None) -> Iterator[Callable[[str], str]]:
    """`template(sql)` runs the SQL in a new database, once, and returns its name, for `clone`."""
    names: dict[str, str] = {}
    with ExitStack() as created:

        def make(script: str) -> str:
            key = hashlib.sha256(script.encode()).hexdigest()
            if key not in names:
                dsn = created.enter_context(databases.database(databases.server_url()))
                with psycopg.connect(dsn) as connection:
                    connection.execute(script.encode())
                    names[key] = connection.info.dbname
            return names[key]

        yield make


@pytest.fixture
def clone(services: None) -> Iterator[Callable[[str], str]]:
    """`clone(template)` returns the URL of a copy of that database, dropped after the test."""
    with ExitStack() as created:

        def copy(name: str) -> str:
            server = databases.server_url()
            return created.enter_context(databases.database(server, template=name))

        yield copy


@pytest.fixture
def dsn(services: None) -> Iterator[str]:
    """The URL of a fresh, empty database, dropped after the test."""
    with lab.postgres() as url:
        yield url


@pytest.fixture(scope="session")
def worker_dsn(services: None) -> Iterator[str]:
    """The URL of a database that all tests of this worker share and leave empty."""
    with lab.postgres() as url:
        yield url


@pytest.fixture
async def connection(worker_dsn: str) -> AsyncIterator[asyncpg.Connection]:
    """An asyncpg connection inside a transaction that is rolled back after the test."""
    connection = await asyncpg.connect(worker_dsn)
    try:
        transaction = connection.transaction()
        await transaction.start()
        yield connection
        await transaction.rollback()
    finally:
        await connection.close()


@pytest.fixture
def redis_lease(services: None) -> Iterator[lab.RedisLease]:
    """A Redis server and a prefix of its own, whose keys are deleted after the test."""
    with lab.redis() as lease:
        yield lease
