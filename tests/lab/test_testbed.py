"""What an experiment stands on, and what is recorded of it."""

import signal
import subprocess
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import pytest
import redis

import lab
from lab.experiment import Experiment, Metric, Setting, Values, Variant
from lab.inside import statements
from lab.testbed import measurement_testbed, redis_facts, rehearsal_testbed


async def run(setting: Setting) -> Values:
    return {"rows": 1.0}


def experiment(*needs: str) -> Experiment:
    return Experiment(
        question="How many rows?",
        needs=frozenset(needs),
        conditions={"seconds": 3.0, "clients": 20},
        rehearsal={"seconds": 0.1},
        rounds=3,
        metrics={"rows": Metric("rows", "rows")},
        variants={"one": Variant("one", run)},
    )


def test_a_rehearsal_has_the_smaller_conditions_and_a_measurement_has_not() -> None:
    with rehearsal_testbed(experiment()) as small:
        assert dict(small.setting.conditions) == {"seconds": 0.1, "clients": 20}
    with measurement_testbed(experiment()) as full:
        assert dict(full.setting.conditions) == {"seconds": 3.0, "clients": 20}


@pytest.mark.parametrize("testbed", [rehearsal_testbed, measurement_testbed])
def test_what_an_experiment_starts_ends_with_it_and_so_do_its_temporary_files(
    testbed: Callable[[Experiment], AbstractContextManager[object]],
) -> None:
    with testbed(experiment()):
        started = subprocess.Popen(["sleep", "60"], start_new_session=True)
        directory = Path(tempfile.mkdtemp())
    assert started.poll() == -signal.SIGKILL
    assert not directory.exists()


def test_conditions_cannot_be_changed_by_the_variants() -> None:
    with measurement_testbed(experiment()) as testbed, pytest.raises(TypeError):
        testbed.setting.conditions["seconds"] = 9.0  # type: ignore[index]


def test_only_what_is_needed_is_there(services: None) -> None:
    with rehearsal_testbed(experiment("redis")) as testbed:
        assert testbed.setting.redis_url
        assert testbed.setting.redis_prefix
        assert testbed.setting.postgres is None
        assert "postgresql" not in testbed.versions
    with rehearsal_testbed(experiment("postgres")) as testbed:
        assert testbed.setting.dsn
        assert testbed.setting.redis is None
        assert list(testbed.versions) == ["postgresql"]


def test_settings_make_a_server_of_its_own_and_are_told(services: None) -> None:
    """Also in a rehearsal, where DATABASE_URL and REDIS_URL are those of the tests."""
    wanted = replace(
        experiment("postgres", "redis"),
        postgres_settings=statements.SETTINGS,
        redis_settings={"maxmemory-policy": "allkeys-lru"},
    )
    with rehearsal_testbed(wanted) as testbed:
        assert testbed.server_settings["shared_preload_libraries"] == "pg_stat_statements"
        assert testbed.server_settings["redis.maxmemory-policy"] == "allkeys-lru"
        with statements.statements(testbed.setting.dsn) as found:
            pass
    assert found.calls == 0


def test_settings_without_a_server_are_refused() -> None:
    with pytest.raises(ValueError, match=r'redis_settings needs a server: declare needs=.*"redis"'):
        replace(experiment("postgres"), redis_settings={"maxmemory": "1mb"})


def test_a_server_that_does_not_tell_its_settings_has_none() -> None:
    with lab.redis_server({"rename-command": 'CONFIG ""'}) as server:
        with redis.Redis.from_url(server.url) as client, pytest.raises(redis.ResponseError):
            client.config_get("save")
        versions, settings = redis_facts(server.url)
    assert len(versions) == 1
    assert settings == {}


def test_valkey_is_called_valkey(monkeypatch: pytest.MonkeyPatch) -> None:
    told = {"redis_version": "7.2.4", "server_name": "valkey", "valkey_version": "9.1.2"}
    monkeypatch.setattr(redis.Redis, "info", lambda self, section: told)
    monkeypatch.setattr(redis.Redis, "config_get", lambda self, *names: dict.fromkeys(names, "no"))
    versions, settings = redis_facts("redis://127.0.0.1:1")
    assert versions == {"valkey": "9.1.2"}
    assert settings == {"redis.save": "no", "redis.appendonly": "no", "redis.maxmemory": "no"}
