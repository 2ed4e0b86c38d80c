"""Databases are fresh, and everything that is not ours stays as it was."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator

import psutil
import psycopg
import pytest

import lab
from lab import binaries, databases
from lab.shared import Shared

TWICE = """
import lab
import psutil
with lab.postgres() as dsn, lab.postgres() as other:
    print(dsn, other)
with lab.postgres() as later:
    print(later, *[process.pid for process in psutil.Process().children(recursive=True)])
"""


@pytest.fixture(scope="module")
def own_server() -> Iterator[lab.PostgresServer]:
    """A server that the tests of this module use as if it were the user's."""
    with lab.postgres_server() as server:
        yield server


@pytest.fixture
def theirs(own_server: lab.PostgresServer, monkeypatch: pytest.MonkeyPatch) -> str:
    """The user's server, to which DATABASE_URL points."""
    monkeypatch.setenv("DATABASE_URL", own_server.dsn)
    return own_server.dsn


def names(dsn: str) -> set[str]:
    """All databases of the server."""
    with psycopg.connect(dsn) as connection:
        return {row[0] for row in connection.execute("SELECT datname FROM pg_database")}


def test_a_database_is_empty_and_gone_afterwards(theirs: str) -> None:
    with lab.postgres() as dsn:
        name = dsn.rpartition("/")[2]
        assert name.startswith("under_load_")
        assert name in names(theirs)
        with psycopg.connect(dsn) as connection:
            query = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            assert connection.execute(query).fetchone() == (0,)
            connection.execute("CREATE TABLE left_behind ()")
    assert name not in names(theirs)


def test_two_databases_at_once_share_nothing(theirs: str) -> None:
    with lab.postgres() as one, lab.postgres() as other:
        with psycopg.connect(one) as connection:
            connection.execute("CREATE TABLE only_in_one ()")
        with psycopg.connect(other) as connection:
            assert connection.execute("SELECT to_regclass('only_in_one')").fetchone() == (None,)


def test_a_server_that_is_given_keeps_everything_that_it_had(theirs: str) -> None:
    with psycopg.connect(theirs, autocommit=True) as connection:
        connection.execute("CREATE DATABASE customers")
        connection.execute("CREATE TABLE IF NOT EXISTS precious AS SELECT 42 AS answer")
    before = names(theirs)
    with lab.postgres() as dsn, psycopg.connect(dsn) as connection:
        connection.execute("CREATE TABLE precious ()")
    assert names(theirs) == before >= {"customers"}
    with psycopg.connect(theirs) as connection:
        assert connection.execute("SELECT answer FROM precious").fetchone() == (42,)


def test_it_is_dropped_even_while_a_client_is_connected(theirs: str) -> None:
    with lab.postgres() as dsn:
        connection = psycopg.connect(dsn)
    assert dsn.rpartition("/")[2] not in names(theirs)
    with pytest.raises(psycopg.OperationalError):
        connection.execute("SELECT 1")
    connection.close()


def test_it_is_dropped_after_an_exception(theirs: str) -> None:
    before = names(theirs)
    with pytest.raises(ZeroDivisionError), lab.postgres():
        raise ZeroDivisionError
    assert names(theirs) == before


def test_a_clone_has_what_its_template_has(theirs: str) -> None:
    with lab.postgres() as template:
        with psycopg.connect(template) as connection:
            connection.execute("CREATE TABLE copied AS SELECT 42 AS answer")
        name = template.rpartition("/")[2]
        with (
            databases.database(theirs, template=name) as dsn,
            psycopg.connect(dsn) as connection,
        ):
            assert connection.execute("SELECT answer FROM copied").fetchone() == (42,)


def test_the_options_of_the_url_are_kept(theirs: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", f"{theirs}?application_name=ours")
    with lab.postgres() as dsn, psycopg.connect(dsn) as connection:
        assert connection.execute("SHOW application_name").fetchone() == ("ours",)


def test_without_a_url_one_process_starts_one_server_and_stops_it_at_its_end() -> None:
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    done = subprocess.run(
        [sys.executable, "-c", TWICE], env=environment, capture_output=True, text=True, check=True
    )
    one, other, later, *pids = done.stdout.split()
    assert len({one, other, later}) == 3
    assert len({url.rpartition("/")[0] for url in (one, other, later)}) == 1
    assert pids
    assert not any(psutil.pid_exists(int(pid)) for pid in pids)


def test_without_any_server_the_error_says_what_could_be_set(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def none() -> binaries.Postgres:
        raise lab.NoServer("No PostgreSQL.")

    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setattr(binaries, "find_postgres", none)
    # Not the server that this process may already have.
    monkeypatch.setattr(databases, "_shared", Shared(lab.postgres_server))
    with pytest.raises(lab.NoServer, match=r"^No PostgreSQL\. Or set DATABASE_URL"), lab.postgres():
        pass


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("postgresql://me:secret@127.0.0.1:1/mine", "Connection refused"),
        ("postgresql+asyncpg://me:secret@127.0.0.1/mine", "not a PostgreSQL URL"),
        ("mysql://me:secret@127.0.0.1/mine", "not a PostgreSQL URL"),
        ("host=127.0.0.1 password=secret", "not a PostgreSQL URL"),
    ],
)
def test_a_url_that_cannot_be_used_is_one_line_without_its_password(
    url: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    with pytest.raises(lab.NoServer, match=r"^DATABASE_URL") as caught, lab.postgres():
        pass
    message = str(caught.value)
    assert reason in message
    assert "\n" not in message
    assert "secret" not in message


def test_a_role_that_may_not_create_databases_is_told_so(
    theirs: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with psycopg.connect(theirs) as connection:
        connection.execute("CREATE ROLE guest LOGIN")
    monkeypatch.setenv("DATABASE_URL", theirs.replace("postgres@", "guest@"))
    with (
        pytest.raises(lab.NoServer, match=r"permission denied.* let the role create databases"),
        lab.postgres(),
    ):
        pass


def test_the_template_fixture_runs_its_sql_once_and_clones_do_not_see_each_other(
    template: Callable[[str], str], clone: Callable[[str], str]
) -> None:
    script = "CREATE TABLE job (id int); INSERT INTO job VALUES (1)"
    assert template(script) == template(script)
    one, other = clone(template(script)), clone(template(script))
    with psycopg.connect(one) as connection:
        connection.execute("DELETE FROM job")
    with psycopg.connect(other) as connection:
        assert connection.execute("SELECT id FROM job").fetchall() == [(1,)]
