"""Fresh databases: on the server of DATABASE_URL if it is set, else on one started for us."""

import os
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg
from psycopg import sql

from lab import owner
from lab.binaries import NoServer
from lab.postgres_cluster import postgres_server
from lab.shared import Shared
from lab.urls import hide_password

VARIABLE = "DATABASE_URL"
CONNECT_S = 10
DISCONNECT_S = 0.05

_URL = re.compile(r"(?P<server>postgres(?:ql)?://[^/?#]*)(?:/[^?#]*)?(?P<query>\?.*)?")
_NAME = re.compile(r"under_load_(?P<owner>[0-9a-f]{6}_[0-9]{1,9})_[0-9a-f]+")
_DROP = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
_shared = Shared(postgres_server)


@contextmanager
def postgres() -> Iterator[str]:
    """A fresh, empty database, dropped at exit; the value is its URL.

    It is on the server of DATABASE_URL if that is set: there the database `under_load_<random>` is
    created and dropped, and nothing else is touched. Without it, this process starts a server at
    the first call and stops it when it ends.

    Raises:
        NoServer: no server can be started, or that of DATABASE_URL cannot be used.
    """
    with database(server_url()) as dsn:
        yield dsn


def server_url() -> str:
    """The URL through which databases are created and dropped.

    Raises:
        NoServer: no server can be started, or DATABASE_URL is not a URL of PostgreSQL.
    """
    if url := os.environ.get(VARIABLE):
        if not _URL.fullmatch(url):
            raise NoServer(
                f"{VARIABLE} is not a PostgreSQL URL: {hide_password(url)}. "
                "Write postgresql://user:password@host:port/database."
            )
        return url
    try:
        return _shared.get().dsn
    except NoServer as error:
        raise NoServer(f"{error} Or set {VARIABLE} to a server of yours.") from None


@contextmanager
def database(server: str, template: str | None = None) -> Iterator[str]:
    """A database on the server at this URL, dropped at exit; the value is its URL.

    Args:
        server: URL of any database of that server, for a role that may create databases.
        template: name of the database to clone, to which nobody may be connected; by default the
            database is empty.

    Raises:
        NoServer: the server cannot be reached, or does not let this role create databases.
    """
    name = f"under_load_{owner.token()}_{secrets.token_hex(6)}"
    create = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
        sql.Identifier(name), sql.Identifier(template or "template1")
    )
    try:
        with _connect(server) as admin:
            admin.execute(create)
    except (psycopg.OperationalError, psycopg.errors.InsufficientPrivilege) as error:
        reason = " ".join(str(error).split()).rstrip(".?")
        message = f"No database can be created on {hide_password(server)}: {reason}."
        if server == os.environ.get(VARIABLE):
            message = (
                f"{VARIABLE}: {message} Start that server, let the role create databases, "
                f"or unset {VARIABLE}."
            )
        raise NoServer(message) from None
    try:
        yield _with_name(server, name)
    finally:
        with _connect(server) as admin:
            _wait_until_unused(admin, name)
            admin.execute(_DROP.format(sql.Identifier(name)))


def sweep(server: str) -> list[str]:
    """Drop the databases that processes of this machine left on the server; return their names.

    Raises:
        psycopg.Error: the server cannot be reached.
    """
    dropped = []
    with _connect(server) as admin:
        names = [name for (name,) in admin.execute("SELECT datname FROM pg_database")]
        for name in names:
            found = _NAME.fullmatch(name)
            if found and owner.is_dead(found["owner"]):
                # Another role's, or another run drops it in this moment.
                with suppress(psycopg.Error):
                    admin.execute(_DROP.format(sql.Identifier(name)))
                    dropped.append(name)
    return dropped


def _connect(server: str) -> psycopg.Connection:
    return psycopg.connect(server, autocommit=True, connect_timeout=CONNECT_S)


def _with_name(server: str, name: str) -> str:
    parts = _URL.fullmatch(server)
    assert parts
    return f"{parts['server']}/{name}{parts['query'] or ''}"


def _wait_until_unused(admin: psycopg.Connection, name: str) -> None:
    """Give backends whose client has just left a moment to exit.

    A DROP DATABASE that meets one sleeps for 100 ms, and most of them need one or two.
    """
    deadline = time.monotonic() + DISCONNECT_S
    query = "SELECT 1 FROM pg_stat_activity WHERE datname = %s"
    while admin.execute(query, [name]).fetchone() and time.monotonic() < deadline:
        time.sleep(0.001)
