"""Brings the schema up to date, one process at a time, without a queue before any table.

`ALTER TABLE` that waits for a lock holds up everybody behind it, so it waits for two seconds and
fails. Two deployments at once would run each step twice, so the second waits for the first one.
"""

import time
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, NullPool, create_engine, make_url, text
from sqlalchemy.exc import OperationalError, PendingRollbackError

from ..database.models import Base
from ..settings import Settings

LOCK = 5_318_008  # any number, and the same one in each release
DDL_WAIT = "2s"
POLL_S = 0.1
HOLDER = """SELECT format('%s (process %s, since %s)', application_name, pid, state_change)
FROM pg_locks JOIN pg_stat_activity USING (pid)
WHERE locktype = 'advisory' AND granted AND classid = 0 AND objid = :key
  AND pg_locks.database = (SELECT oid FROM pg_database WHERE datname = current_database())"""


class MigrationError(SystemExit):
    """Ends the process with a text: what was waited for, and what to do."""


def upgrade(settings: Settings) -> None:
    """Run the migrations that this database has not seen.

    Raises:
        MigrationError: another one did not end in time, a table was in use, the server is gone.
    """
    address = make_url(settings.direct.get_secret_value()).set(drivername="postgresql+psycopg")
    engine = create_engine(
        address,
        poolclass=NullPool,
        connect_args={
            "connect_timeout": max(2, round(settings.connect_s)),
            "application_name": "shop-migrations",
            "options": f"-c lock_timeout={DDL_WAIT}",
        },
    )
    try:
        with engine.connect() as connection:  # at its end the lock is given back
            take_turn(connection, settings.migration_s)
            command.upgrade(configuration(connection), "head")
    except PendingRollbackError:  # Alembic's next statement: what was cut off is committed so far
        raise MigrationError("The connection was lost on the way: migrate again.") from None
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) != "55P03":
            raise MigrationError(f"PostgreSQL does not answer: {error.orig}") from None
        raise MigrationError(
            f"A table was in use for more than {DDL_WAIT}, so its migration was rolled back:"
            " look for a long transaction in pg_stat_activity, and migrate again."
        ) from None


def configuration(connection: Connection) -> Config:
    """What env.py reads: Alembic runs it by its path, so it cannot import its neighbors."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes |= {"connection": connection, "metadata": Base.metadata}
    return config


def take_turn(connection: Connection, patience_s: float) -> None:
    """Wait until no other migration runs.

    Asked again and again: a statement that waits in `pg_advisory_lock` has a snapshot, for whose
    end the other's CREATE INDEX CONCURRENTLY waits, and neither ever ends.
    """
    until = time.monotonic() + patience_s
    key = {"key": LOCK}
    while not connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), key):
        if time.monotonic() > until:
            holder = connection.scalar(text(HOLDER), key)
            raise MigrationError(
                f"Another migration has not ended in {patience_s:g} s: {holder or 'it just has'}."
                " Wait for it, or end that process, and migrate again."
            )
        connection.rollback()  # no transaction, no snapshot
        time.sleep(POLL_S)
    connection.commit()
