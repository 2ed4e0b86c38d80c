"""The servers under an experiment: small for its rehearsal, durable for its measurement."""

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, cast

import lab
from lab import descendants, leftovers
from lab.experiment import Conditions, Experiment, Setting

POSTGRES_SETTINGS = (
    "fsync",
    "synchronous_commit",
    "full_page_writes",
    "shared_buffers",
    "max_connections",
)
REDIS_SETTINGS = ("save", "appendonly", "maxmemory")


@dataclass(frozen=True)
class Testbed:
    """The setting of an experiment, with the versions and settings of its servers."""

    setting: Setting
    versions: Mapping[str, str]
    server_settings: Mapping[str, str]


@contextmanager
def rehearsal_testbed(experiment: Experiment) -> Iterator[Testbed]:
    """Small conditions, on the servers that tests use."""
    with ExitStack() as stack:
        _end_with(stack)
        dsn = stack.enter_context(lab.postgres()) if "postgres" in experiment.needs else None
        lease = stack.enter_context(lab.redis()) if "redis" in experiment.needs else None
        redis = (lease.url, lease.prefix) if lease else None
        yield _testbed({**experiment.conditions, **experiment.rehearsal}, dsn, redis)


@contextmanager
def measurement_testbed(experiment: Experiment) -> Iterator[Testbed]:
    """Full conditions, on durable servers of our own unless the environment names others."""
    dsn: str | None = None
    redis: tuple[str, str] | None = None
    leftovers.sweep()
    with ExitStack() as stack:
        _end_with(stack)
        if "postgres" in experiment.needs:
            if os.environ.get("DATABASE_URL"):
                dsn = stack.enter_context(lab.postgres())
            else:
                dsn = stack.enter_context(lab.postgres_server(durable=True)).dsn
        if "redis" in experiment.needs:
            if os.environ.get("REDIS_URL"):
                lease = stack.enter_context(lab.redis())
                redis = (lease.url, lease.prefix)
            else:
                redis = (stack.enter_context(lab.redis_server(durable=True)).url, "under-load:")
        yield _testbed(experiment.conditions, dsn, redis)


def _end_with(stack: ExitStack) -> None:
    """What an experiment starts, and its temporary files, end with the stack."""
    stack.enter_context(descendants.temporary_files_in(stack.enter_context(descendants.bound())))


def postgres_facts(dsn: str) -> tuple[str, dict[str, str]]:
    """The version of the server, and the settings that decide what its speed means."""
    import psycopg

    query = "SELECT name, current_setting(name) FROM unnest(%s::text[]) AS name"
    with psycopg.connect(dsn, autocommit=True) as connection:
        settings: dict[str, str] = dict(
            connection.execute(query, [["server_version", *POSTGRES_SETTINGS]])
        )
    version = settings.pop("server_version")
    return version.split()[0], settings


def redis_facts(url: str) -> tuple[dict[str, str], dict[str, str]]:
    """The server's name and version, and its settings, as `redis.NAME`.

    The name is `redis` or `valkey`. A hosted server may refuse to tell its settings; then there
    are none.
    """
    import redis

    with redis.Redis.from_url(url, decode_responses=True) as client:
        info = cast("dict[str, Any]", client.info("server"))
        product = "valkey" if "valkey_version" in info else "redis"
        versions = {product: str(info[f"{product}_version"])}
        try:
            settings = cast("dict[str, str]", client.config_get(*REDIS_SETTINGS))
        except redis.ResponseError:
            return versions, {}
    return versions, {f"redis.{name}": settings[name] for name in REDIS_SETTINGS}


def _testbed(conditions: Conditions, dsn: str | None, redis: tuple[str, str] | None) -> Testbed:
    versions: dict[str, str] = {}
    settings: dict[str, str] = {}
    if dsn:
        versions["postgresql"], settings = postgres_facts(dsn)
    if redis:
        products, redis_settings = redis_facts(redis[0])
        versions |= products
        settings |= redis_settings
    # A variant that changed the conditions would change them for the next one.
    return Testbed(Setting(MappingProxyType({**conditions}), dsn, redis), versions, settings)
