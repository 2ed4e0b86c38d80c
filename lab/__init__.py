"""Instruments: PostgreSQL and Redis on demand.

Nothing is imported until it is asked for, so that `import lab` costs nothing in a listing that only
needs one of them.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lab.binaries import NoServer as NoServer
    from lab.databases import postgres as postgres
    from lab.keyspaces import RedisLease as RedisLease
    from lab.keyspaces import redis as redis
    from lab.postgres_cluster import PostgresServer as PostgresServer
    from lab.postgres_cluster import postgres_server as postgres_server
    from lab.redis_instance import RedisServer as RedisServer
    from lab.redis_instance import redis_server as redis_server

_HOMES = {
    "NoServer": "lab.binaries",
    "PostgresServer": "lab.postgres_cluster",
    "RedisLease": "lab.keyspaces",
    "RedisServer": "lab.redis_instance",
    "postgres": "lab.databases",
    "postgres_server": "lab.postgres_cluster",
    "redis": "lab.keyspaces",
    "redis_server": "lab.redis_instance",
}

__all__ = [  # noqa: RUF022 — the order of the README
    "postgres",
    "redis",
    "postgres_server",
    "redis_server",
    "PostgresServer",
    "RedisServer",
    "RedisLease",
    "NoServer",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'lab' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
