"""What a test pays for fifty tables that no other test has touched.

Each run gives tables to some tests, one after another. Each stores a
row and reads it. What is timed is from asking for the tables to having
cleaned up. The server does not wait for its disk, as one for tests need
not: fsync is off.

What each has to do, and so what is expected of it:

- a transaction that is rolled back makes no file;
- fifty DELETE, of tables that are almost empty, make none either;
- TRUNCATE makes new files, for a table, its two indexes, what is too
  long for a row, and the index of that: 250;
- a copy makes those and the 300 of a database's catalog, writes their
  8 MB, and removes them;
- a new database, in which fifty tables are made, makes the same files,
  and runs 100 statements to do so;
- fifty tables made and dropped in one database take 200 statements;
- a copy by file_copy makes two checkpoints, which one by wal_log does
  not.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from statistics import median

import psycopg
from sqlalchemy import Engine, MetaData, create_engine, make_url
from sqlalchemy.pool import NullPool

from lab.experiment import (
    Claim,
    Experiment,
    Metric,
    Quantity,
    Round,
    Setting,
    Values,
    Variant,
)
from snippets.testing.databases import database
from snippets.testing.experiments._tables import fifty


@dataclass(frozen=True)
class Place:
    """What is there before the first test.

    Attributes:
        server: the address of any database of the server.
        admin: a connection to it.
        tables: what each test wants to find empty.
        template: the name of a database that has them.
        kept: a connection to another that has them.
        empty: one for a database that has none.
    """

    server: str
    admin: psycopg.Connection
    tables: MetaData
    template: str
    kept: psycopg.Connection
    empty: Engine


Way = Callable[[Place], AbstractContextManager[psycopg.Connection]]


def at(server: str, name: str) -> str:
    url = make_url(server).set(database=name)
    return url.render_as_string(hide_password=False)


def connect(server: str, name: str) -> psycopg.Connection:
    return psycopg.connect(at(server, name), autocommit=True)


def engine(server: str, name: str) -> Engine:
    url = make_url(server).set(
        database=name, drivername="postgresql+psycopg"
    )
    return create_engine(
        url, poolclass=NullPool, isolation_level="AUTOCOMMIT"
    )


@contextmanager
def place(server: str, tables: MetaData) -> Iterator[Place]:
    with ExitStack() as stack:
        admin = psycopg.connect(server, autocommit=True)
        stack.enter_context(admin)
        template = stack.enter_context(database(admin))
        tables.create_all(engine(server, template))
        kept = stack.enter_context(database(admin, template))
        empty = stack.enter_context(database(admin))
        yield Place(
            server,
            admin,
            tables,
            template,
            stack.enter_context(connect(server, kept)),
            engine(server, empty),
        )


@contextmanager
def rolled_back(place: Place) -> Iterator[psycopg.Connection]:
    with place.kept.transaction(force_rollback=True):
        yield place.kept


@contextmanager
def deleted(place: Place) -> Iterator[psycopg.Connection]:
    yield place.kept
    names = [one.name for one in reversed(place.tables.sorted_tables)]
    place.kept.execute("; ".join(f"DELETE FROM {n}" for n in names))


@contextmanager
def truncated(place: Place) -> Iterator[psycopg.Connection]:
    yield place.kept
    names = ", ".join(place.tables.tables)
    place.kept.execute(f"TRUNCATE {names} RESTART IDENTITY")


@contextmanager
def copied(place: Place, strategy: str) -> Iterator[psycopg.Connection]:
    with (
        database(place.admin, place.template, strategy) as name,
        connect(place.server, name) as connection,
    ):
        yield connection


@contextmanager
def made(place: Place) -> Iterator[psycopg.Connection]:
    with database(place.admin) as name:
        tables = engine(place.server, name)
        place.tables.create_all(tables, checkfirst=False)
        with connect(place.server, name) as connection:
            yield connection


@contextmanager
def made_and_dropped(place: Place) -> Iterator[psycopg.Connection]:
    place.tables.create_all(place.empty)
    name = str(place.empty.url.database)
    with connect(place.server, name) as connection:
        yield connection
    place.tables.drop_all(place.empty)


def test(connection: psycopg.Connection) -> None:
    """Store a row, and find only that."""
    connection.execute("INSERT INTO t0 (name) VALUES ('tea')")
    found = connection.execute("SELECT name FROM t0").fetchall()
    if found != [("tea",)]:
        raise RuntimeError(f"another test left something: {found}")


async def run(setting: Setting, way: Way) -> Values:
    tables = fifty(setting.conditions["tables"])
    took = list[float]()
    with place(setting.dsn, tables) as prepared:
        for _ in range(setting.conditions["tests"]):
            began = time.perf_counter()
            with way(prepared) as connection:
                test(connection)
            took.append(time.perf_counter() - began)
    return {"test": median(took)}


def against(other: str, one: str) -> Callable[[Round], float]:
    return lambda r: r[other]["test"] / r[one]["test"]


EXPERIMENT = Experiment(
    question="What does a test pay for fifty tables of its own?",
    needs=frozenset({"postgres"}),
    postgres_settings={"fsync": "off"},
    conditions={"tables": 50, "tests": 11},
    rehearsal={"tables": 2, "tests": 1},
    rounds=5,
    metrics={"test": Metric(label="a test, with its tables", unit="s")},
    variants={
        "rollback": Variant(
            label="one transaction, rolled back",
            run=partial(run, way=rolled_back),
        ),
        "delete": Variant(
            label="50 × DELETE", run=partial(run, way=deleted)
        ),
        "truncate": Variant(
            label="TRUNCATE of all 50", run=partial(run, way=truncated)
        ),
        "copy": Variant(
            label="a copy of a template, wal_log",
            run=partial(run, way=partial(copied, strategy="wal_log")),
            baseline=True,
        ),
        "file": Variant(
            label="a copy of a template, file_copy",
            run=partial(run, way=partial(copied, strategy="file_copy")),
        ),
        "made": Variant(
            label="a new database, create_all",
            run=partial(run, way=made),
        ),
        "dropped": Variant(
            label="create_all and drop_all",
            run=partial(run, way=made_and_dropped),
        ),
    },
    quantities={
        "copy": Quantity(
            label="a test with a copy of its own",
            unit="s",
            of=lambda r: r["copy"]["test"],
        ),
        "copy_rollback": Quantity(
            label="a copy against a rollback",
            unit="×",
            of=against("copy", "rollback"),
        ),
        "truncate_delete": Quantity(
            label="TRUNCATE against DELETE",
            unit="×",
            of=against("truncate", "delete"),
        ),
        "copy_truncate": Quantity(
            label="a copy against TRUNCATE",
            unit="×",
            of=against("copy", "truncate"),
        ),
        "file_copy": Quantity(
            label="file_copy against wal_log",
            unit="×",
            of=against("file", "copy"),
        ),
        "made_copy": Quantity(
            label="fifty tables in a new database against a copy",
            unit="×",
            of=against("made", "copy"),
        ),
        "dropped_copy": Quantity(
            label="fifty tables made and dropped against a copy",
            unit="×",
            of=against("dropped", "copy"),
        ),
    },
    claims=(
        Claim(
            "A copy, which makes 550 files, takes at least ten times as"
            " long as a rollback, which makes none",
            quantity="copy_rollback",
            at_least=10,
        ),
        Claim(
            "TRUNCATE, which makes 250 files, takes longer than fifty"
            " DELETE, which make none",
            quantity="truncate_delete",
            at_least=1,
        ),
        Claim(
            "A copy takes longer than TRUNCATE, which makes half of the"
            " files",
            quantity="copy_truncate",
            at_least=1,
        ),
        Claim(
            "file_copy takes longer than wal_log, by two checkpoints",
            quantity="file_copy",
            at_least=1,
        ),
        Claim(
            "Fifty tables in a new database take longer than a copy, by"
            " their statements",
            quantity="made_copy",
            at_least=1,
        ),
        Claim(
            "Fifty tables made and dropped in one database take longer"
            " than a copy, by their statements",
            quantity="dropped_copy",
            at_least=1,
        ),
    ),
)
