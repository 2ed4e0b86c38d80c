"""The servers under an experiment: small for its rehearsal, durable for its measurement."""

import os
from collections.abc import Iterable, Iterator, Mapping
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
PREFIX = "under-load:"  # on a server that nobody else uses


@dataclass(frozen=True)
class Testbed:
    """The setting of an experiment, with the versions and settings of its servers."""

    setting: Setting
    versions: Mapping[str, str]
    server_settings: Mapping[str, str]

    def began(self) -> str:
        """When its servers began to run, and which; it changes when one is restarted."""
        return f"{_postgres_began(self.setting.postgres)} {_redis_began(self.setting.redis)}"


@contextmanager
def rehearsal_testbed(experiment: Experiment) -> Iterator[Testbed]:
    """Small conditions, on the servers that tests use; on one of its own if it wants settings."""
    with ExitStack() as stack:
        _end_with(stack)
        dsn: str | None = None
        redis: tuple[str, str] | None = None
        if experiment.postgres_settings:
            server = lab.postgres_server(experiment.postgres_settings)
            dsn = stack.enter_context(server).dsn
        elif "postgres" in experiment.needs:
            dsn = stack.enter_context(lab.postgres())
        if experiment.redis_settings:
            cache = lab.redis_server(experiment.redis_settings)
            redis = (stack.enter_context(cache).url, PREFIX)
        elif "redis" in experiment.needs:
            lease = stack.enter_context(lab.redis())
            redis = (lease.url, lease.prefix)
        conditions = {**experiment.conditions, **experiment.rehearsal}
        yield _testbed(experiment, conditions, dsn, redis)


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
                server = lab.postgres_server(experiment.postgres_settings, durable=True)
                dsn = stack.enter_context(server).dsn
        if "redis" in experiment.needs:
            if os.environ.get("REDIS_URL"):
                lease = stack.enter_context(lab.redis())
                redis = (lease.url, lease.prefix)
            else:
                cache = lab.redis_server(experiment.redis_settings, durable=True)
                redis = (stack.enter_context(cache).url, PREFIX)
        yield _testbed(experiment, experiment.conditions, dsn, redis)


def _end_with(stack: ExitStack) -> None:
    """What an experiment starts, and its temporary files, end with the stack."""
    stack.enter_context(descendants.temporary_files_in(stack.enter_context(descendants.bound())))


def postgres_facts(dsn: str, names: Iterable[str] = ()) -> tuple[str, dict[str, str]]:
    """The version of the server, and the settings that decide what its speed means.

    Args:
        dsn: URL of a database of the server.
        names: further settings to tell.
    """
    import psycopg

    query = "SELECT name, current_setting(name) FROM unnest(%s::text[]) AS name"
    with psycopg.connect(dsn, autocommit=True) as connection:
        settings: dict[str, str] = dict(
            connection.execute(query, [["server_version", *POSTGRES_SETTINGS, *names]])
        )
    version = settings.pop("server_version")
    return version.split()[0], settings


def redis_facts(url: str, names: Iterable[str] = ()) -> tuple[dict[str, str], dict[str, str]]:
    """The server's name and version, and its settings, as `redis.NAME`.

    The name is `redis` or `valkey`. A hosted server may refuse to tell its settings; then there
    are none.

    Args:
        url: where the server is.
        names: further settings to tell.
    """
    import redis

    wanted = [*REDIS_SETTINGS, *names]
    with redis.Redis.from_url(url, decode_responses=True) as client:
        info = cast("dict[str, Any]", client.info("server"))
        product = "valkey" if "valkey_version" in info else "redis"
        versions = {product: str(info[f"{product}_version"])}
        try:
            settings = cast("dict[str, str]", client.config_get(*wanted))
        except redis.ResponseError:
            return versions, {}
    return versions, {f"redis.{name}": settings[name] for name in wanted}


def _testbed(
    experiment: Experiment,
    conditions: Conditions,
    dsn: str | None,
    redis: tuple[str, str] | None,
) -> Testbed:
    versions: dict[str, str] = {}
    settings: dict[str, str] = {}
    if dsn:
        versions["postgresql"], settings = postgres_facts(dsn, experiment.postgres_settings)
    if redis:
        products, redis_settings = redis_facts(redis[0], experiment.redis_settings)
        versions |= products
        settings |= redis_settings
    # A variant that changed the conditions would change them for the next one.
    return Testbed(Setting(MappingProxyType({**conditions}), dsn, redis), versions, settings)


def _postgres_began(dsn: str | None) -> str:
    if dsn is None:
        return ""
    import psycopg

    with psycopg.connect(dsn, autocommit=True) as connection:
        row = connection.execute("SELECT pg_postmaster_start_time()::text").fetchone()
    assert row
    return str(row[0])


def _redis_began(lease: tuple[str, str] | None) -> str:
    if lease is None:
        return ""
    import redis

    with redis.Redis.from_url(lease[0], decode_responses=True) as client:
        return str(client.info("server")["run_id"])
