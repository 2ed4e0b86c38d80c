"""The instruments' own connection to a PostgreSQL server."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from lab.inside import UnavailableError
from lab.urls import hide_password

CONNECT_S = 10
# Keeps the instruments' own work out of what they report.
NAME = "under-load instrument"


@contextmanager
def session(dsn: str) -> Iterator[psycopg.Connection]:
    """A connection in autocommit mode, closed at exit.

    Raises:
        UnavailableError: the server does not let us in.
    """
    try:
        connection = psycopg.connect(
            dsn, autocommit=True, connect_timeout=CONNECT_S, application_name=NAME
        )
    except psycopg.OperationalError as error:
        reason = " ".join(str(error).split())
        raise UnavailableError(f"No instrument reaches {hide_password(dsn)}: {reason}") from None
    with connection:
        yield connection


def setting(connection: psycopg.Connection, name: str) -> str:
    """The value of a server setting; empty when it has none."""
    row = connection.execute("SELECT current_setting(%s, true)", [name]).fetchone()
    return (row and row[0]) or ""


@contextmanager
def privileged(what: str) -> Iterator[None]:
    """Inside, a refusal by the server becomes one line.

    Args:
        what: whose figures are refused, such as "pg_stat_statements".

    Raises:
        UnavailableError: the role has not the right.
    """
    try:
        yield
    except psycopg.errors.InsufficientPrivilege as error:
        message = " ".join(str(error).split()).rstrip(".")
        raise UnavailableError(
            f"{what} is not for this role: {message}. Use a superuser, or a server of the lab."
        ) from None
