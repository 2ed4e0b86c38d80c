"""The duration of each single execution, as PostgreSQL itself logs it.

A mean over executions hides whether all of them became slower or a few waited long; here are the
executions themselves. PostgreSQL times an extended query in steps that it logs one by one: parse
(with asyncpg once a connection, for a prepared statement), bind (which plans) and execute.

Logging takes the server some microseconds an execution, before the client gets its answer and
after the clock has stopped: durations are not inflated, throughput is a little lower.
"""

import json
import re
import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from lab.inside import UnavailableError
from lab.inside._session import NAME, privileged, session, setting

# One file for the whole life of the server, an object a line.
SETTINGS = {
    "logging_collector": "on",
    "log_destination": "jsonlog",
    "log_rotation_size": "0",
    "log_rotation_age": "0",
    "log_parameter_max_length": "0",
}
WRITTEN_S = 10.0
POLL_S = 0.005
CHUNK = 1 << 24

_ALTER = sql.SQL("ALTER DATABASE {} {}")
_NAME = sql.Identifier("log_min_duration_statement")
_MESSAGE = re.compile(
    r"duration: (?P<ms>[\d.]+) ms  "
    r"(?P<step>statement|parse|bind|execute)(?: fetch from)?(?: [^:]*)?: (?P<query>.*)",
    re.DOTALL,
)


@dataclass(frozen=True)
class Execution:
    """One execution of a statement; all times in seconds, by PostgreSQL's clock.

    Attributes:
        query: its text, as the client sent it.
        session: which session executed it.
        parse_s: 0 when the statement had been prepared before.
        bind_s: with planning; 0 for a simple query, where all is in `execute_s`.
        execute_s: with writing the rows into the send buffer, and waiting for a slow reader.
    """

    query: str
    session: str
    parse_s: float
    bind_s: float
    execute_s: float

    @property
    def total_s(self) -> float:
        """Seconds of all its steps."""
        return self.parse_s + self.bind_s + self.execute_s


class Durations:
    """The executions of a block, in the order in which they ended; filled when the block ends."""

    def __init__(self) -> None:
        self.executions: list[Execution] = []

    def of(
        self, part: str, time_s: Callable[[Execution], float] = lambda e: e.total_s
    ) -> list[float]:
        """Seconds of each execution whose text contains the part, sorted.

        Args:
            part: such as "FROM orders".
            time_s: which time of an execution; by default that of all its steps.

        Raises:
            LookupError: there is none.
        """
        found = sorted(time_s(one) for one in self.executions if part in one.query)
        if not found:
            raise LookupError(
                f"no logged execution contains {part!r}, of {len(self.executions)} in all. "
                "A session is logged when it begins inside the block."
            )
        return found


@contextmanager
def durations(dsn: str) -> Iterator[Durations]:
    """The executions in this database of sessions that begin inside the block.

    A session that was opened before, such as that of a pool, is not logged.

    Args:
        dsn: URL of the database.

    Raises:
        UnavailableError: the server was not started with `SETTINGS`, or this role may not set its
            logging or read its log.
    """
    found = Durations()
    with session(dsn) as connection:
        with privileged("PostgreSQL's log"):
            log = _log_of(connection)
            start = _size(connection, log)
            _log_durations(connection)
        try:
            yield found
        finally:
            _log_nothing(connection)
        text = _written(connection, dsn, log, start)
        found.executions = list(_executions(text.splitlines(), connection.info.dbname))


def _log_of(connection: psycopg.Connection) -> str:
    if setting(connection, "logging_collector") != "on" or "jsonlog" not in setting(
        connection, "log_destination"
    ):
        raise UnavailableError(
            "The server keeps no log that can be read. Start it with "
            "lab.postgres_server(durations.SETTINGS); a server of yours needs "
            "logging_collector = on and log_destination = jsonlog."
        )
    row = connection.execute("SELECT pg_current_logfile('jsonlog')").fetchone()
    assert row
    return str(row[0])


def _size(connection: psycopg.Connection, log: str) -> int:
    row = connection.execute("SELECT size FROM pg_stat_file(%s)", [log]).fetchone()
    assert row
    return int(row[0])


def _log_durations(connection: psycopg.Connection) -> None:
    """From now on, new sessions of this database log them."""
    connection.execute(_ALTER.format(_identifier(connection), sql.SQL("SET {} = 0").format(_NAME)))


def _log_nothing(connection: psycopg.Connection) -> None:
    connection.execute(_ALTER.format(_identifier(connection), sql.SQL("RESET {}").format(_NAME)))


def _identifier(connection: psycopg.Connection) -> sql.Identifier:
    return sql.Identifier(connection.info.dbname)


def _written(connection: psycopg.Connection, dsn: str, log: str, start: int) -> str:
    """The log from the start to a mark of ours: all that was logged before has been written.

    Raises:
        UnavailableError: the mark does not appear.
    """
    mark = secrets.token_hex(8)
    with session(dsn) as marking:
        marking.execute("SET log_min_duration_statement = 0")
        marking.execute(sql.SQL("SELECT {}").format(sql.Literal(mark)))
    deadline = time.monotonic() + WRITTEN_S
    read = bytearray()
    while mark.encode() not in read[-CHUNK:]:
        more = _more(connection, log, start + len(read))
        read += more
        if not more:
            if time.monotonic() > deadline:
                raise UnavailableError(
                    f"PostgreSQL did not write its log to {log} within {WRITTEN_S:.0f} s. "
                    "If the log was rotated meanwhile, use a server of the lab."
                )
            time.sleep(POLL_S)
    return read.decode(errors="replace")


def _more(connection: psycopg.Connection, log: str, offset: int) -> bytes:
    row = connection.execute(
        "SELECT pg_read_binary_file(%s, %s, %s)", [log, offset, CHUNK]
    ).fetchone()
    assert row
    return bytes(row[0])


def _executions(lines: Iterable[str], database: str) -> Iterator[Execution]:
    """Put the steps of each session together."""
    steps: dict[str, dict[str, float]] = {}
    for line in lines:
        if '"duration: ' not in line:
            continue
        entry: dict[str, Any] = json.loads(line)
        message = _MESSAGE.match(entry["message"])
        if not message or entry.get("dbname") != database or entry.get("application_name") == NAME:
            continue
        seconds = float(message["ms"]) / 1000
        pending = steps.setdefault(entry["session_id"], {})
        if message["step"] in ("parse", "bind"):
            pending[message["step"]] = seconds
            continue
        yield Execution(
            query=message["query"],
            session=entry["session_id"],
            parse_s=pending.pop("parse", 0.0),
            bind_s=pending.pop("bind", 0.0),
            execute_s=seconds,
        )
