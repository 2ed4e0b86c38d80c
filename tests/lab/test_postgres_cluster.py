"""A private PostgreSQL server runs, fails on request, and is gone afterwards."""

import os
import shutil
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

import lab
from lab import binaries, ports
from tests.processes import runs

root_only = pytest.mark.skipif(os.geteuid() != 0, reason="only root cannot run PostgreSQL itself")


def value(dsn: str, query: str) -> object:
    """The first column of the first row."""
    with psycopg.connect(dsn) as connection:
        row = connection.execute(query.encode()).fetchone()
        assert row
        return row[0]


def execute(dsn: str, script: str) -> None:
    with psycopg.connect(dsn) as connection:
        connection.execute(script.encode())


def processes(server: lab.PostgresServer) -> list[psutil.Process]:
    """The postmaster and its children."""
    postmaster = psutil.Process(int((server.directory / "postmaster.pid").read_text().split()[0]))
    return [postmaster, *postmaster.children(recursive=True)]


@pytest.fixture(scope="module")
def started() -> Iterator[lab.PostgresServer]:
    """The server that most tests share."""
    settings = {
        "application_name": "it's ours",
        "max_connections": "17",
        "shared_preload_libraries": "pg_stat_statements",
    }
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
        environment.setenv("TZ", "Asia/Tokyo")
        with lab.postgres_server(settings) as server:
            environment.undo()
            yield server


@pytest.fixture
def server(started: lab.PostgresServer) -> lab.PostgresServer:
    """It runs, whatever the test before has done to it."""
    started.start()
    return started


@pytest.fixture(scope="module")
def model() -> Iterator[Path]:
    """The data of a server that was stopped, unlike those of all others."""
    with lab.postgres_server({"max_connections": "7"}) as server:
        execute(server.dsn, "CREATE TABLE in_the_model ()")
        server.stop()
        yield server.directory


