"""A database that lasts as long as a block, as a copy of another.

A copy takes the tables, the indexes, the rows and the sequences along.
"""

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql

LEAVING_S = 0.05
CONNECTED = "SELECT 1 FROM pg_stat_activity WHERE datname = %s"


# --8<-- [start:database]
@contextmanager
def database(
    admin: psycopg.Connection,
    template: str = "template1",
    strategy: str = "wal_log",
) -> Iterator[str]:
    """A new database; gives its name, and drops it in the end."""
    name = f"test_{secrets.token_hex(6)}"  # two runs never meet
    new, old = sql.Identifier(name), sql.Identifier(template)
    create = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY {}")
    admin.execute(create.format(new, old, sql.Literal(strategy)))
    try:
        yield name
    finally:
        # A DROP that meets a session which is leaving sleeps 100 ms.
        deadline = time.monotonic() + LEAVING_S
        while admin.execute(CONNECTED, [name]).fetchone():
            if time.monotonic() > deadline:
                break  # a test has left a connection open
            time.sleep(0.001)
        drop = sql.SQL("DROP DATABASE {} WITH (FORCE)")
        admin.execute(drop.format(new))


# --8<-- [end:database]
