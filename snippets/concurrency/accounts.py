"""What a dashboard shows: an account, its grants, what it did."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.pool import QueuePool

Sessions = Callable[[], AsyncSession]

SCHEMA = """
CREATE TABLE accounts AS SELECT id, 'account ' || id AS name
FROM generate_series(1, 1000) AS id;
CREATE TABLE grants AS SELECT id % 1000 + 1 AS account_id,
'permission ' || id / 1000 AS permission
FROM generate_series(0, 9999) AS id;
CREATE TABLE events AS SELECT id % 1000 + 1 AS account_id,
id, 'event ' || id AS event FROM generate_series(0, 49999) AS id;
ALTER TABLE accounts ADD PRIMARY KEY (id);
CREATE INDEX ON grants (account_id);
CREATE INDEX ON events (account_id, id);
"""

# --8<-- [start:statements]
NAME = text("SELECT name FROM accounts WHERE id = :id")
GRANTS = text("""SELECT array(SELECT permission FROM grants
WHERE account_id = :id ORDER BY permission)""")
RECENT = text("""SELECT array(SELECT event FROM events
WHERE account_id = :id ORDER BY id DESC LIMIT 5)""")
# --8<-- [end:statements]


class Dashboard(NamedTuple):
    name: str
    grants: list[str]
    recent: list[str]


Load = Callable[[Sessions, int], Awaitable[Dashboard]]


def create_engine(
    dsn: str, size: int = 3, timeout_s: float = 0.5
) -> AsyncEngine:
    url = make_url(dsn).set(drivername="postgresql+asyncpg")
    return create_async_engine(
        url, pool_size=size, max_overflow=0, pool_timeout=timeout_s
    )


def create_sessions(engine: AsyncEngine) -> Sessions:
    return async_sessionmaker(engine)


def taken(engine: AsyncEngine) -> int:
    """Connections of the pool that somebody holds."""
    assert isinstance(engine.pool, QueuePool)
    return engine.pool.checkedout()