@pytest.fixture(scope="module")
def durable(model: Path) -> Iterator[lab.PostgresServer]:
    """A durable server, which had a model."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("UNDER_LOAD_CLUSTER", str(model))
        with lab.postgres_server(durable=True) as server:
            yield server


def test_a_server_answers_inside_and_leaves_nothing_behind(parent_directory: Path) -> None:
    with lab.postgres_server() as server:
        assert value(server.dsn, "SHOW server_version") == server.version
        postmaster, *_ = running = processes(server)
        assert runs(postmaster)  # of the others, the one that answered may be on its way out
    assert not any(map(runs, running))
    assert list(parent_directory.iterdir()) == []


def test_an_exception_inside_leaves_nothing_behind(parent_directory: Path) -> None:
    with pytest.raises(ZeroDivisionError), lab.postgres_server():
        raise ZeroDivisionError
    assert list(parent_directory.iterdir()) == []


def test_it_is_private_and_the_same_whatever_the_environment_says(
    server: lab.PostgresServer,
) -> None:
    assert value(server.dsn, "SHOW timezone") == "UTC"
    assert value(server.dsn, "SHOW log_timezone") == "UTC"


def test_it_listens_on_the_loopback_interface_only(server: lab.PostgresServer) -> None:
    assert value(server.dsn, "SHOW listen_addresses") == "127.0.0.1"
    assert value(server.dsn, "SHOW unix_socket_directories") == ""


def test_two_servers_at_once_share_nothing(server: lab.PostgresServer) -> None:
    execute(server.dsn, "CREATE TABLE only_in_one ()")
    with lab.postgres_server() as other:
        assert other.port != server.port
        assert value(other.dsn, "SELECT to_regclass('only_in_one')") is None


def test_settings_reach_the_server_with_their_quotes(server: lab.PostgresServer) -> None:
    assert value(server.dsn, "SHOW max_connections") == "17"
    assert value(server.dsn, "SHOW application_name") == "it's ours"


def test_contrib_is_there_pg_stat_statements_included(server: lab.PostgresServer) -> None:
    execute(server.dsn, "CREATE EXTENSION pg_stat_statements; CREATE EXTENSION pg_trgm")
    execute(server.dsn, "SELECT 41 + 1")
    query = "SELECT calls FROM pg_stat_statements WHERE query = 'SELECT $1 + $2'"
    assert value(server.dsn, query) == 1


def test_a_server_for_tests_is_a_copy_of_the_model(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UNDER_LOAD_CLUSTER", str(model))
    with lab.postgres_server({"max_connections": "17"}) as copy:
        assert value(copy.dsn, "SELECT to_regclass('in_the_model')") == "in_the_model"
        assert value(copy.dsn, "SHOW max_connections") == "17"


def test_a_durable_server_is_new(durable: lab.PostgresServer) -> None:
    assert value(durable.dsn, "SELECT to_regclass('in_the_model')") is None
    assert value(durable.dsn, "SHOW max_connections") == "100"


def test_only_a_server_for_tests_trades_durability_for_speed(
    server: lab.PostgresServer, durable: lab.PostgresServer
) -> None:
    for setting in ("fsync", "full_page_writes"):
        assert value(server.dsn, f"SHOW {setting}") == "off"
        assert value(durable.dsn, f"SHOW {setting}") == "on"
    assert value(server.dsn, "SHOW synchronous_commit") == "on"


def test_a_stopped_server_refuses_connections_and_comes_back_with_its_data(
    server: lab.PostgresServer,
) -> None:
    execute(server.dsn, "CREATE TABLE kept_by_stop AS SELECT 42 AS answer")
    server.stop()
    with pytest.raises(psycopg.OperationalError, match="refused"):
        psycopg.connect(server.dsn)
    server.start()
    assert value(server.dsn, "SELECT answer FROM kept_by_stop") == 42


def test_what_was_committed_survives_a_kill(server: lab.PostgresServer) -> None:
    execute(server.dsn, "CREATE TABLE kept_by_kill (answer int)")
    execute(server.dsn, "INSERT INTO kept_by_kill VALUES (42)")
    server.kill()
    server.start()
    assert value(server.dsn, "SELECT answer FROM kept_by_kill") == 42


def test_a_kill_ends_every_process_and_every_connection(server: lab.PostgresServer) -> None:
    connection = psycopg.connect(server.dsn)
    # Without a signal of its own, a backend that never waits would not notice.
    connection.pgconn.send_query(b"DO $$ BEGIN LOOP END LOOP; END $$")
    query = f"SELECT state FROM pg_stat_activity WHERE pid = {connection.info.backend_pid}"
    while value(server.dsn, query) != "active":
        pass
    before = processes(server)
    server.kill()
    assert not any(map(runs, before))
    assert not (server.directory / "postmaster.pid").exists()
    connection.close()
    with pytest.raises(psycopg.OperationalError, match="refused"):
        psycopg.connect(server.dsn)


def test_a_restart_keeps_the_port_and_applies_alter_system(server: lab.PostgresServer) -> None:
    dsn = server.dsn
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET max_worker_processes = 5")
    server.restart()
    assert server.dsn == dsn
    assert value(dsn, "SHOW max_worker_processes") == "5"


def test_stopping_and_starting_twice_is_once(server: lab.PostgresServer) -> None:
    server.start()
    server.stop()
    server.stop()
    server.kill()
    server.restart()
    assert value(server.dsn, "SELECT 1") == 1


@pytest.mark.skipif(sys.platform != "linux", reason="reads Linux's list of shared memory")
def test_a_server_closed_after_a_kill_leaves_no_shared_memory(parent_directory: Path) -> None:
    def segments() -> list[str]:
        return [line.split()[1] for line in Path("/proc/sysvipc/shm").read_text().splitlines()]

    with lab.postgres_server() as server:
        maps = Path(f"/proc/{processes(server)[0].pid}/maps").read_text().split()
        files = [Path(word) for word in maps if word.startswith("/dev/shm/PostgreSQL.")]
        segment = (server.directory / "postmaster.pid").read_text().split("\n")[6].split()[1]
        server.kill()
        assert files
        assert all(file.exists() for file in files)
        assert segment in segments()
    assert not any(file.exists() for file in files)
    assert segment not in segments()
    assert list(parent_directory.iterdir()) == []


def test_a_port_that_another_process_takes_first_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as foreign:
        taken, free = foreign.getsockname()[1], ports.free_port()
        offered = iter([taken, free])
        monkeypatch.setattr(ports, "free_port", lambda: next(offered))
        with lab.postgres_server() as server:
            assert server.port == free
            assert value(server.dsn, "SELECT 1") == 1


def test_a_setting_that_the_server_rejects_is_one_line_and_leaves_nothing_behind(
    parent_directory: Path,
) -> None:
    with (
        pytest.raises(lab.NoServer, match=r"max_connections.*many") as caught,
        lab.postgres_server({"max_connections": "many"}),
    ):
        pass
    assert "\n" not in str(caught.value)
    assert list(parent_directory.iterdir()) == []


@root_only
def test_root_runs_it_as_nobody(server: lab.PostgresServer) -> None:
    assert {process.username() for process in processes(server)} == {"nobody"}


@root_only
def test_programs_that_nobody_can_reach_are_copied_and_the_copy_is_removed(
    program_directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = binaries.find_postgres()
    package = found.directory.parents[1]
    shutil.copytree(package, tmp_path / package.name, ignore=shutil.ignore_patterns("include"))
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, tmp_path / libraries.name)
    closed = tmp_path / found.directory.relative_to(package.parent)
    assert not binaries.readable_by_everyone(closed / "postgres")
    monkeypatch.setattr(binaries, "find_postgres", lambda: binaries.Postgres(closed, found.version))
    with lab.postgres_server() as server:
        execute(server.dsn, "CREATE EXTENSION postgres_fdw")  # needs the libraries beside
        program = Path(processes(server)[0].exe())
        assert program.is_relative_to(program_directory)
    assert list(program_directory.iterdir()) == []
